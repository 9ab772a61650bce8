"""A job: everything that the loop runs on, as `assemble` built it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from nntrain.optim import Schedule
from nntrain.training.batches import Batches
from nntrain.training.evaluation import Evaluator
from nntrain.training.monitor import Monitor
from nntrain.training.settings import TrainingSettings
from nntrain.training.step import TrainStep
from nntrain.types import Array


@dataclass(frozen=True)
class Rows:
    """Encoded rows: x (N, n), and y (N,) class indices or (N, 1) standardised targets."""

    x: Array
    y: NDArray[Any]


@dataclass
class Job:
    """Everything that a run needs, built by `assemble`."""

    step: TrainStep
    schedule: Schedule
    evaluator: Evaluator
    train: Rows
    validation: Rows | None
    batches: Batches
    settings: TrainingSettings
    monitor: Monitor
    stopper: Monitor
    metrics: list[str]
