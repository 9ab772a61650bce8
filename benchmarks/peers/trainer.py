"""What a peer is: a function that trains for so many epochs and says how long each took."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case


@dataclass(frozen=True)
class Epochs:
    """Seconds of each epoch, shuffling included, and the running loss of the last one."""

    seconds: list[float]
    loss: float


Trainer: TypeAlias = Callable[[int], Epochs]
Builder: TypeAlias = Callable[[Case, NDArray[np.float32], NDArray[np.int64]], Trainer]


def epoch_by_epoch(epoch: Callable[[], float]) -> Trainer:
    """A trainer of a function that trains one epoch and returns its running loss."""

    def train(count: int) -> Epochs:
        seconds, loss = [], math.nan
        for _ in range(count):
            began = time.perf_counter()
            loss = epoch()
            seconds.append(time.perf_counter() - began)
        return Epochs(seconds, loss)

    return train


def measure(train: Trainer, rows: int, seconds: float) -> dict[str, Any]:
    """Samples per second, the median of the epochs of about so many seconds, after one to warm up."""
    first = train(1).seconds[0]
    epochs = train(max(1, round(seconds / first)))
    return {"rate": rows / statistics.median(epochs.seconds), "loss": epochs.loss, "epochs": len(epochs.seconds)}
