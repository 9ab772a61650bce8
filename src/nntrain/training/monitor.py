"""The figure that decides which epoch is best, and the patience that ends a run."""

from __future__ import annotations

import math

from nntrain.config.messages import suggestion
from nntrain.training.events import Record
from nntrain.training.metric import Task, higher_is_better, metrics


class Monitor:
    """Reads one figure of a record so that lower is better: ``validation_accuracy`` counts negative."""

    def __init__(self, name: str) -> None:
        self.name = name
        metric = name.removeprefix("validation_").removeprefix("train_")
        self.sign = -1.0 if metric in higher_is_better else 1.0

    def read(self, record: Record) -> float:
        """The figure, lower being better; infinite where it is not a number."""
        value = self.sign * float(record[self.name])
        return math.inf if math.isnan(value) else value


def monitor_problem(name: str, task: Task, validated: bool) -> str | None:
    """What is wrong with the name of a figure to monitor, or None."""
    figures = ["train_loss"]
    if validated:
        figures += ["validation_loss", *(f"validation_{name}" for name in metrics[task].names)]
    if name in figures:
        return None
    if not validated and name.startswith("validation_"):
        return f"'{name}' needs validation rows, and there are none (set data.split.validation, or monitor train_loss)"
    meant = f" (did you mean 'validation_{name}'?)" if f"validation_{name}" in figures else suggestion(name, figures)
    return f"unknown figure '{name}' for a {task} task{meant}"


class Best:
    """The best epoch so far, and how long ago the figure last improved; ``counters`` go into checkpoints."""

    def __init__(self) -> None:
        self.counters: dict[str, float] = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self.counters.update(value=math.inf, epoch=0, reference=math.inf, waited=0)

    @property
    def epoch(self) -> int:
        """The best epoch, counted from 1; 0 before the first."""
        return int(self.counters["epoch"])

    def improved(self, value: float, epoch: int) -> bool:
        """Take note of an epoch's figure; True if it is the best so far. The first of equal epochs wins."""
        if value < self.counters["value"] or self.epoch == 0:
            self.counters.update(value=value, epoch=epoch)
            return True
        return False

    def forget_patience(self) -> None:
        """Wait anew, for another figure."""
        self.counters.update(reference=math.inf, waited=0)

    def out_of_patience(self, value: float, patience: int, min_delta: float) -> bool:
        """Take note of the stopper's figure; True if it has not improved by ``min_delta`` for ``patience`` epochs."""
        if value < self.counters["reference"] - min_delta:
            self.counters.update(reference=value, waited=0)
        else:
            self.counters["waited"] += 1
        return self.counters["waited"] >= patience
