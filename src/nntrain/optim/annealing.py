"""Learning rates that fall over a run, or stay: each by its formula."""

from __future__ import annotations

import math

from nntrain.optim.schedule import Progress, schedules, steady_in_epochs
from nntrain.types import Count, Fraction, Positive, Share


@schedules
@steady_in_epochs
def constant(progress: Progress) -> float:
    """lr = lr₀.

    YAML      constant
    """
    return 1.0


@schedules
@steady_in_epochs
def step(progress: Progress, *, every: Count = 30, factor: Fraction = 0.1) -> float:
    """lr = lr₀ · λ^⌊t/n⌋: every n epochs times λ < 1; n is ``every`` and λ ``factor``.

    YAML      step: {every: 10, factor: 0.5}
    """
    return float(factor ** math.floor(progress.epoch / every))


@schedules
def exponential(progress: Progress, *, alpha: Positive = 0.05) -> float:
    """lr = lr₀ · e^(−α t), t in epochs.

    YAML      exponential: 0.05      α is ``alpha``
    """
    return math.exp(-alpha * progress.epoch)


@schedules
def inverse_time(progress: Progress, *, alpha: Positive = 0.1) -> float:
    """lr = lr₀ / (1 + α t), t in epochs (Robbins & Monro, 1951).

    YAML      inverse_time: 0.1      α is ``alpha``
    """
    return 1.0 / (1.0 + alpha * progress.epoch)


@schedules
def polynomial(progress: Progress, *, power: Positive = 1.0, final: Share = 0.0) -> float:
    """lr = lr₀ · (f + (1 − f) (1 − t/T)ᵖ), T the number of epochs, p ``power``, f ``final``; a line where p = 1.

    YAML      polynomial        polynomial: {power: 2, final: 0.01}
    """
    return final + (1.0 - final) * float((1.0 - share_done(progress)) ** power)


@schedules
def cosine(progress: Progress, *, final: Share = 0.0) -> float:
    """lr = lr₀ · (f + (1 − f) · ½ (1 + cos(π t/T))), T the number of epochs, f ``final`` (Loshchilov & Hutter, 2017).

    YAML      cosine        cosine: 0.01

    ``cosine_restarts`` begins anew several times in a run.
    """
    return falling_cosine(share_done(progress), 1.0, final)


@schedules
def flat_cosine(progress: Progress, *, flat: Fraction = 0.5) -> float:
    """lr = lr₀ up to the share a = ``flat`` of the run; then lr₀ · ½ (1 + cos(π (t/T − a)/(1 − a))).

    YAML      flat_cosine        flat_cosine: 0.7
    """
    return falling_cosine(max(share_done(progress) - flat, 0.0) / (1.0 - flat), 1.0, 0.0)


def share_done(progress: Progress) -> float:
    """t/T, from 0 to 1, also in a run that was made longer."""
    return min(progress.epoch / progress.epochs, 1.0)


def falling_cosine(share: float, first: float, last: float) -> float:
    """From ``first`` to ``last`` along half a cosine, while ``share`` goes from 0 to 1."""
    return last + (first - last) * 0.5 * (1.0 + math.cos(math.pi * share))
