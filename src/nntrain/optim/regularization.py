"""Penalties on weights, and a bound on the gradient: the lecture's L1 and L2, and clipping."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench
from nntrain.types import Array, NonNegative, Positive


@kernel
def add_penalties(weights: Array, gradient: Array, scratch: Array, l1: float, l2: float) -> None:
    """g ← g + λ₂ w + λ₁ sign w."""
    if l2:
        gradient += np.multiply(weights, l2, out=scratch)
    if l1:
        np.sign(weights, out=scratch)
        scratch *= l1
        gradient += scratch


@dataclass(frozen=True, kw_only=True)
class Regularization:
    """loss + λ₁ Σ|w| + λ₂/2 Σ w² over the weights, and ‖g‖ ≤ ``clip_norm`` over all parameters.

    YAML      regularization: {l1: 1e-5, l2: 1e-4, clip_norm: 1.0}

    Biases and scales are exempt from the penalties. The gradient of the L2 term is λ₂ w, which is PyTorch's
    ``weight_decay``; scikit-learn's α is divided by the number of rows. Clipping (Pascanu et al., 2013) comes after the
    penalties. The losses shown are without penalties, so that training and validation compare.
    """

    l1: NonNegative = 0.0
    l2: NonNegative = 0.0
    clip_norm: Positive | None = None

    def apply(self, bench: Bench) -> None:
        """Add the penalties' gradients, then clip."""
        if self.l1 or self.l2:
            add = bench.pick(add_penalties)
            for weights, gradient, scratch in bench.weight_blocks:
                add(weights, gradient, scratch, self.l1, self.l2)
        if self.clip_norm is not None:
            norm = euclidean_norm(bench.gradient)
            if norm > self.clip_norm:
                np.multiply(bench.gradient, self.clip_norm / norm, out=bench.gradient)

    def penalty(self, bench: Bench) -> float:
        """λ₁ Σ|w| + λ₂/2 Σ w²."""
        weights = bench.theta[bench.weights].astype(np.float64)
        return float(self.l1 * np.abs(weights).sum() + 0.5 * self.l2 * np.square(weights).sum())


def euclidean_norm(vector: Array) -> float:
    """‖v‖₂; in float64 where the squares of float32 would overflow."""
    with np.errstate(over="ignore"):
        squares = float(np.dot(vector, vector))
    if not math.isfinite(squares):
        squares = float(np.square(vector, dtype=np.float64).sum())
    return math.sqrt(squares)
