"""Which figures a run computes and watches; wrong names are found before anything is trained."""

from __future__ import annotations

from dataclasses import dataclass

from nntrain.config.messages import suggestion
from nntrain.errors import ConfigError
from nntrain.spec import Spec
from nntrain.training.metric import Task, metrics
from nntrain.training.monitor import monitor_problem

DEFAULT_METRIC: dict[Task, str] = {"classification": "accuracy", "multilabel": "accuracy", "regression": "rmse"}


@dataclass(frozen=True)
class Figures:
    """The figure that decides the best epoch, the one that early stopping watches, the metrics of every epoch."""

    monitor: str
    stopper: str
    metrics: list[str]


def figure_names(spec: Spec, task: Task, *, validated: bool) -> Figures:
    """The names in the config, or their defaults; raises with the place of every name that cannot be."""
    training = spec.config.training
    stopping = training.early_stopping
    errors: list[ConfigError] = []
    monitor = training.monitor or ("validation_loss" if validated else "train_loss")
    stopper = (stopping.monitor if stopping else None) or monitor
    watched = [(("training", "monitor"), monitor), (("training", "early_stopping", "monitor"), stopper)]
    for loc, name in watched if stopper != monitor else watched[:1]:
        if problem := monitor_problem(name, task, validated):
            errors.append(spec.error(loc, problem))
    names = list(training.metrics) if training.metrics is not None else [DEFAULT_METRIC[task]]
    for position, name in enumerate(names):
        if name not in metrics[task]:
            hint = suggestion(name, metrics[task].names)
            errors.append(spec.error(("training", "metrics", position), f"unknown {task} metric '{name}'{hint}"))
    if errors:
        raise ConfigError([problem for error in errors for problem in error.problems])
    for name in (monitor, stopper):
        metric = name.removeprefix("validation_")
        if metric in metrics[task] and metric not in names:
            names.append(metric)
    return Figures(monitor, stopper, names)
