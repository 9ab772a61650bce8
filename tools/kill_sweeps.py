"""Kills workers and coordinators of `nntrain sweep` with SIGKILL at random moments (`python -m tools.kill_sweeps GRID`).

The same command is given again after each death of the coordinator. In the end the study must hold every run once, and every
run folder the bytes of an undisturbed sweep, but for the wall clock.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.sweep.loading import load_sweep
from nntrain.sweep.rows import Row
from nntrain.sweep.run import study_name
from nntrain.sweep.store import Store
from tests.runs import comparable

SHORTEST, LONGEST = 0.4, 2.5
"""Seconds between two kills."""


@dataclass
class Deaths:
    """How many were killed."""

    workers: int = 0
    coordinators: int = 0


def sweep_command(grid: Path, out: Path, workers: int, *options: str) -> list[str]:
    """The command line of a sweep."""
    return [sys.executable, "-m", "nntrain", "sweep", str(grid), "--out", str(out), "--workers", str(workers), *options]


def finish(command: Sequence[str]) -> float:
    """Run a command to its end; seconds."""
    began = time.monotonic()
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if ended.returncode:
        raise AssertionError(f"{' '.join(command)}: exit {ended.returncode}\n{ended.stderr}")
    return time.monotonic() - began


def disturb(command: Sequence[str], kills: int, luck: random.Random) -> Deaths:
    """Run a sweep to its end, and kill so many of its processes on the way: each time any of them."""
    deaths = Deaths()
    while deaths.workers + deaths.coordinators < kills:
        _one_sitting(command, kills, luck, deaths)
    finish(command)
    return deaths


def _one_sitting(command: Sequence[str], kills: int, luck: random.Random, deaths: Deaths) -> None:
    """Run the command until its coordinator is killed, it has ended, or enough were killed."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while deaths.workers + deaths.coordinators < kills and process.poll() is None:
            time.sleep(luck.uniform(SHORTEST, LONGEST))
            victim = luck.choice([process.pid, *children(process.pid)])
            with contextlib.suppress(ProcessLookupError):
                os.kill(victim, signal.SIGKILL)
                if victim == process.pid:
                    deaths.coordinators += 1
                    break
                deaths.workers += 1
        _, errors = process.communicate()
    if process.returncode not in (0, -signal.SIGKILL):
        raise AssertionError(f"exit {process.returncode}\n{errors}")


def children(process: int) -> list[int]:
    """The processes that a process started."""
    text = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii") if alive(process) else ""
    return [int(child) for child in text.split()]


def alive(process: int) -> bool:
    """Whether there is such a process."""
    return Path(f"/proc/{process}/task/{process}/children").exists()


def rows_of(grid: Path, folder: Path) -> list[Row]:
    """The rows of a sweep's study."""
    store = Store.open(str(folder / "study.db"), study_name(load_sweep(grid)))
    try:
        return store.rows()
    finally:
        store.close()


def differences(grid: Path, one: Path, other: Path) -> list[str]:
    """In what two sweeps differ but for the wall clock."""
    found = []
    rows, others = ({row.name: row for row in rows_of(grid, folder)} for folder in (one, other))
    if rows.keys() != others.keys():
        found.append(f"runs: {sorted(rows)} and {sorted(others)}")
    for name in rows.keys() & others.keys():
        if without_clock(rows[name]) != without_clock(others[name]):
            found.append(f"{name}: its row differs")
        if comparable(one / "trials" / name) != comparable(other / "trials" / name):
            found.append(f"{name}: its run folder differs")
    folders = {path.name for path in (other / "trials").iterdir()}
    if folders != others.keys():
        found.append(f"run folders without a row, or rows without one: {folders ^ others.keys()}")
    return found


def without_clock(row: Row) -> dict[str, Any]:
    """What of a row must come again."""
    assert row.outcome is not None
    outcome = vars(row.outcome)
    return {"state": row.state, "plan": row.plan, **{key: value for key, value in outcome.items() if key != "seconds"}}


def main() -> None:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("grid", type=Path)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        undisturbed, disturbed = Path(folder, "undisturbed"), Path(folder, "disturbed")
        seconds = finish(sweep_command(options.grid, undisturbed, options.workers))
        luck = random.Random(options.seed)  # noqa: S311  # it draws the moments of kills, which are no secrets
        deaths = disturb(sweep_command(options.grid, disturbed, options.workers), options.kills, luck)
        found = differences(options.grid, undisturbed, disturbed)
        states = [row.state for row in rows_of(options.grid, disturbed)]
    if found:
        raise SystemExit("\n".join(found))
    print(
        f"{deaths.workers} workers and {deaths.coordinators} coordinators killed; {states.count('finished')} runs finished, "
        f"{len(states)} in all, each once, with the bytes of the undisturbed sweep ({seconds:.0f} s)"
    )


if __name__ == "__main__":
    main()
