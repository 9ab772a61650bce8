"""The reference kernels of fused layers: what stands behind a matrix product or a normalisation, in one call each way.

Their compiled twins make one or two passes over memory for what the separate layers do in many. ``kind`` and ``a`` name the
activation; ``keys``, ``limit`` and ``scale`` are dropout's (limit 0: none). ``told`` is what the way back reads: y itself, or an
array for dropout′ · φ′ where an activation keeps its slope (`nntrain.network.kinds`).
"""

from __future__ import annotations

import numpy as np

from nntrain.kernels import kernel
from nntrain.network.activation import positive_part
from nntrain.network.curves import curve
from nntrain.network.kinds import LEAKY_RELU, RELU, keeps_slope
from nntrain.network.masks import Keys, kept
from nntrain.types import Array, Batch


@kernel
def bias_activation(y: Batch, b: Array, kind: int, a: float, keys: Keys, limit: int, scale: float, told: Batch) -> None:
    """y ← dropout(φ(y + b)) in place."""
    y += b
    _activate(y, kind, a, keys, limit, scale, told)


@kernel
def activation_gradient(
    dy: Batch, told: Batch, kind: int, a: float, keys: Keys, limit: int, scale: float, dz: Batch, db: Array
) -> None:
    """dz = dy · dropout′ · φ′; db = Σ_B dz."""
    _unwind(dy, told, kind, a, keys, limit, scale, dz)
    np.sum(dz, axis=0, out=db)


@kernel
def column_sums(dy: Batch, db: Array) -> None:
    """db = Σ_B dy."""
    np.sum(dy, axis=0, out=db)


@kernel
def norm_activation(
    x: Batch,
    gamma: Array,
    beta: Array,
    statistics: Array,
    epsilon: float,
    kind: int,
    a: float,
    keys: Keys,
    limit: int,
    scale: float,
    y: Batch,
    told: Batch,
) -> None:
    """y = dropout(φ(γ (x − μ)/√(σ² + ε) + β)); μ, σ² and 1/√(σ² + ε) go into the rows of ``statistics``."""
    mean, variance, inverse = statistics
    np.mean(x, axis=0, out=mean)
    np.subtract(x, mean, out=y)
    np.mean(y * y, axis=0, out=variance)
    np.divide(1.0, np.sqrt(variance + variance.dtype.type(epsilon)), out=inverse)
    y *= inverse
    y *= gamma
    y += beta
    _activate(y, kind, a, keys, limit, scale, told)


@kernel
def norm_activation_gradient(
    dy: Batch,
    x: Batch,
    told: Batch,
    gamma: Array,
    statistics: Array,
    kind: int,
    a: float,
    keys: Keys,
    limit: int,
    scale: float,
    dx: Batch,
    dgamma: Array,
    dbeta: Array,
) -> None:
    """The three terms of dx (see BatchNorm.backward), with dy taken back through dropout and φ first."""
    mean, _, inverse = statistics
    _unwind(dy, told, kind, a, keys, limit, scale, dx)
    x_hat = (x - mean) * inverse
    np.sum(dx * x_hat, axis=0, out=dgamma)
    np.sum(dx, axis=0, out=dbeta)
    rows = len(x)
    dx -= dbeta / rows
    dx -= x_hat * (dgamma / rows)
    dx *= gamma * inverse


def _activate(y: Batch, kind: int, a: float, keys: Keys, limit: int, scale: float, told: Batch) -> None:
    if kind == RELU:
        positive_part(y, y)
    elif kind == LEAKY_RELU:
        np.multiply(y, a, out=y, where=~(y > 0.0))
    elif keeps_slope(kind):
        y[...], told[...] = curve(kind, y, a)
    if limit:
        mask = kept(y.shape, keys, limit) * y.dtype.type(scale)
        y *= mask
        if keeps_slope(kind):
            told *= mask


def _unwind(dy: Batch, told: Batch, kind: int, a: float, keys: Keys, limit: int, scale: float, dz: Batch) -> None:
    if keeps_slope(kind):
        np.multiply(dy, told, out=dz)
        return
    if kind == RELU:
        np.multiply(dy, (told > 0.0) * told.dtype.type(scale), out=dz)
        return
    np.copyto(dz, dy)
    if kind == LEAKY_RELU:
        np.multiply(dz, a, out=dz, where=~(told > 0.0))
    if limit:
        dz *= kept(told.shape, keys, limit) * told.dtype.type(scale)
