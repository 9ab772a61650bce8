"""What a layer is: a map of a batch forward, and of the loss's gradient backward.

Everywhere: B rows in a batch, n inputs and m outputs of a layer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, TypeAlias

import numpy as np

from nntrain.config.registry import Registry
from nntrain.config.scheduled import Follower
from nntrain.network.parameters import Draw
from nntrain.types import Array, Batch, Feature

if TYPE_CHECKING:
    from nntrain.network.fusion import Stage

PIECE = 256
"""Rows that a layer infers at a time while others are fitted behind it."""


class Layer(ABC):
    """A differentiable map (B, n) → (B, m).

    ``forward`` keeps what ``backward`` needs; what either returns is a buffer of the layer's own, or its argument where it
    changes nothing, and is valid until the next call. ``backward`` writes the gradients of the layer's parameters into their views and returns that of its input.
    """

    width: int
    """m, the number of outputs."""
    least_rows: int = 1
    """The smallest batch that the layer can learn from."""
    blocks_gradient: str | None = None
    """Where the gradient is 0 everywhere: the sentence that refuses to train what stands in front of the layer."""

    takes_codes: ClassVar[bool] = False
    """Whether inputs may be the codes of categories, which to most layers would be mere numbers."""
    followers: Sequence[Follower] = ()
    """The layer's scheduled numbers."""
    features: tuple[Feature, ...] | None = None
    """What the outputs are called, where they still are inputs of the network."""

    @abstractmethod
    def forward(self, x: Batch) -> Batch:
        """y = f(x) during training."""

    @abstractmethod
    def backward(self, dy: Batch) -> Batch:
        """∂loss/∂x from ∂loss/∂y, at the x of the latest ``forward``."""

    def gradients(self, dy: Batch) -> None:
        """The parameters' gradients alone: nobody needs the first layer's ∂loss/∂x."""
        self.backward(dy)

    def infer(self, x: Batch) -> Batch:
        """y = f(x) outside training; the same as ``forward`` but for layers that say otherwise."""
        return self.forward(x)

    def fit(self, x: Array) -> None:
        """Look at the training rows, as they come in here, before training begins: most layers need not."""
        for row in self.branches():
            fit_row(row, x)

    def fitting_draw(self) -> Draw | None:
        """For an activation: the initializer that keeps the variance of the weights in front of it."""
        return None

    def use(self, compiled: bool) -> None:
        """Pick compiled kernels or their references for training: most layers have none."""
        return

    def branches(self) -> Sequence[Row]:
        """The layers inside, branch by branch, for a layer that holds others."""
        return ()

    def restage(self, stager: Stager) -> None:
        """Let the layers inside run as other stages, branch by branch: most layers hold none."""
        return


Row: TypeAlias = Sequence[tuple[str, Layer]]
"""Layers one behind the other, each with its name in the network."""
Stager: TypeAlias = "Callable[[Row], list[Stage]]"
"""What makes the stages that run a row: its layers as they are, or fused, or watched."""


def walk(row: Iterable[tuple[str, Layer]]) -> Iterator[tuple[str, Layer]]:
    """Every layer, each followed by those inside it."""
    for name, layer in row:
        yield name, layer
        for branch in layer.branches():
            yield from walk(branch)


def fit_row(row: Row, x: Array) -> None:
    """Let every layer of a row look at the training rows as they come in there, as far as one wants to."""
    curious = [place for place, (_, layer) in enumerate(row) if is_fitted(layer)]
    for place, (_, layer) in enumerate(row[: curious[-1] + 1] if curious else ()):
        layer.fit(x)
        if place < curious[-1]:
            pieces = (x[start : start + PIECE] for start in range(0, len(x), PIECE))
            x = np.concatenate([layer.infer(piece).copy() for piece in pieces])


def is_fitted(layer: Layer) -> bool:
    """Whether a layer, or one inside it, looks at the training rows."""
    if type(layer).fit is not Layer.fit:
        return True
    return any(is_fitted(inside) for row in layer.branches() for _, inside in row)


layers: Registry[Layer] = Registry("layer")
activations: Registry[Layer] = Registry("activation", parent=layers)
