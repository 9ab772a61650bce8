"""The probe: a batch that is sent through the layers and back outside training, measured, and leaves no trace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from nntrain.network import Layer, Loss, Network, Targets
from nntrain.training.diagnostics.look import LayerFigures
from nntrain.training.diagnostics.parts import Curve, Part, parts_of, runners_of
from nntrain.types import Array, Batch

FLAT = 1e-3
"""A slope below this share of the activation's largest is none: relu's is 0, gelu's and silu's tails come down to this."""
SATURATED = 0.1
"""A unit whose average slope is below this share of the largest is saturated: tanh has that slope where |y| is 0.95."""


class Probe:
    """Measures a network on fixed rows, of which there are no more than its layers have room for."""

    def __init__(self, network: Network, loss: Loss, x: Batch, y: Targets) -> None:
        self.network, self.loss, self.x, self.y = network, loss, x, y
        self.parts = {part.name: part for part in parts_of(network)}
        self.seen: dict[str, dict[str, Any]] = {}
        self.runners = [
            (runner, [Heard(self.parts[name], self.seen) for name in names]) for runner, names in runners_of(network)
        ]
        self.expected = loss.value(np.zeros((len(x), network.outputs), x.dtype), y)

    def measure(self, step: int, update: Array | None) -> tuple[float, tuple[LayerFigures, ...]]:
        """The loss, and the figures of all layers; ``update`` is what the latest step added to θ."""
        with untouched(self.network), self._unfused():
            self.network.clock.step = step
            loss, dy = self.loss.value_and_gradient(self.network.forward(self.x), self.y)
            self.network.backward(dy)
            figures = [
                LayerFigures(name, **self.seen[name], **self._trained(part, update))
                for name, part in self.parts.items()
                if name in self.seen
            ]
        return loss, tuple(figures)

    @contextmanager
    def _unfused(self) -> Iterator[None]:
        """Meanwhile every layer runs for itself, and is heard."""
        usual = [runner.stages for runner, _ in self.runners]
        try:
            for runner, stages in self.runners:
                runner.stages = list(stages)
            yield
        finally:
            for (runner, _), stages_before in zip(self.runners, usual, strict=True):
                runner.stages = stages_before

    @staticmethod
    def _trained(part: Part, update: Array | None) -> dict[str, Any]:
        """Gradient and update of what the layer trains."""
        own = part.parameters
        if not own:
            return {}
        size = _norm([p.value for p in own])
        moved = 0.0 if update is None else _norm([update[p.offset : p.offset + p.size] for p in own])
        return {
            "gradient": _norm([p.grad for p in own]),
            "norm": size,
            "weights": sum(p.size for p in own),
            "update": moved / size if moved and size else None,
        }


@contextmanager
def untouched(network: Network) -> Iterator[None]:
    """Afterwards gradient, running statistics and the clock of random masks are as they were."""
    vector, step = network.vector, network.clock.step
    gradient, memory = vector.gradient.copy(), vector.memory.copy()
    try:
        yield
    finally:
        vector.gradient[...], vector.memory[...] = gradient, memory
        network.clock.step = step


class Heard:
    """A stage that is one layer, and takes down figures of what it returns, at once: the next may use the same memory."""

    def __init__(self, part: Part, seen: dict[str, dict[str, Any]]) -> None:
        self.part, self.layer, self.seen = part, part.layer, seen
        self.backward, self.gradients = part.layer.backward, part.layer.gradients

    def forward(self, x: Batch) -> Batch:
        """y = f(x)."""
        y = self.layer.forward(x)
        figures = {"mean": float(y.mean(dtype=np.float64)), "spread": float(y.std(dtype=np.float64))}
        if self.part.curve is not None:
            figures |= _flat(self.part.curve, self.layer, y)
        self.seen[self.part.name] = figures
        return y


def _flat(curve: Curve, layer: Layer, y: Batch) -> dict[str, float]:
    """The share of units that are dead or saturated: dx = φ′(x) where dy = 1."""
    slopes = np.abs(layer.backward(np.ones_like(y)))  # (B, m)
    if curve.bounded:
        return {"saturated": float(np.mean(slopes.mean(axis=0) < SATURATED * curve.steepest))}
    return {"dead": float(np.mean(slopes.max(axis=0) < FLAT * curve.steepest))}


def _norm(arrays: list[Array]) -> float:
    return float(np.sqrt(sum(float(np.dot(flat, flat)) for flat in (array.reshape(-1) for array in arrays))))
