"""Verdicts on the curves: training and validation loss, epoch by epoch. They cost nothing and need no looks."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean

from nntrain.training.diagnostics.course import Course, verdict
from nntrain.training.diagnostics.layer_verdicts import median_update

FEWEST = 8
"""Epochs before a curve says anything."""
LATEST = 5
"""Epochs that must agree, as one may be an outlier: a training strip of Prechelt (1998, "Early stopping: but when?")."""
GENERALISATION_LOSS = 0.1
"""Rise of the validation loss above its minimum: twice the 5 % at which Prechelt stops."""
NOTABLE = 0.05
"""Share of the baseline's loss below which a difference is of no consequence, however large beside a tiny loss: on 30
validation rows it is one row."""
NEAR_BASELINE = 0.9
FLAT = 0.01
"""Relative change of the loss from the middle third of a run to its last one."""
SWING = 0.25
"""Mean change from epoch to epoch, relative to the loss itself, of a curve that goes up as much as down. Adam with batch_norm
on a small table swings by 0.1 and learns well."""
RISE = 1.5
"""Training loss of all the latest epochs above its own minimum: it does not rise where steps are short enough."""
JUMP = 3.0
"""Training loss of one epoch above all before it, and above the baseline's."""
SMALL_UPDATE = 3e-4
"""‖ΔW‖/‖W‖ of one step; about 1e-3 is what works ("should be somewhere around 1e-3", CS231n, "Babysitting the learning process")."""
STILL_FALLING = 0.5
"""Speed of the last third in that of the first third: a curve that nears its plateau slows down more."""


@verdict
def learning_rate_too_high(course: Course) -> str | None:
    """The training loss oscillates, rises, or jumps."""
    losses = course.losses()
    if len(losses) < FEWEST:
        return None
    half, least, now = losses[len(losses) // 2 :], min(losses), min(losses[-LATEST:])
    jumps = (n for n in range(1, len(losses)) if losses[n] > max(JUMP * min(losses[:n]), course.baseline))
    if (swing := _swing(half)) > SWING and fmean(half) > 2.0 * NOTABLE * course.baseline:
        found = f"the training loss goes up and down by {100.0 * swing:.0f} % from epoch to epoch"
    elif now > RISE * least and now - least > NOTABLE * course.baseline:
        found = f"the training loss rose from {least:.4g} in epoch {losses.index(least) + 1} to {fmean(losses[-LATEST:]):.4g}"
    elif (jump := next(jumps, None)) is not None:
        found = f"the training loss jumped from {losses[jump - 1]:.4g} to {losses[jump]:.4g} in epoch {jump + 1}"
    else:
        return None
    lr = max(float(record["lr"]) for record in course.history)
    return f"the learning rate is too high ({lr:.3g}): {found}; try a third of it, or regularization.clip_norm: 1"


def _swing(losses: list[float]) -> float:
    """The mean change that is undone again, up as much as down, relative to the mean loss."""
    changes = [b - a for a, b in pairwise(losses)]
    up, down = sum(c for c in changes if c > 0.0), -sum(c for c in changes if c < 0.0)
    return 2.0 * min(up, down) / len(changes) / max(fmean(losses), 1e-300)


@verdict
def learning_rate_too_low(course: Course) -> str | None:
    """The training loss falls steadily, slowly, and is nowhere near a plateau."""
    losses, update = course.losses(), median_update(course)
    if len(losses) < FEWEST or (update is not None and update > SMALL_UPDATE):
        return None
    third, changes = len(losses) // 3, [b - a for a, b in pairwise(losses)]
    steady = sum(change < 0.0 for change in changes) >= 0.9 * len(changes)
    first, last = losses[0] - losses[third], losses[-1 - third] - losses[-1]
    far = losses[-1] > 0.5 * max(losses[0], course.baseline)
    slow = last < 0.2 * losses[-1]
    if not (steady and far and slow and last > STILL_FALLING * first and last > 0.0):
        return None
    lr = max(float(record["lr"]) for record in course.history)
    return (
        f"the learning rate is too low ({lr:.3g}): the training loss fell from {losses[0]:.4g} to {losses[-1]:.4g} in "
        f"{len(losses)} epochs and falls as fast as in the beginning{_small(update)}; try three to ten times as much"
    )


@verdict
def overfitting(course: Course) -> str | None:
    """The validation loss rises from its minimum while the training loss goes on falling."""
    train, validation = course.losses(), course.losses("validation_loss")
    if len(validation) < FEWEST or len(train) != len(validation):
        return None
    least = min(validation)
    best, now = validation.index(least), min(validation[-LATEST:])
    risen = now > (1.0 + GENERALISATION_LOSS) * least and now - least > NOTABLE * course.baseline
    fallen = max(train[-LATEST:]) < train[best] and fmean(train[-LATEST:]) < least
    if not (risen and fallen):
        return None
    return (
        f"overfitting since epoch {best + 1}: the validation loss rose from {least:.4g} to "
        f"{fmean(validation[-LATEST:]):.4g} while the training loss fell from {train[best]:.4g} to "
        f"{fmean(train[-LATEST:]):.4g}; usual remedies: early_stopping, dropout, "
        "regularization.l2, more rows, a smaller network"
    )


@verdict
def underfitting(course: Course) -> str | None:
    """Neither loss gets away from what a constant answer has, and none moves any more."""
    losses, validation = course.losses(), course.losses("validation_loss")
    if len(losses) < FEWEST:
        return None
    third = len(losses) // 3
    middle, last = fmean(losses[-2 * third : -third]), fmean(losses[-third:])
    high = all(min(curve) > NEAR_BASELINE * course.baseline for curve in (losses, validation or losses))
    if not high or abs(middle - last) > FLAT * abs(middle):
        return None
    return (
        f"underfitting: the training loss stays at {last:.4g}, a constant answer has {course.baseline:.4g}"
        f"{_small(median_update(course))}; usual remedies: hidden layers or wider ones, another learning rate, less regularization, columns that tell more"
    )


def _small(update: float | None) -> str:
    """What is to be said of updates, where they are known and small."""
    if update is None or update > SMALL_UPDATE:
        return ""
    return f"; a step changes weights by {update:.1e} of their size, 1e-03 is usual"
