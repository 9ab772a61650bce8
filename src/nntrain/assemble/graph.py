"""A spec → its network as a graph, and what one row of its table does there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from nntrain.assemble.parts import build_parts, wants_counts
from nntrain.assemble.prepare import as_rows
from nntrain.data.dataset import Dataset, Split, load_dataset
from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Loss, Network
from nntrain.network.trace import Trace, trace
from nntrain.spec import Spec
from nntrain.types import Batch

Of: TypeAlias = Literal["output", "loss"]
"""What gradients are of."""


@dataclass(frozen=True)
class Graph:
    """A network with the weights that training would begin with, and its data. It may be one that cannot be trained."""

    spec: Spec
    dataset: Dataset
    network: Network
    loss: Loss

    @property
    def inputs(self) -> list[str]:
        """The names of the network's inputs."""
        return self.dataset.preprocessing.features

    @property
    def target(self) -> str:
        """The name of what is predicted."""
        return self.dataset.preprocessing.target.name


@dataclass(frozen=True)
class RowTrace:
    """One row's values, and its gradients of ``of``; ``loss`` is that of the row."""

    row: int
    of: Of
    loss: float
    trace: Trace


def build_graph(spec: Spec) -> Graph:
    """Read the tables and build the network."""
    dataset = load_dataset(spec.config.data, wants_counts(spec))
    network, loss = build_parts(spec, dataset.preprocessing, BLOCK)
    network.initialize()
    network.fit(dataset.train.x)
    return Graph(spec, dataset, network, loss)


def trace_row(graph: Graph, row: int, of: Of | None = None) -> RowTrace:
    """Both passes for row ``row`` of the table, as in the first training step.

    Gradients are those of the output itself where there is one, else of the row's loss. Where a layer needs a whole batch
    (batch_norm), other training rows stand beside the row.
    """
    network = graph.network
    if of == "output" and network.outputs > 1:
        raise ConfigError(f"--of output: the network has {network.outputs} outputs; expected --of loss")
    of = of or ("output" if network.outputs == 1 else "loss")
    split, place = _found(graph, row)
    rows = as_rows(split)
    aim = rows.y[place : place + 1]
    x = split.x[place : place + 1]
    if max(layer.least_rows for layer in network.layers) > 1:
        x = np.concatenate([x, graph.dataset.train.x[: BLOCK - 1]])
    network.clock.step = 1
    loss = 0.0

    def slope(logits: Batch) -> Batch:
        nonlocal loss
        loss, dlogits = graph.loss.value_and_gradient(logits[:1], aim)
        slopes = np.zeros_like(logits)
        slopes[0] = 1.0 if of == "output" else dlogits[0]
        return slopes

    seen = trace(network, x, slope)
    return RowTrace(row, of, loss, seen)


def _found(graph: Graph, row: int) -> tuple[Split, int]:
    """The split that a row of the training table went into, and its place there."""
    config = graph.spec.config.data
    own = {"validation": config.validation, "test": config.test}
    splits = [split for split in graph.dataset.splits if own.get(split.name) is None]
    for split in splits:
        places = np.flatnonzero(split.rows == row)
        if len(places):
            return split, int(places[0])
    last = max(int(split.rows.max()) for split in splits)
    raise ConfigError(f"--row {row}: the training table has no such row, or it is in no split; expected 0 to {last}")
