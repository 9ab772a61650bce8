"""Value and derivative of an activation by its number (`nntrain.network.kinds`): the reference of what fused kernels do.

``a`` is the activation's setting, where it has one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nntrain.network.exponential_linear import Selu
from nntrain.network.gelu import FAR, TanhGelu, tail
from nntrain.network.kinds import ELU, GELU, HARD_TANH, MISH, SELU, SIGMOID, SILU, SOFTPLUS, TANH, TANH_GELU
from nntrain.network.smooth_activation import LIMIT, logistic
from nntrain.types import Array, Batch


def curve(kind: int, z: Batch, a: float) -> tuple[Array, Array]:
    """φ(z) and φ′(z)."""
    return CURVES[kind](z, a)


def _hard_tanh(z: Batch, a: float) -> tuple[Array, Array]:
    return np.clip(z, -1.0, 1.0), np.less(np.abs(z), 1.0).astype(z.dtype)


def _sigmoid(z: Batch, a: float) -> tuple[Array, Array]:
    s = logistic(z, np.empty_like(z))
    return s, s * (1.0 - s)


def _tanh(z: Batch, a: float) -> tuple[Array, Array]:
    y = np.tanh(z)
    return y, 1.0 - y * y


def _elu(z: Batch, a: float) -> tuple[Array, Array]:
    return _exponential_linear(z, 1.0, a)


def _selu(z: Batch, a: float) -> tuple[Array, Array]:
    return _exponential_linear(z, Selu.SCALE, Selu.SCALE * Selu.ALPHA)


def _exponential_linear(z: Batch, above: float, below: float) -> tuple[Array, Array]:
    bracket = np.expm1(np.minimum(z, 0.0))
    return np.where(z > 0.0, above * z, below * bracket), np.where(z > 0.0, above, below * (bracket + 1.0))


def _softplus(z: Batch, a: float) -> tuple[Array, Array]:
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z))), logistic(z, np.empty_like(z))


def _silu(z: Batch, a: float) -> tuple[Array, Array]:
    s = logistic(z, np.empty_like(z))
    return z * s, s + z * s * (1.0 - s)


def _mish(z: Batch, a: float) -> tuple[Array, Array]:
    e = np.exp(np.clip(z, -LIMIT, 20.0))
    w = e * (e + 2.0)
    v = w + 2.0
    return z * (w / v), e / v * (e + 2.0 + 4.0 * z * (e + 1.0) / v)


def _gelu(z: Batch, a: float) -> tuple[Array, Array]:
    t = np.minimum(np.abs(z), FAR)
    s = tail(t, *(np.empty_like(t) for _ in range(3)))
    density = np.exp(-0.5 * t * t) * (1.0 / math.sqrt(2.0 * math.pi))
    return np.maximum(z, 0.0) - t * s, 0.5 + np.copysign(0.5 - s + t * density, z)


def _tanh_gelu(z: Batch, a: float) -> tuple[Array, Array]:
    c, k = TanhGelu.C, TanhGelu.K
    near = np.clip(z, -TanhGelu.SATURATED, TanhGelu.SATURATED)
    tanh = np.tanh(c * near * (1.0 + k * near * near))
    bend = (1.0 - tanh * tanh) * c * (1.0 + 3.0 * k * near * near)
    return 0.5 * z * (1.0 + tanh), 0.5 * (1.0 + tanh) + 0.5 * near * bend


CURVES: dict[int, Callable[[Batch, float], tuple[Array, Array]]] = {
    HARD_TANH: _hard_tanh,
    SIGMOID: _sigmoid,
    TANH: _tanh,
    ELU: _elu,
    SELU: _selu,
    SOFTPLUS: _softplus,
    SILU: _silu,
    MISH: _mish,
    GELU: _gelu,
    TANH_GELU: _tanh_gelu,
}
