"""Verdicts on the layers, from the looks at them. What two looks in a row do not show is left unsaid."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import median

from nntrain.training.diagnostics.course import Course, verdict
from nntrain.training.diagnostics.look import Look

VANISHED = 1e-3
"""A weight of a layer gets less than this share of what one of the last layer gets. Ten sigmoid layers, whose slope is at
most ¼, come to 1e-6; healthy networks of the sizes that we train stay above 1e-2 (Glorot & Bengio, 2010, figure 7)."""
EXPLODED = 1e3
"""The same the other way round."""
OVERWHELMING = 100.0
"""‖gradient‖/‖W‖ of a layer; healthy ones are below 1. Even with a learning rate of 0.001 a step of 100 is a tenth of the weights."""
DEAD = 0.4
"""Share of a layer's units: "as much as 40 % of your network can be dead" (CS231n, "Commonly used activation functions")."""
SATURATED = 0.5
"""Share of a layer's units. In the networks of Glorot & Bengio (2010, figure 2) a layer that stalls is saturated whole."""
FAR = 5.0
"""The loss at the start, in losses of a network that answers 0. Outputs of variance 1 to 2, which the fitting initializers
give, cost up to 3 times (1 + σ² of a squared error); Karpathy's example of a bad start (makemore, 2022) is 8 times."""
IN_A_ROW = 2


def _latest(course: Course) -> Sequence[Look]:
    """The looks that have to agree; none while there are too few."""
    return course.looks[-IN_A_ROW:] if len(course.looks) >= IN_A_ROW else ()


def _ratios(look: Look) -> dict[str, float]:
    """Gradient per weight of every layer, in that of the last layer; empty where that gets none itself."""
    own = {layer.name: layer.gradient_per_weight for layer in look.layers if layer.weights}
    finite = {name: size for name, size in own.items() if size is not None and math.isfinite(size)}
    last = list(finite.values())[-1] if finite else 0.0
    return {name: size / last for name, size in finite.items()} if last > 1e-30 else {}


@verdict
def vanishing_gradients(course: Course) -> str | None:
    """The gradient does not reach the first layers."""
    found = _beyond(course, lambda ratio: ratio < VANISHED)
    if found is None:
        return None
    return (
        f"gradients vanish: {found}; "
        "usual remedies: relu instead of sigmoid or tanh, batch_norm, the fitting initializer, fewer layers"
    )


@verdict
def exploding_gradients(course: Course) -> str | None:
    """The gradient grows from layer to layer on its way back."""
    found = _beyond(course, lambda ratio: ratio > EXPLODED) or _overwhelming(course)
    if found is None:
        return None
    return (
        f"gradients explode: {found}; usual remedies: the fitting initializer, batch_norm, regularization.clip_norm: 1"
    )


def _overwhelming(course: Course) -> str | None:
    """The layer whose gradient is largest beside its weights, where it is far too large in all latest looks."""
    sizes = [
        max(((layer.gradient or 0.0) / layer.norm, layer.name) for layer in look.layers if layer.norm)
        for look in _latest(course)
        if any(layer.norm for layer in look.layers)
    ]
    if len(sizes) < IN_A_ROW or any(size <= OVERWHELMING for size, _ in sizes):
        return None
    size, name = sizes[-1]
    return f"the gradient of {name} is {size:.1e} times as large as its weights (epoch {course.looks[-1].epoch})"


def _beyond(course: Course, bad: Callable[[float], bool]) -> str | None:
    """What the layer that is worst off gets, where it is a bad one in all latest looks."""
    looks = [_ratios(look) for look in _latest(course)]
    names = [name for name in (looks[-1] if looks else {}) if all(bad(look.get(name, 1.0)) for look in looks)]
    if not names:
        return None
    ratios, epoch = looks[-1], course.looks[-1].epoch
    worst = max(names, key=lambda name: abs(math.log(max(ratios[name], 1e-300))))
    last = list(ratios)[-1]
    others = f"; {len(names) - 1} more likewise" if len(names) > 1 else ""
    return f"a weight of {worst} gets {ratios[worst]:.1e} times the gradient of one of {last} (epoch {epoch}{others})"


@verdict
def dead_units(course: Course) -> str | None:
    """Units of relu and its like that are off for every row: no gradient can wake them."""
    found = _shares(course, "dead", DEAD)
    if not found:
        return None
    rows = course.looks[-1].rows
    return (
        f"dead units: {found}, off on all of {rows} training rows; "
        "usual remedies: a lower learning rate, he_normal, leaky_relu, batch_norm"
    )


@verdict
def saturated_units(course: Course) -> str | None:
    """Units of sigmoid, tanh and their like that sit where the curve is flat."""
    found = _shares(course, "saturated", SATURATED)
    if not found:
        return None
    return (
        f"saturated units: {found}, flat on nearly all rows; "
        "usual remedies: xavier_normal, standardised inputs, batch_norm, a lower learning rate"
    )


def _shares(course: Course, figure: str, limit: float) -> str:
    """``45 % of 2.relu (since epoch 3), …``: the layers in which too many units are so, and since when without a break."""
    found = []
    for name in [layer.name for layer in course.looks[-1].layers] if _latest(course) else []:
        shares = [getattr(layer, figure) for look in course.looks for layer in look.layers if layer.name == name]
        count = next((n for n, share in enumerate(reversed(shares)) if share is None or share < limit), len(shares))
        if count >= IN_A_ROW:
            epoch = course.looks[-count].epoch
            found.append(f"{shares[-1]:.0%} of {name} ({f'since epoch {epoch}' if epoch else 'from the start'})")
    return ", ".join(found).replace("%", " %")


@verdict
def loss_at_start(course: Course) -> str | None:
    """Before the first step a network knows nothing; a loss far above that of saying so is overconfidence."""
    first = next(iter(course.looks), None)
    if first is None or first.step or not first.expected > 0.0 or first.loss <= FAR * first.expected:
        return None
    return (
        f"the loss at the start is {first.loss:.4g}, {first.loss / first.expected:.0f} times the {first.expected:.4g} of "
        "outputs that are all 0: the first epochs only shrink them; usual remedies: the fitting initializer, "
        "a smaller one for the output layer, standardised inputs"
    )


def median_update(course: Course) -> float | None:
    """The median of ‖ΔW‖/‖W‖ of one step, over all layers with weights and all looks."""
    updates = [layer.update for look in course.looks for layer in look.layers if layer.update is not None]
    return median(updates) if updates else None
