"""One row's way through a network and back: the value of every node, and the gradient that arrives there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nntrain.network.fusion import Stage
from nntrain.network.layer import Layer, Row
from nntrain.network.network import Network
from nntrain.types import Array, Batch


@dataclass(frozen=True)
class Node:
    """What one node of the graph computed for a row, (m,), and ∂/∂ that, (m,)."""

    value: Array
    gradient: Array


@dataclass
class Trace:
    """The input and every layer by name; parameters keep their gradients in the network's vector."""

    input: Node
    nodes: dict[str, Node]


@dataclass
class Watched:
    """A stage that is one layer, and keeps what comes by for one row of the batch."""

    name: str
    layer: Layer
    place: int
    seen: dict[str, Node] = field(repr=False)

    def forward(self, x: Batch) -> Batch:
        """y = f(x)."""
        y = self.layer.forward(x)
        self.value = y[self.place].copy()
        return y

    def backward(self, dy: Batch) -> Batch:
        """∂/∂x, after a look at ∂/∂y."""
        self.seen[self.name] = Node(self.value, dy[self.place].copy())
        dx = self.layer.backward(dy)
        self.dx = dx[self.place].copy()
        return dx

    def gradients(self, dy: Batch) -> None:
        """The same; here ∂/∂x of the first layer is wanted too."""
        self.backward(dy)


def trace(network: Network, x: Batch, slope: Callable[[Batch], Batch], place: int = 0) -> Trace:
    """Forward pass of a training batch, backward pass from ``slope(logits)``; both seen at the row at ``place``."""
    seen: dict[str, Node] = {}

    def watched(row: Row) -> list[Stage]:
        return [Watched(name, layer, place, seen) for name, layer in row]

    network.restage(watched)
    try:
        network.backward(slope(network.forward(x)))
        first = network.stages[0]
        assert isinstance(first, Watched)
        return Trace(Node(x[place].copy(), first.dx), seen)
    finally:
        network.restage(lambda row: [layer for _, layer in row])
