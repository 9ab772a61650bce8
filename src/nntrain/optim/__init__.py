"""Optimizers, schedules and penalties; importing this room fills its registries."""

from nntrain.optim import adaptive, gradient_descent
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.regularization import Regularization
from nntrain.optim.schedule import Observer, Progress, Schedule, schedules

__all__ = [
    "Bench",
    "Observer",
    "Optimizer",
    "Progress",
    "Regularization",
    "Schedule",
    "adaptive",
    "gradient_descent",
    "optimizers",
    "schedules",
]
