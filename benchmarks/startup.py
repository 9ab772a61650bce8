"""How long the commands take from typing to answer: medians of interleaved rounds (`python benchmarks/startup.py`)."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROKEN = """\
data: {train: iris.csv, target: species, splitt: {test: 0.2}}
architecture: {hidden: [16], activation: rellu}
optimizer: {adam: {lr: -1, beta3: 0.9}}
training: {epochs: true}
"""


@dataclass
class Case:
    """A command to time; ``{folder}`` in it is a fresh folder in every round."""

    label: str
    command: list[str]
    aim: float | None = None
    exit_code: int = 0
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """One round: from the start of the process to its end."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "broken.yaml").write_text(BROKEN, encoding="utf-8")
            command = [part.format(folder=folder) for part in self.command]
            start = time.perf_counter()
            done = subprocess.run(
                command, capture_output=True, text=True, cwd=ROOT, stdin=subprocess.DEVNULL, check=False
            )
            self.seconds.append(time.perf_counter() - start)
        if done.returncode != self.exit_code:
            sys.exit(
                f"{self.label}: exit code {done.returncode}, expected {self.exit_code}\n{done.stdout}{done.stderr}"
            )

    def row(self) -> str:
        """Its line of the table."""
        aim = "" if self.aim is None else f"{self.aim:8.2f}"
        middle, low, high = statistics.median(self.seconds), min(self.seconds), max(self.seconds)
        return f"{self.label:44}{middle:8.3f}{low:9.3f}{high:9.3f}{aim:>9}"


def cases() -> list[Case]:
    """What is timed: an empty Python and NumPy alone first, as the floor that nothing gets below."""
    python = [sys.executable, "-c"]
    script = Path(sys.executable).with_name("nntrain")
    nntrain = [str(script)] if script.exists() else [sys.executable, "-m", "nntrain"]
    iris = ["fit", "configs/iris.yaml", "--out", "{folder}/run"]
    return [
        Case("python -c pass", [*python, "pass"]),
        Case('python -c "import numpy"', [*python, "import numpy"]),
        Case("nntrain --help", [*nntrain, "--help"], aim=0.15),
        Case("nntrain check (a broken config)", [*nntrain, "check", "{folder}/broken.yaml"], aim=0.3, exit_code=2),
        Case("nntrain check configs/iris.yaml", [*nntrain, "check", "configs/iris.yaml"]),
        Case("nntrain fit configs/iris.yaml, 1 epoch", [*nntrain, *iris, "--set", "training.epochs=1"]),
        Case("nntrain fit configs/iris.yaml", [*nntrain, *iris], aim=1.5),
    ]


def main() -> None:
    """Time all, in rounds, so that a busy moment of the machine meets each of them alike."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each command runs (default 7)")
    rounds = parser.parse_args().rounds
    if rounds < 1:
        parser.error(f"--rounds {rounds}: expected a whole number of at least 1")
    timed = cases()
    for case in timed:
        case.run()  # fills the caches of files and bytecode
        case.seconds.clear()
    for _ in range(rounds):
        for case in timed:
            case.run()
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, {rounds} rounds; seconds")
    print(f"{'command':44}{'median':>8}{'min':>9}{'max':>9}{'aim':>9}")
    for case in timed:
        print(case.row())


if __name__ == "__main__":
    main()
