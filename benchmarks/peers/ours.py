"""nntrain's own process: `python -m benchmarks.peers.ours numpy|numba CASE [--quick]`; started by the parent.

It calls `nntrain.fit` once, on an .npz file. A listener counts the epochs that the parent asks for, and holds training
between two requests.
"""

from __future__ import annotations

import itertools
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import yaml

from benchmarks.cases import CASES
from benchmarks.our_config import has_numba, without_numba, write_config
from benchmarks.peers.channel import Channel, versions

if sys.argv[1] == "numpy":
    without_numba()
elif not has_numba():
    sys.exit("Numba is not installed: install nntrain[fast] into this environment")

import nntrain  # after Numba is hidden
from nntrain.training.events import EpochEnded, Event, RunStarted  # the same


class Meter:
    """A listener that measures.

    ``rate`` is by the clock, from one epoch's end to the next, the median: as for everybody, shuffling counts, which the
    records of epochs leave out; so do history and events. ``whole_rate`` is the mean, with every checkpoint;
    ``record_rate`` is what the records say.
    """

    def __init__(self, channel: Channel, rows: int, packages: dict[str, str]) -> None:
        self.channel, self.requests, self.packages = channel, channel.requests(), packages
        self.rows = rows
        self.seconds: float | None = None
        self.records: list[EpochEnded] = []
        self.ends: list[float] = []
        self.strategy = ""

    def __call__(self, event: Event) -> None:
        """Note the end of an epoch; the first one after a pause only warms up."""
        if isinstance(event, RunStarted) and event.folder is not None:
            resolved = yaml.safe_load((event.folder / "config.yaml").read_text(encoding="utf-8"))
            self.strategy = strategy(resolved["training"])
            compiled = resolved["training"]["compiled"]
            if compiled != has_numba():
                sys.exit(f"training.compiled is {compiled}: this is not what is to be measured")
        if not isinstance(event, EpochEnded):
            return
        self.records.append(event)
        self.ends.append(time.perf_counter())
        if self.seconds is None:
            self.channel.send(versions=self.packages, threads=self.strategy)
            self._wait()
        elif len(self.ends) > 1 and self.ends[-1] - self.ends[0] >= self.seconds:
            self._answer()
            self._wait()

    def _answer(self) -> None:
        records = [event.record for event in self.records[1:]]
        epochs = [end - begin for begin, end in itertools.pairwise(self.ends)]
        self.channel.send(
            rate=self.rows / statistics.median(epochs),
            whole_rate=self.rows / statistics.mean(epochs),
            record_rate=statistics.median(record["samples_per_second"] for record in records),
            loss=records[-1]["train_loss"],
            epochs=len(records),
        )

    def _wait(self) -> None:
        self.seconds = next(self.requests, None)
        if self.seconds is None:
            raise SystemExit
        self.records.clear()
        self.ends.clear()


def strategy(training: dict[str, Any]) -> str:
    """How the run uses the cores: threads of the matrix products, and into how many shares a batch is split."""
    shares = training.get("shares") or 1
    return f"{shares} shares" if shares > 1 else str(training["threads"])


def main() -> None:
    """Write the table, then fit until the parent hangs up."""
    channel = Channel()
    case = CASES[sys.argv[2]]
    if "--quick" in sys.argv:
        case = case.quick()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = write_config(case, folder, epochs=1_000_000)
        nntrain.fit(config, out=folder / "run", listeners=[Meter(channel, case.rows, versions(("numpy", "numba")))])


if __name__ == "__main__":
    main()
