"""One point of the scaling table, in a process of its own: `python -m benchmarks.scaling_point JSON`; prints JSON."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.cases import FLOAT, Case
from benchmarks.memory import forget_peak, peak_bytes
from benchmarks.our_config import has_numba, without_numba, write_config

if "--without-numba" in sys.argv:
    without_numba()

import nntrain  # after Numba is hidden
from nntrain.training.events import EpochEnded, Event, RunEnded, RunStarted  # the same


class Peaks:
    """A listener that tells reading, training and ending apart."""

    def __init__(self) -> None:
        self.reading = self.training = self.ending = 0

    def __call__(self, event: Event) -> None:
        """Reading is over when the run starts, training with the last epoch; then come the figures of all rows."""
        if isinstance(event, RunStarted):
            self.reading = peak_bytes()
            forget_peak()
        elif isinstance(event, EpochEnded):
            self.training = max(self.training, peak_bytes())
            forget_peak()
        elif isinstance(event, RunEnded):
            self.ending = peak_bytes()


def measured(case: Case, epochs: int) -> dict[str, Any]:
    """Speed and memory of `fit` on a case; memory in bytes."""
    peaks = Peaks()
    with tempfile.TemporaryDirectory() as name:
        with ProcessPoolExecutor(1, get_context("spawn")) as maker:  # of what it takes nothing stays here
            config = maker.submit(write_config, case, Path(name), epochs, compiled=has_numba()).result()
        history = nntrain.fit(config, out=Path(name) / "run", listeners=[peaks]).history
    rates = [record["samples_per_second"] for record in history]
    return {
        "rate": statistics.median(rates[1:] or rates),
        "data": case.rows * case.inputs * FLOAT + case.rows * 8,
        "reading": peaks.reading,
        "training": peaks.training,
        "ending": peaks.ending,
        "parameters": case.parameters,
        "allowed": allowed(case),
    }


def allowed(case: Case) -> int:
    """The goal: four vectors (θ, gradient, two of Adam), activations of one batch twice, and 150 MiB."""
    per_hidden = 2 + case.batch_norm + bool(case.dropout)
    activations = case.batch * (case.inputs + per_hidden * sum(case.hidden) + case.outputs)
    return 4 * FLOAT * case.parameters + 2 * FLOAT * activations + 150 * 2**20


def main() -> None:
    """Measure the case that the argument describes."""
    settings = json.loads(sys.argv[1])
    epochs = settings.pop("epochs")
    settings["hidden"] = tuple(settings["hidden"])
    print(json.dumps(measured(Case("point", **settings), epochs)))


if __name__ == "__main__":
    main()
