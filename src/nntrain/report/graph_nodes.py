"""A network's graph as plain data: nodes in rows, branches inside them, and what one row of the table did there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nntrain.assemble.graph import Graph, RowTrace
from nntrain.network.layer import Layer, Row
from nntrain.network.parameters import Parameter

Numbers = Any
"""A list of numbers, or of such lists."""


@dataclass(frozen=True)
class Seen:
    """A value that a row gave, and the gradient there."""

    value: Numbers
    gradient: Numbers


@dataclass(frozen=True)
class Weights:
    """One parameter of a node."""

    name: str
    role: str
    shape: list[int]
    seen: Seen | None


@dataclass(frozen=True)
class Branch:
    """A row of nodes inside another node; its name is empty where there is only one."""

    name: str
    nodes: list[GraphNode]


@dataclass(frozen=True)
class GraphNode:
    """One layer: its path, its kind, the widths of what comes in and goes out, what it owns and holds.

    ``symbol`` is what people call its result: the name of the branch or of the target that it ends, else its path.
    """

    name: str
    kind: str
    symbol: str
    inputs: int
    outputs: int
    parameters: list[Weights]
    branches: list[Branch]
    seen: Seen | None


def nodes_of(graph: Graph, traced: RowTrace | None = None) -> list[GraphNode]:
    """The nodes of the network in order; with a trace each with what it saw."""
    network = graph.network
    row = list(zip(network.names, network.layers, strict=True))
    return _Nodes(network.vector.parameters, traced).of(row, network.inputs, result_name(graph))


def result_name(graph: Graph) -> str:
    """What the network's output is called."""
    return graph.target if graph.network.outputs == 1 else "output"


def input_seen(traced: RowTrace | None) -> Seen | None:
    """The same for the input."""
    if traced is None:
        return None
    return Seen(traced.trace.input.value.tolist(), traced.trace.input.gradient.tolist())


def plain(graph: Graph, traced: RowTrace | None) -> dict[str, Any]:
    """All of it as JSON data."""
    found = {} if traced is None else {"row": traced.row, "of": traced.of, "loss": traced.loss}
    return {
        "target": graph.target,
        **found,
        "input": {"names": graph.inputs, "seen": (seen := input_seen(traced)) and asdict(seen)},
        "nodes": [asdict(node) for node in nodes_of(graph, traced)],
        "parameters": graph.network.vector.values.size,
    }


class _Nodes:
    def __init__(self, parameters: Sequence[Parameter], traced: RowTrace | None) -> None:
        self.parameters, self.traced = parameters, traced

    def of(self, row: Row, width: int, last: str) -> list[GraphNode]:
        """A row of layers; the result of its last is called ``last``, if that is not empty."""
        nodes = []
        for position, (name, layer) in enumerate(row):
            symbol = last if last and position == len(row) - 1 else name
            kind = name.rpartition(".")[2]
            branches = list(self._branches(name, layer, width))
            own = self._own(name)
            nodes.append(GraphNode(name, kind, symbol, width, layer.width, own, branches, self._seen(name)))
            width = layer.width
        return nodes

    def _branches(self, name: str, layer: Layer, width: int) -> Iterator[Branch]:
        for row in layer.branches():
            first = row[0][0].removeprefix(f"{name}.").split(".")
            branch = first[0] if len(first) > 2 else ""  # c.1.dense, but 1.dense in a residual
            yield Branch(branch, self.of(row, width, "" if branch.isdecimal() else branch))

    def _own(self, name: str) -> list[Weights]:
        own = [parameter for parameter in self.parameters if parameter.name.rpartition("/")[0] == name]
        return [
            Weights(
                parameter.name.rpartition("/")[2],
                parameter.role,
                list(parameter.shape),
                Seen(parameter.value.tolist(), parameter.grad.tolist()) if self.traced is not None else None,
            )
            for parameter in own
        ]

    def _seen(self, name: str) -> Seen | None:
        if self.traced is None:
            return None
        node = self.traced.trace.nodes[name]
        return Seen(node.value.tolist(), node.gradient.tolist())
