"""Optimizers on a surface of two parameters: where they go, and how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import numpy as np
from annotated_types import MaxLen, MinLen
from numpy.typing import NDArray

from nntrain.config.markers import Named
from nntrain.config.registry import Choice
from nntrain.errors import ConfigError
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.lecture.surfaces import Surface, surfaces
from nntrain.optim import Bench, Optimizer, optimizers
from nntrain.types import Count

COLUMNS, LINES = 56, 11
"""The size of a drawing."""

Track = NDArray[np.float64]
"""The points of a descent, (steps + 1, 2)."""
Start = Annotated[list[float], MinLen(2), MaxLen(2)]
AnyOptimizer = Annotated[Choice, Named(optimizers, deferred=True)]


@demonstrations
def descent(
    scene: Scene,
    *,
    start: dict[str, Start],
    on: dict[str, Annotated[Surface, Named(surfaces)]],
    optimizers: dict[str, AnyOptimizer],
    rates: dict[str, dict[str, float]] | None = None,
    steps: Count = 200,
) -> Shown:
    """Every optimizer on every surface of ``on`` from its ``start``, with a rate of ``rates`` (surface → optimizer → rate) or its own.

    The runs are named ``surface_optimizer``. Figures: ``loss`` and ``first_loss``; ``x`` and ``y`` at the end; ``distance`` from
    the start; ``step_1``, ``step_10``, ``step_100``… and ``last_step``, the lengths of these steps. Curves: ``loss``, ``step``,
    and ``off_x`` and ``off_y``, the distances from each axis, |y| and |x|.
    """
    if missing := [place for place in on if place not in start]:
        raise ConfigError(
            f"demonstration.descent.start: none for {', '.join(missing)}; expected {{surface: [x, y]}} for each"
        )
    outcomes, drawings = {}, []
    for place, surface in on.items():
        tracks = {}
        for name, choice in optimizers.items():
            rate = (rates or {}).get(place, {}).get(name)
            tracks[name] = track(surface, choice, start[place], steps, rate)
            outcomes[f"{place}_{name}"] = _outcome(surface, tracks[name])
        drawings += _drawings(place, tracks)
    return Shown(outcomes, drawings)


def track(surface: Surface, choice: Choice, start: Sequence[float], steps: int, rate: float | None = None) -> Track:
    """The points of a descent; the optimizer is that of training, on a bench of two parameters."""
    theta, gradient = np.array(start, np.float64), np.zeros(2)
    optimizer: Optimizer = choice.build(Bench(theta, gradient, slice(0, 2)))
    points = [theta.copy()]
    with np.errstate(all="ignore"):  # who goes off into the distance shows it
        for step in range(1, steps + 1):
            gradient[...] = surface.gradient(theta)
            optimizer.update(optimizer.lr if rate is None else rate, step)
            points.append(theta.copy())
    return np.array(points)


def _outcome(surface: Surface, points: Track) -> Outcome:
    with np.errstate(all="ignore"):
        losses = [surface.value(point) for point in points]
        lengths = np.linalg.norm(np.diff(points, axis=0), axis=1)
    marks = [10**power for power in range(9) if 10**power <= len(lengths)]
    figures = {
        "loss": losses[-1],
        "first_loss": losses[0],
        "x": points[-1, 0],
        "y": points[-1, 1],
        "distance": np.linalg.norm(points[-1] - points[0]),
        "last_step": lengths[-1],
    }
    figures |= {f"step_{mark}": lengths[mark - 1] for mark in marks}
    curves = {"loss": losses[1:], "step": lengths, "off_x": np.abs(points[1:, 1]), "off_y": np.abs(points[1:, 0])}
    return Outcome(
        {name: float(value) for name, value in figures.items()},
        {name: [float(value) for value in values] for name, values in curves.items()},
    )


def _drawings(place: str, tracks: Mapping[str, Track]) -> list[str]:
    """A drawing for each optimizer, all of one surface to the same scale; none where nothing moves in both directions."""
    everything = np.concatenate([points[np.isfinite(points).all(axis=1)] for points in tracks.values()])
    low, high = everything.min(axis=0), everything.max(axis=0)
    if (high - low).min() <= 0:
        return []
    frame = f"x {low[0]:.3g} to {high[0]:.3g}, y {low[1]:.3g} to {high[1]:.3g}"
    return [f"{place}, {name} ({frame})\n{draw(points, low, high)}" for name, points in tracks.items()]


def draw(points: Track, low: Track, high: Track) -> str:
    """``S`` where it starts, ``E`` where it ends, ``•`` where it was, in characters."""
    cells = [["·"] * COLUMNS for _ in range(LINES)]
    shown = points[np.isfinite(points).all(axis=1)]
    places = np.rint((shown - low) / (high - low) * [COLUMNS - 1, LINES - 1]).astype(int)
    for number, (column, line) in enumerate(places):
        sign = "S" if number == 0 else "E" if number == len(places) - 1 else "•"
        if sign != "•" or cells[LINES - 1 - line][column] == "·":
            cells[LINES - 1 - line][column] = sign
    return "\n".join("".join(line) for line in cells)
