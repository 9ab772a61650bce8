"""What a sweep would take, without running it: epochs timed at a few of its points, and the memory of each."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.api.train import train
from nntrain.assemble import Prepared, prepare
from nntrain.assemble.memory import memory
from nntrain.sweep.identity import Identities
from nntrain.sweep.rows import Coordinates
from nntrain.training.events import EpochEnded, Event, StopTraining
from nntrain.training.run_folder import RunFolder

TIMED = 3
"""Points at which epochs are timed: the first, one in the middle, the last."""
EPOCHS = 3
"""Epochs of each; the fastest counts, as the first one may compile kernels."""
PROCESS = 150 * 2**20
"""Bytes of a worker before it holds a network: the interpreter and its libraries."""


@dataclass(frozen=True)
class Estimate:
    """Seconds of a run's training, and bytes: ``data`` once for all workers, ``worker`` for each."""

    seconds: float
    data: int
    worker: int


def estimate(identities: Identities, points: Sequence[Coordinates]) -> Estimate:
    """Time and memory at a few points."""
    chosen = {0, len(points) // 2, len(points) - 1}
    found = [_timed(identities, points[position]) for position in sorted(chosen)[:TIMED]]
    seconds = sum(seconds for seconds, _ in found) / len(found)
    data = max(parts["data"] for _, parts in found)
    return Estimate(seconds, data, PROCESS + max(sum(parts.values()) - parts["data"] for _, parts in found))


def _timed(identities: Identities, coordinates: Coordinates) -> tuple[float, dict[str, int]]:
    """Seconds of all epochs of a run, from its first ones; and its memory."""
    spec = identities.sweep.spec(coordinates)
    prepared = prepare(spec, identities.load(spec))
    return _fastest_epoch(prepared) * prepared.job.settings.epochs, memory(prepared)


def _fastest_epoch(prepared: Prepared) -> float:
    seconds: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded):
            seconds.append(float(event.record["seconds"]))
            if len(seconds) == EPOCHS:
                raise StopTraining("timed")

    with tempfile.TemporaryDirectory() as folder:
        train(prepared, RunFolder(Path(folder)), listeners=[listen])
    return min(seconds)
