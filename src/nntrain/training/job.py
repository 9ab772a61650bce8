"""A job: everything that the loop runs on, as `assemble` built it."""

from __future__ import annotations

from dataclasses import dataclass

from nntrain.optim import Schedule
from nntrain.training.batches import Batches
from nntrain.training.evaluation import Evaluator
from nntrain.training.monitor import Monitor
from nntrain.training.rows import Rows
from nntrain.training.settings import TrainingSettings
from nntrain.training.step import TrainStep
from nntrain.training.steps import Steps


@dataclass
class Job:
    """Everything that a run needs, built by `assemble`."""

    step: TrainStep
    steps: Steps
    schedule: Schedule
    evaluator: Evaluator
    train: Rows
    validation: Rows | None
    batches: Batches
    settings: TrainingSettings
    monitor: Monitor
    stopper: Monitor
    metrics: list[str]
