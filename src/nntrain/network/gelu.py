"""GELU, and the normal distribution function that it is made of."""

from __future__ import annotations

import math
from typing import Literal, TypeAlias

import numpy as np

from nntrain.network.activation import Activation, Workspace, positive_part
from nntrain.network.kinds import GELU, TANH_GELU
from nntrain.network.layer import activations
from nntrain.network.site import Site
from nntrain.types import Array, Batch

Coefficients: TypeAlias = tuple[float, ...]

FAR = 12.0
"""From here on Φ(−x) < 2e−33 stands for 0."""

# Φ(−t) = e^(−t²/2) P(t)/Q(t) for t ≥ 0: algorithm 5666 of Hart et al. (1968), as given by West (2005).
# Highest power first. All are positive, so nothing cancels; P/Q → 1/(t √(2π)), so the tail is right, too.
P: Coefficients = (0.0352624965998911, 0.700383064443688, 6.37396220353165, 33.912866078383)
P += (112.079291497871, 221.213596169931, 220.206867912376)
Q: Coefficients = (0.0883883476483184, 1.75566716318264, 16.064177579207, 86.7807322029461, 296.564248779674)
Q += (637.333633378831, 793.826512519948, 440.413735824752)


@activations
def gelu(site: Site, *, approximate: Literal["none", "tanh"] = "none") -> Activation:
    """φ(x) = x Φ(x), in (−0.170, ∞), Φ the standard normal distribution function (Hendrycks & Gimpel, 2016).

    Gradient  φ′ = Φ(x) + x e^(−x²/2) / √(2π)

    YAML      gelu        gelu: {approximate: tanh}

    ``approximate``  ``tanh``: ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))), at most 5e-4 away, for weights trained with it

    Φ is exact to 1e-15 (Hart et al., 1968); PyTorch's is by erf, with no difference that float32 could show.
    """
    return TanhGelu(site) if approximate == "tanh" else ExactGelu(site)


class ExactGelu(Activation):
    """x Φ(x)."""

    fused_kind = GELU

    def value(self, x: Batch, work: Workspace) -> Batch:
        """With t = |x| and the tail s = Φ(−t): x (1 − s) = x − t s for x > 0 and x s = −t s below; s is kept."""
        t = _distance(x, work.spare)
        s = tail(t, work.kept, work.dx, work.y)
        t *= s
        return np.subtract(positive_part(x, work.y), t, out=work.y)

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """1 − s + t φ(t) for x > 0 and s − t φ(t) below: ½ ± (½ − s + t φ(t)), φ the density."""
        t = _distance(x, work.spare)
        dx = _bell(t, work.dx)
        t *= 1.0 / math.sqrt(2.0 * math.pi)
        dx *= t
        dx -= work.kept
        dx += 0.5
        np.copysign(dx, x, out=dx)
        dx += 0.5
        return dx


class TanhGelu(Activation):
    """½ x (1 + tanh u), u = c (x + k x³)."""

    fused_kind = TANH_GELU
    C, K, SATURATED = math.sqrt(2.0 / math.pi), 0.044715, 20.0

    def value(self, x: Batch, work: Workspace) -> Batch:
        """u = c x (1 + k x²); tanh u is kept, and is 1 long before |x| = 20."""
        u = self._square(x, work.kept)
        u *= self.K
        u += 1.0
        u *= np.clip(x, -self.SATURATED, self.SATURATED, out=work.y)
        u *= self.C
        tanh = np.tanh(u, out=u)
        y = np.add(tanh, 1.0, out=work.y)
        y *= x
        y *= 0.5
        return y

    def derivative(self, x: Batch, work: Workspace) -> Batch:
        """½ (1 + tanh u) + ½ x (1 − tanh² u) u′, u′ = c (1 + 3 k x²)."""
        tanh = work.kept
        dx = self._square(x, work.dx)
        dx *= 3.0 * self.K
        dx += 1.0
        dx *= x
        dx *= self.C
        bend: Batch = np.multiply(tanh, tanh, out=work.spare)
        dx *= np.subtract(1.0, bend, out=bend)
        dx += tanh
        dx += 1.0
        dx *= 0.5
        return dx

    def _square(self, x: Batch, out: Array) -> Batch:
        square = np.clip(x, -self.SATURATED, self.SATURATED, out=out)
        return np.multiply(square, square, out=square)


def _distance(x: Batch, out: Array) -> Batch:
    """|x|, at most FAR."""
    return np.clip(np.abs(x, out=out), 0.0, FAR, out=out)


def _bell(t: Batch, out: Array) -> Batch:
    """e^(−t²/2)."""
    bell: Batch = np.multiply(t, t, out=out)
    bell *= -0.5
    return np.exp(bell, out=bell)


def tail(t: Batch, out: Array, numerator: Array, denominator: Array) -> Batch:
    """Φ(−t) for t ≥ 0."""
    tail = _bell(t, out)
    tail *= _polynomial(P, t, numerator)
    tail /= _polynomial(Q, t, denominator)
    return tail


def _polynomial(coefficients: Coefficients, t: Batch, out: Array) -> Batch:
    """By Horner's rule."""
    value: Batch = np.multiply(t, coefficients[0], out=out)
    for coefficient in coefficients[1:-1]:
        value += coefficient
        value *= t
    value += coefficients[-1]
    return value
