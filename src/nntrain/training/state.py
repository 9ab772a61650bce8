"""Everything that changes during a run besides the network's vectors: position, counters and history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.training.events import Record
from nntrain.training.monitor import Best


@dataclass
class Position:
    """Where a run stands: ``epoch`` whole epochs and ``batch`` batches of the next one, ``step`` steps in all.

    The rest is the running loss of the epoch in hand and the seconds that it took so far.
    """

    epoch: int = 0
    batch: int = 0
    step: int = 0
    loss_sum: float = 0.0
    rows: int = 0
    seconds: float = 0.0

    def advance(self, losses: Sequence[float], sizes: NDArray[np.int64]) -> None:
        """Some batches of so many rows further."""
        count = len(losses)
        self.batch += count
        self.step += count
        parts = np.concatenate([[self.loss_sum], np.multiply(losses, sizes[:count])])
        self.loss_sum = float(np.add.accumulate(parts)[-1])  # one by one: how an epoch is cut changes no bit
        self.rows += int(sizes[:count].sum())

    @property
    def running_loss(self) -> float:
        """Mean loss of the rows seen in this epoch, each at the weights it met."""
        return self.loss_sum / max(self.rows, 1)

    def next_epoch(self) -> None:
        """The epoch is over."""
        self.epoch, self.batch, self.loss_sum, self.rows, self.seconds = self.epoch + 1, 0, 0.0, 0, 0.0


@dataclass
class RunState:
    """Position, the best epoch with the patience counters, the schedule's counters, and one record for each epoch."""

    position: Position = field(default_factory=Position)
    best: Best = field(default_factory=Best)
    schedule: dict[str, float] = field(default_factory=dict)
    history: list[Record] = field(default_factory=list)
    stopper: str = ""
    """The figure that the patience counters are about."""
    past_seconds: float = 0.0
    """Seconds of the epochs in the history."""

    def add(self, record: Record) -> None:
        """An epoch is over."""
        self.history.append(record)
        self.past_seconds += record["seconds"]

    def plain(self) -> dict[str, Any]:
        """As JSON data; a copy, but for the records, which nobody changes once they are in the history."""
        return {
            "position": asdict(self.position),
            "best": dict(self.best.counters),
            "stopper": self.stopper,
            "schedule": dict(self.schedule),
            "history": list(self.history),
        }

    def restore(self, plain: dict[str, Any]) -> None:
        """Take over what `plain` gave. Counters are updated in place: the schedule shares its dict."""
        self.position = Position(**plain["position"])
        self.best.counters.update(plain["best"])
        self.stopper = plain["stopper"]
        self.schedule.update(plain["schedule"])
        self.history = [dict(record) for record in plain["history"]]
        self.past_seconds = float(sum(record["seconds"] for record in self.history))

    @property
    def seconds(self) -> float:
        """Seconds of training so far, over all its sittings."""
        return self.past_seconds + self.position.seconds
