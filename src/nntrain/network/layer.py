"""What a layer is: a map of a batch forward, and of the loss's gradient backward.

Everywhere: B rows in a batch, n inputs and m outputs of a layer.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from nntrain.config.registry import Registry
from nntrain.network.parameters import Draw
from nntrain.types import Batch


class Layer(ABC):
    """A differentiable map (B, n) → (B, m).

    ``forward`` keeps what ``backward`` needs; what either returns is a buffer of the layer's own, or its argument where it
    changes nothing, and is valid until the next call. ``backward`` writes the gradients of the layer's parameters into their views and returns that of its input.
    """

    width: int
    """m, the number of outputs."""
    least_rows: ClassVar[int] = 1
    """The smallest batch that the layer can learn from."""

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

    def fitting_draw(self) -> Draw | None:
        """For an activation: the initializer that keeps the variance of the weights in front of it."""
        return None


layers: Registry[Layer] = Registry("layer")
activations: Registry[Layer] = Registry("activation", parent=layers)
