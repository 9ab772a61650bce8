"""The step of the first artificial neurons: it decides, and has no gradient to learn by."""

from __future__ import annotations

import numpy as np

from nntrain.network.initializer import xavier_normal
from nntrain.network.layer import Layer, activations
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Batch


@activations
class Step(Layer):
    """φ(x) = 1 for x > 0, else 0: the neuron of McCulloch & Pitts (1943) and of Rosenblatt's perceptron (1958).

    Gradient  φ′ = 0; straight through: dx = dy, as if φ were the identity

    YAML      step        step: {straight_through: true}

    ``straight_through``  pass the gradient as it is: what stands in front of the step then learns

    Otherwise nothing in front of a step can be trained by its gradient, and such a run is refused. The straight-through estimator
    (Bengio et al., 2013) is a false gradient that often points the right way; that of binarized networks (Hubara et al., 2016)
    is dy for |x| ≤ 1 alone, which leaves a perceptron without steps where it is far off.
    """

    def __init__(self, site: Site, *, straight_through: bool = False) -> None:
        self.width, self.straight_through = site.width, straight_through
        self.y, self.dx = site.buffer(site.width), site.buffer(site.width)
        if not straight_through:
            self.blocks_gradient = (
                "the gradient of step is 0, so what stands in front of it cannot be trained; "
                "write step: {straight_through: true}, or another activation such as sigmoid"
            )

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def forward(self, x: Batch) -> Batch:
        """y = [x > 0]."""
        return np.greater(x, 0.0, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """φ′ = 0, or by decree 1."""
        if self.straight_through:
            return dy
        dx = self.dx[: len(dy)]
        dx.fill(0.0)
        return dx

    def infer(self, x: Batch) -> Batch:
        """y = [x > 0], in an array of its own."""
        return np.greater(x, 0.0, out=np.empty_like(x))
