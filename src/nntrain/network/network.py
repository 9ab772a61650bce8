"""A network: layers in a row over one flat parameter vector."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nntrain.network.fusion import Stage, fuse
from nntrain.network.inference import Inference
from nntrain.network.layer import Layer, Stager, fit_row, is_fitted, walk
from nntrain.network.parameters import Parameter, ParameterVector
from nntrain.network.site import Plan
from nntrain.streams import stream
from nntrain.types import Array, Batch

FITTING_ROWS = 100_000
"""Of more training rows than these, layers are fitted to a random choice."""


class Network:
    """Layers l₁ … l_L: logits = l_L(… l₁(x)); ``backward`` is the chain rule from the last to the first.

    ``values``, ``gradient`` and ``memory`` of `vector` are all that training changes.
    """

    def __init__(self, plan: Plan, layers: list[tuple[str, Layer]], inputs: int) -> None:
        self.names = [name for name, _ in layers]
        self.layers = [layer for _, layer in layers]
        self.stages: list[Stage] = list(self.layers)
        self.inputs, self.outputs = inputs, self.layers[-1].width
        self.clock, self.capacity = plan.clock, plan.capacity
        self.vector = ParameterVector(plan.parameters, plan.memories, plan.dtype)
        self.seed = plan.seed
        self.each = Inference(self.layers, (self.inputs, self.outputs), plan.buffers, self.vector.values)

    def initialize(self) -> None:
        """Draw the starting weights, each from the stream of (seed, its name)."""
        self.vector.initialize(lambda name: stream(self.seed, f"initialize/{name}"))

    def fit(self, x: Array) -> None:
        """Let the layers that need it look at the training rows (`Layer.fit`), after `initialize`."""
        row = list(zip(self.names, self.layers, strict=True))
        if len(x) > FITTING_ROWS and any(map(is_fitted, self.layers)):
            chosen = stream(self.seed, "fit").choice(len(x), FITTING_ROWS, replace=False)
            x = x[np.sort(chosen)]
        fit_row(row, x)

    def forward(self, x: Batch) -> Batch:
        """Logits of a training batch, (B, n) → (B, outputs)."""
        for stage in self.stages:
            x = stage.forward(x)
        return x

    def backward(self, dy: Batch) -> None:
        """Backpropagation: ∂loss/∂logits → ∂loss/∂θ, written to ``vector.gradient``."""
        for stage in reversed(self.stages[1:]):
            dy = stage.backward(dy)
        self.stages[0].gradients(dy)

    def share(self, other: Network) -> None:
        """Use the parameters and the memory of another network of the same layers; gradient and buffers stay one's own."""
        for own, its in zip(self.vector.parameters, other.vector.parameters, strict=True):
            own.value = its.value
        self.vector.values = other.vector.values
        for kept, theirs in zip(self.vector.memories, other.vector.memories, strict=True):
            kept.value = theirs.value
        self.vector.memory = other.vector.memory

    def fuse(self, compiled: bool) -> None:
        """Let training run neighbouring layers in one kernel where they can."""
        self.restage(lambda row: fuse([layer for _, layer in row], compiled))

    def restage(self, stager: Stager) -> None:
        """Let training run what ``stager`` makes of each row of layers, here and inside branches."""
        for layer in self.layers:
            layer.restage(stager)
        self.stages = stager(list(zip(self.names, self.layers, strict=True)))

    def walk(self) -> Iterator[tuple[str, Layer]]:
        """Every layer with its name, each followed by those inside it."""
        return walk(zip(self.names, self.layers, strict=True))

    def parameters_of(self, name: str) -> list[Parameter]:
        """The parameters of a layer, and of all layers inside it."""
        inside = (f"{name}/", f"{name}.")
        return [parameter for parameter in self.vector.parameters if parameter.name.startswith(inside)]

    def infer(self, x: Array) -> Array:
        """Logits of any number of rows outside training; ``each`` gives them piece by piece."""
        logits = np.empty((len(x), self.outputs), self.vector.values.dtype)

        def keep(rows: slice, part: Batch) -> None:
            logits[rows] = part

        self.each(x, keep)
        return logits
