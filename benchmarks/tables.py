"""Trains, evaluates and predicts every config of configs/tables on its real table, and prints what came of it.

    python benchmarks/tables.py DIR [--seeds 3] [TABLE …]

DIR holds one folder for each table, with train, valid and test as .csv.gz or .parquet. Everything runs through the
command line, as a user would type it; the figures are those of ``nntrain eval`` on the test rows, means over the seeds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CONFIGS = ROOT / "configs" / "tables"


def nntrain(*arguments: str) -> dict[str, Any]:
    """Run a command of nntrain and return the JSON that it prints."""
    command = [sys.executable, "-m", "nntrain", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nexit {done.returncode}\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def run(table: str, folder: Path, seed: int, scratch: Path) -> dict[str, Any]:
    """Fit with one seed, evaluate on the test rows, predict them."""
    files = {name: next(folder.glob(f"{name}.*")) for name in ("train", "valid", "test")}
    paths = {"train": files["train"], "validation": files["valid"], "test": files["test"]}
    settings = [f"data.{key}={path}" for key, path in paths.items()] + [f"training.seed={seed}"]
    out = scratch / f"{table}-{seed}"
    began = time.perf_counter()
    options = [part for setting in settings for part in ("--set", setting)]
    summary = nntrain("fit", str(CONFIGS / f"{table}.yaml"), *options, "--out", str(out))
    wall = time.perf_counter() - began
    metrics = nntrain("eval", str(out))["metrics"]
    nntrain("predict", str(out), str(files["test"]), "--out", str(out / "predictions.csv"))
    return {"summary": summary, "metrics": metrics, "wall": wall}


def main() -> None:
    """Print a line for each table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=Path)
    parser.add_argument("tables", nargs="*", default=sorted(path.stem for path in CONFIGS.glob("*.yaml")))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    print(f"{'table':<12}{'test':>22}{'each seed':>32}{'best/epochs':>13}{'fit s':>8}{'wall s':>8}")
    for table in options.tables:
        with tempfile.TemporaryDirectory() as scratch:
            runs = [run(table, options.directory / table, seed, Path(scratch)) for seed in range(options.seeds)]
        name, factor = ("accuracy", 100) if "accuracy" in runs[0]["metrics"] else ("rmse", 1)
        figures = [result["metrics"][name] * factor for result in runs]
        epochs = f"{runs[0]['summary']['best_epoch']}/{runs[0]['summary']['epochs']}"
        fit_seconds = statistics.mean(result["summary"]["seconds"] for result in runs)
        wall = statistics.mean(result["wall"] for result in runs)
        each = " ".join(f"{figure:.2f}" for figure in figures)
        mean = f"{name} {statistics.mean(figures):.2f}"
        print(f"{table:<12}{mean:>22}{each:>32}{epochs:>13}{fit_seconds:>8.1f}{wall:>8.1f}", flush=True)


if __name__ == "__main__":
    main()
