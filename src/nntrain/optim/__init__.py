"""Optimizers, schedules and penalties; importing this room fills its registries."""

from nntrain.optim import (
    adam,
    adam_kin,
    adaptive,
    annealing,
    averaging,
    cycles,
    gradient_descent,
    lion,
    plateau,
    rmsprop,
    warmup,
)
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.regularization import Regularization
from nntrain.optim.schedule import Observer, Progress, Schedule, schedules, steady

__all__ = [
    "Bench",
    "Observer",
    "Optimizer",
    "Progress",
    "Regularization",
    "Schedule",
    "adam",
    "adam_kin",
    "adaptive",
    "annealing",
    "averaging",
    "cycles",
    "gradient_descent",
    "lion",
    "optimizers",
    "plateau",
    "rmsprop",
    "schedules",
    "steady",
    "warmup",
]
