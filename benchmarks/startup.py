"""How long the commands take from typing to answer: `python -m benchmarks.startup`; medians of interleaved rounds.

A fit with compiled kernels is timed up to its first step, beside one without: what importing Numba and loading kernels
costs a run that finds them compiled.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.machine import machine, sentence
from benchmarks.markdown import table
from benchmarks.our_config import has_numba
from benchmarks.results import ROOT, save

BROKEN = """\
data: {train: iris.csv, target: species, splitt: {test: 0.2}}
architecture: {hidden: [16], activation: rellu}
optimizer: {adam: {lr: -1, beta3: 0.9}}
training: {epochs: true}
"""
ONE_STEP = """\
data: {train: {spirals: {rows: 256, noise: 0.05, classes: 3}}, target: label, split: {validation: 0}}
architecture: {hidden: [64, 64], batch_norm: true, dropout: 0.2}
training: {epochs: 1, batch_size: 256}
"""
MARK = "the first step is done"
UNTIL_FIRST_STEP = f"""\
import sys
import nntrain
from nntrain.training.events import EpochEnded

def tell(event):
    if isinstance(event, EpochEnded):
        print("{MARK}", flush=True)

nntrain.fit(sys.argv[1], {{"training.compiled": sys.argv[2] == "numba"}}, out=sys.argv[3], listeners=[tell])
"""
HELP, NUMPY, NUMBA = "nntrain --help", "nntrain.fit to its first step, numpy", "nntrain.fit to its first step, numba"
FIRST = "the same, nothing compiled yet"
HELP_AIM, DIFFERENCE_AIM, COMPILING_AIM = 0.15, 0.5, 10


@dataclass
class Case:
    """A command to time; ``{folder}`` in it is a fresh folder in every round.

    ``until``   a line that it prints, where the clock stops; without one it stops with the process
    ``fresh``   whether kernels that others compiled are hidden from it
    ``rounds``  that it takes part in, at most
    """

    label: str
    command: list[str]
    aim: float | None = None
    exit_code: int = 0
    until: str | None = None
    fresh: bool = False
    rounds: int = 99
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """One round."""
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "broken.yaml").write_text(BROKEN, encoding="utf-8")
            (Path(folder) / "step.yaml").write_text(ONE_STEP, encoding="utf-8")
            command = [part.replace("{folder}", folder) for part in self.command]
            start = time.perf_counter()
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
                cwd=ROOT,
                env={**os.environ, "XDG_CACHE_HOME": folder} if self.fresh else None,
            )
            said = ""
            if self.until is not None and process.stdout is not None:
                said = next((line for line in process.stdout if self.until in line), f"it never said '{self.until}'\n")
            marked = time.perf_counter()
            said += process.communicate()[0]
            self.seconds.append((time.perf_counter() if self.until is None else marked) - start)
        if process.returncode != self.exit_code:
            sys.exit(f"{self.label}: exit code {process.returncode}, expected {self.exit_code}\n{said}")


def cases() -> list[Case]:
    """What is timed: an empty Python and NumPy alone first, as the floor that nothing gets below."""
    python = [sys.executable, "-c"]
    script = Path(sys.executable).with_name("nntrain")
    nntrain = [str(script)] if script.exists() else [sys.executable, "-m", "nntrain"]
    iris = ["fit", "configs/iris.yaml", "--out", "{folder}/run"]
    numpy, numba = (
        [*python, UNTIL_FIRST_STEP, "{folder}/step.yaml", how, "{folder}/run"] for how in ("numpy", "numba")
    )
    first_steps = [Case(NUMPY, numpy, until=MARK)]
    if has_numba():
        first_steps += [Case(NUMBA, numba, until=MARK), Case(FIRST, numba, until=MARK, fresh=True, rounds=2)]
    return [
        Case("python -c pass", [*python, "pass"]),
        Case('python -c "import numpy"', [*python, "import numpy"]),
        Case(HELP, [*nntrain, "--help"], aim=HELP_AIM),
        Case("nntrain check (a broken config)", [*nntrain, "check", "{folder}/broken.yaml"], aim=0.3, exit_code=2),
        Case("nntrain check configs/iris.yaml", [*nntrain, "check", "configs/iris.yaml"]),
        Case("nntrain fit configs/iris.yaml, 1 epoch", [*nntrain, *iris, "--set", "training.epochs=1"]),
        Case("nntrain fit configs/iris.yaml", [*nntrain, *iris], aim=1.5),
        *first_steps,
    ]


def main() -> None:
    """Time all, in rounds, so that a busy moment of the machine meets each of them alike; print, keep for the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="how often each command runs (default 7)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: one round, nothing kept")
    options = parser.parse_args()
    rounds = 1 if options.quick else options.rounds
    if rounds < 1:
        parser.error(f"--rounds {rounds}: expected a whole number of at least 1")
    found = machine()
    print(sentence(found), flush=True)
    timed = cases()
    for case in timed:
        case.run()  # fills the caches of files, bytecode and compiled kernels
        case.seconds.clear()
    for number in range(rounds):
        for case in timed:
            if number < case.rounds:
                case.run()
    commands = {case.label: {"seconds": case.seconds, "aim": case.aim} for case in timed}
    results: dict[str, Any] = {"machine": found, "rounds": rounds, "commands": commands}
    print(f"\n{startup_table(results)}")
    if not options.quick:
        save("startup", results)


def startup_table(results: dict[str, Any]) -> str:
    """A line for each command, in seconds; the last one is what compiled kernels add to the way to the first step."""
    rows = [
        [label, *_figures(found["seconds"]), "" if found["aim"] is None else f"{found['aim']:g}"]
        for label, found in results["commands"].items()
    ]
    if differences := added_by_numba(results):
        rows.append(["numba − numpy", *_figures(differences), f"{DIFFERENCE_AIM:g}"])
    return table(["command", "median", "min", "max", "aim"], rows)


def added_by_numba(results: dict[str, Any]) -> list[float]:
    """Seconds between the first steps of a fit with compiled kernels and one without, in each round; none without Numba."""
    commands = results["commands"]
    if NUMBA not in commands:
        return []
    pairs = zip(commands[NUMBA]["seconds"], commands[NUMPY]["seconds"], strict=True)
    return [numba - numpy for numba, numpy in pairs]


def middle(results: dict[str, Any], label: str) -> float:
    """The median of a command."""
    seconds: list[float] = results["commands"][label]["seconds"]
    return statistics.median(seconds)


def _figures(seconds: list[float]) -> list[str]:
    return [f"{value:.3f}" for value in (statistics.median(seconds), min(seconds), max(seconds))]


if __name__ == "__main__":
    main()
