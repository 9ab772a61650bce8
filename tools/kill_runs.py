"""Kills `nntrain fit` with SIGKILL at random moments, resumes it, and compares bytes (`python -m tools.kill_runs --kills 100`).

Each run is killed and resumed again and again until it ends by itself; then its checkpoints and history must equal
those of an undisturbed run, byte for byte but for the wall clock.
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


def campaign(folder: Path, kills: int, seed: int = 0) -> tuple[int, int]:
    """Kill ``kills`` times; returns how many runs that took, and how many kills came before a first checkpoint."""
    luck = random.Random(seed)  # noqa: S311  # moments, not secrets
    config = write_config(folder, LONG)
    settings = ["--set", "training.checkpoint_every_steps=40"]
    finish([*FIT, str(config), *settings, "--out", str(folder / "undisturbed")], None)
    expected = comparable(folder / "undisturbed")
    done = runs = early = 0
    while done < kills:
        run = folder / f"run-{runs:03d}"
        command = [*FIT, str(config), *settings, "--out", str(run)]
        ended = False
        while not ended:
            killing = done < kills
            ended = finish(command, luck.uniform(0.2, 1.6) if killing else None) is not None
            if not ended:
                done += 1
                early += not (run / "last.safetensors").exists()
                command = [*FIT, "--resume", str(run)] if (run / "config.yaml").exists() else command
        if comparable(run) != expected:
            raise AssertionError(f"{run} differs from the undisturbed run")
        runs += 1
    return runs, early


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        runs, early = campaign(Path(folder), options.kills, options.seed)
    print(
        f"{options.kills} kills in {runs} runs ({early} before a first checkpoint), {time.monotonic() - began:.0f} s: "
        "every run ended in the bytes of the undisturbed one"
    )


if __name__ == "__main__":
    main()
