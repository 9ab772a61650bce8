"""The activations made of exponentials: the saturating ones, and the smooth relatives of relu."""

from __future__ import annotations

import numpy as np

from nntrain.network.activation import Activation, Workspace, positive_part
from nntrain.network.initializer import xavier_normal
from nntrain.network.kinds import MISH, SIGMOID, SILU, SOFTPLUS, TANH
from nntrain.network.layer import activations
from nntrain.network.parameters import Draw
from nntrain.types import Array, Batch

LIMIT = 87.0
"""e^±87 and 1 / (1 + e^±87) are float32 numbers of full precision; beyond, σ is 0 or 1 to any digit that counts."""


def logistic(x: Batch, out: Array) -> Batch:
    """σ(x) = 1 / (1 + e⁻ˣ), precise on both sides of 0."""
    s = np.clip(x, -LIMIT, LIMIT, out=out)
    np.negative(s, out=s)
    np.exp(s, out=s)
    s += 1.0
    return np.divide(1.0, s, out=s)


@activations
class Sigmoid(Activation):
    """φ(x) = σ(x) = 1 / (1 + e⁻ˣ), in (0, 1). Its slope is at most ¼, so deep stacks of it lose their gradient.

    Gradient  φ′ = y (1 − y)

    YAML      sigmoid
    """

    fused_kind = SIGMOID

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def value(self, x: Batch, work: Workspace) -> Batch:
        """σ(x)."""
        return logistic(x, work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """With y = (1 + e⁻ˣ)⁻¹: φ′ = e⁻ˣ y² = y (1 − y)."""
        dx = np.subtract(1.0, work.y, out=work.dx)
        dx *= work.y
        return dx


@activations
class Tanh(Activation):
    """φ(x) = tanh x, in (−1, 1) and centred at 0, which speeds up the layer behind (LeCun et al., 1998).

    Gradient  φ′ = 1 − y²

    YAML      tanh
    """

    fused_kind = TANH

    def fitting_draw(self) -> Draw:
        return xavier_normal

    def value(self, x: Batch, work: Workspace) -> Batch:
        """tanh x."""
        return np.tanh(x, out=work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """1 − y²."""
        dx = np.multiply(work.y, work.y, out=work.dx)
        return np.subtract(1.0, dx, out=dx)


@activations
class Softplus(Activation):
    """φ(x) = ln(1 + eˣ), in (0, ∞): a relu without its corner (Dugas et al., 2001).

    Gradient  φ′ = σ(x) = 1 − e⁻ʸ

    YAML      softplus
    """

    fused_kind = SOFTPLUS

    def value(self, x: Batch, work: Workspace) -> Batch:
        """max(x, 0) + ln(1 + e^−|x|), which cannot overflow."""
        y = np.negative(np.abs(x, out=work.y), out=work.y)
        np.log1p(np.exp(y, out=y), out=y)
        y += positive_part(x, work.spare)
        return y

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """From eʸ = 1 + eˣ: eˣ / (1 + eˣ) = 1 − e⁻ʸ."""
        dx = np.negative(work.y, out=work.dx)
        return np.negative(np.expm1(dx, out=dx), out=dx)


@activations
class Silu(Activation):
    """φ(x) = x σ(x), in (−0.279, ∞), the "swish" of Ramachandran et al. (2017) (Elfwing et al., 2018).

    Gradient  φ′ = σ + y (1 − σ)

    YAML      silu
    """

    fused_kind = SILU

    def value(self, x: Batch, work: Workspace) -> Batch:
        """x σ(x); σ is kept."""
        return np.multiply(x, logistic(x, work.kept), out=work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """σ + x σ′ = σ + x σ (1 − σ) = σ + y (1 − σ)."""
        dx = np.subtract(1.0, work.kept, out=work.dx)
        dx *= work.y
        dx += work.kept
        return dx


@activations
class Mish(Activation):
    """φ(x) = x tanh(ln(1 + eˣ)), in (−0.309, ∞) (Misra, 2020).

    Gradient  φ′ = w/v + 4 x e (e + 1) / v², where e = eˣ, w = e (e + 2), v = w + 2

    YAML      mish
    """

    fused_kind = MISH

    def value(self, x: Batch, work: Workspace) -> Batch:
        """With e = eˣ: tanh(ln(1 + e)) = ((1 + e)² − 1) / ((1 + e)² + 1) = w / v; e is kept. From x = 20 on w/v is 1."""
        e = np.exp(np.clip(x, -LIMIT, 20.0, out=work.kept), out=work.kept)
        w = np.add(e, 2.0, out=work.y)
        w *= e
        v = np.add(w, 2.0, out=work.spare)
        w /= v
        return np.multiply(w, x, out=w)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """(w/v)′ = 2 w′/v², w′ = 2 e (e + 1); with e taken out: φ′ = e/v · (e + 2 + 4 x (e + 1)/v)."""
        e = work.kept
        v = np.add(e, 2.0, out=work.spare)
        v *= e
        v += 2.0
        dx: Batch = np.add(e, 1.0, out=work.dx)
        dx /= v
        dx *= x
        dx *= 4.0
        dx += e
        dx += 2.0
        dx *= e
        dx /= v
        return dx
