"""Plans and outcomes for tests of the study."""

from __future__ import annotations

from nntrain.sweep.rows import Outcome, Plan


def plan(number: int, repeat: int = 0, fold: int = 0, point: str = "") -> Plan:
    """A run of point ``number``."""
    lr = 10.0**-number
    return Plan(number, repeat, fold, point or f"point {number}", 2**62 + number, {"lr": lr}, {"optimizer.adam.lr": lr})


def finished(value: float = 0.5) -> Outcome:
    """A run that went well."""
    return Outcome("finished", value, {"train_loss": 0.1}, [1.0, value], {}, best_epoch=2, epochs=2, seconds=0.25)
