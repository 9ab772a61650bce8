"""Kills `nntrain fit` with SIGKILL at random moments, resumes it, and compares bytes (`python -m tools.kill_runs --kills 100`).

Each run is killed and resumed again and again until it ends by itself; then its checkpoints and history must equal
those of an undisturbed run, byte for byte but for the wall clock. With `--large` every best epoch is written at once, as
it is where the network is large; `last` is then often many epochs older.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.runs import EVERYTHING, comparable, write_config

FIT = [sys.executable, "-m", "nntrain", "fit"]
LARGE = [
    sys.executable,
    "-c",
    "from nntrain.cli import entry; from nntrain.training import saver; saver.WORTH_COPYING = 0; entry()",
    "fit",
]
"""The same, for which every network is a large one."""
LONG = EVERYTHING.replace("epochs: 12", "epochs: 400").replace("patience: 11", "patience: 400")


def finish(command: list[str], lifetime: float | None) -> int | None:
    """Run a command to its end, or kill it after ``lifetime`` seconds; its exit code, or None if it was killed."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        _, errors = process.communicate(timeout=lifetime)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.communicate()
        return None
    if process.returncode:
        raise AssertionError(f"{' '.join(command)}: exit {process.returncode}\n{errors}")
    return process.returncode


def campaign(folder: Path, kills: int, seed: int = 0, *, large: bool = False) -> tuple[int, int]:
    """Kill ``kills`` times; returns how many runs that took, and how many kills came before a first checkpoint."""
    fit = LARGE if large else FIT
    luck = random.Random(seed)  # noqa: S311  # it draws the moments of kills, which are no secrets
    config = write_config(folder, LONG)
    settings = ["--set", f"training.checkpoint_every_steps={200 if large else 40}"]
    finish([*fit, str(config), *settings, "--out", str(folder / "undisturbed")], None)
    expected = comparable(folder / "undisturbed")
    done = runs = early = 0
    while done < kills:
        run = folder / f"run-{runs:03d}"
        command = [*fit, str(config), *settings, "--out", str(run)]
        ended = False
        while not ended:
            killing = done < kills
            ended = finish(command, luck.uniform(0.2, 1.6) if killing else None) is not None
            if not ended:
                done += 1
                early += not (run / "last.safetensors").exists()
                command = [*fit, "--resume", str(run)] if (run / "config.yaml").exists() else command
        if comparable(run) != expected:
            raise AssertionError(f"{run} differs from the undisturbed run")
        runs += 1
    return runs, early


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--large", action="store_true", help="as if every network were a large one")
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        runs, early = campaign(Path(folder), options.kills, options.seed, large=options.large)
    print(
        f"{options.kills} kills in {runs} runs ({early} before a first checkpoint), {time.monotonic() - began:.0f} s: "
        "every run ended in the bytes of the undisturbed one"
    )


if __name__ == "__main__":
    main()
