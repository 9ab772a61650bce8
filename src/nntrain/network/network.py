"""A network: layers in a row over one flat parameter vector."""

from __future__ import annotations

import numpy as np

from nntrain.network.fusion import Stage, fuse
from nntrain.network.layer import Layer
from nntrain.network.parameters import ParameterVector
from nntrain.network.site import Plan
from nntrain.streams import stream
from nntrain.types import Array, Batch

BLOCK = 256
"""Rows of an evaluation block. It is fixed and padded, so that a row's bits do not depend on the rows beside it."""


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

    def initialize(self) -> None:
        """Draw the starting weights, each from the stream of (seed, its name)."""
        self.vector.initialize(lambda name: stream(self.seed, f"initialize/{name}"))

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
        """Use the parameters of another network of the same layers; gradient and buffers stay one's own."""
        for own, its in zip(self.vector.parameters, other.vector.parameters, strict=True):
            own.value = its.value
        self.vector.values = other.vector.values

    def fuse(self, compiled: bool) -> None:
        """Let training run neighbouring layers in one kernel where they can."""
        self.stages = fuse(self.layers, compiled)

    def infer(self, x: Array) -> Array:
        """Logits of any number of rows outside training, block by block."""
        logits = np.empty((len(x), self.outputs), self.vector.values.dtype)
        block = np.zeros((BLOCK, self.inputs), self.vector.values.dtype)
        for start in range(0, len(x), BLOCK):
            rows = min(BLOCK, len(x) - start)
            block[:rows] = x[start : start + rows]
            y: Batch = block
            for layer in self.layers:
                y = layer.infer(y)
            logits[start : start + rows] = y[:rows]
        return logits
