"""The exponential linear units: relu with a curve below 0."""

from __future__ import annotations

import numpy as np

from nntrain.network.activation import Activation, Workspace, negative_part, positive_part
from nntrain.network.initializer import lecun_normal
from nntrain.network.kinds import ELU, SELU
from nntrain.network.layer import activations
from nntrain.network.parameters import Draw
from nntrain.network.site import Site
from nntrain.types import Batch, Positive


@activations
class Elu(Activation):
    """φ(x) = x for x > 0, α (eˣ − 1) below, in (−α, ∞): its mean is near 0 (Clevert et al., 2016).

    Gradient  φ′ = 1 for x > 0, α eˣ below

    YAML      elu        elu: 0.5

    ``alpha``  α
    """

    fused_kind = ELU

    def __init__(self, site: Site, *, alpha: Positive = 1.0) -> None:
        super().__init__(site)
        self.alpha = self.fused_setting = alpha

    def value(self, x: Batch, work: Workspace) -> Batch:
        """max(x, 0) + α (e^min(x, 0) − 1)."""
        return _exponential_linear(x, work, 1.0, self.alpha)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """[x > 0] + α eˣ [x ≤ 0]."""
        return _exponential_linear_slope(x, work, 1.0, self.alpha)


@activations
class Selu(Activation):
    """φ(x) = λ elu(x), α = 1.6733, λ = 1.0507: outputs tend to mean 0 and variance 1, layer by layer (Klambauer et al., 2017).

    Gradient  φ′ = λ for x > 0, λ α eˣ below

    YAML      selu

    In (−1.7581, ∞). It wants lecun_normal weights, which are what it gets by default, standardised inputs, and alpha_dropout
    instead of dropout.
    """

    fused_kind = SELU
    ALPHA, SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946

    def fitting_draw(self) -> Draw:
        return lecun_normal

    def value(self, x: Batch, work: Workspace) -> Batch:
        """λ max(x, 0) + λ α (e^min(x, 0) − 1)."""
        return _exponential_linear(x, work, self.SCALE, self.SCALE * self.ALPHA)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """λ [x > 0] + λ α eˣ [x ≤ 0]."""
        return _exponential_linear_slope(x, work, self.SCALE, self.SCALE * self.ALPHA)


def _exponential_linear(x: Batch, work: Workspace, above: float, below: float) -> Batch:
    """above · max(x, 0) + below · (e^min(x, 0) − 1); the bracket is kept."""
    bracket = np.expm1(negative_part(x, work.kept), out=work.kept)
    y = positive_part(x, work.y)
    y *= above
    y += np.multiply(bracket, below, out=work.spare)
    return y


def _exponential_linear_slope(x: Batch, work: Workspace, above: float, below: float) -> Batch:
    """above for x > 0, below · eˣ elsewhere: with the bracket 0 for x > 0 it is below · (bracket + 1), and the rest."""
    dx = np.add(work.kept, 1.0, out=work.dx)
    dx *= below
    rest = np.greater(x, 0.0, out=work.spare)
    rest *= above - below
    dx += rest
    return dx
