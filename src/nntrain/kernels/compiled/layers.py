"""Layers that stand alone: layer_norm, scale, prelu and periodic, one pass over the batch each way."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.inner import inner
from nntrain.kernels.compiled.twin import twin


@inner
def sum_of_row(values, i):
    """Σ_n of row i, which it overwrites: half is added to half, which compiles to vectors and rounds little."""
    width = values.shape[1]
    while width > 8:
        half = (width + 1) // 2
        for j in range(width - half):
            values[i, j] += values[i, half + j]
        width = half
    total = values[i, 0]
    for j in range(1, width):
        total += values[i, j]
    return total


@twin
def row_norm(x, gamma, beta, epsilon, x_hat, inverse, spare, y):
    """y = γ x̂ + β, x̂ = (x − μ) inverse, inverse (B, 1) = 1/√(σ² + ε), with μ and σ² of each row."""
    rows, width = x.shape
    number = x.dtype.type
    one, count, eps = number(1.0), number(width), number(epsilon)
    for i in range(rows):
        for j in range(width):
            spare[i, j] = x[i, j]
        mean = sum_of_row(spare, i) / count
        for j in range(width):
            centred = x[i, j] - mean
            x_hat[i, j] = centred
            spare[i, j] = centred * centred
        variance = sum_of_row(spare, i) / count
        factor = one / number(math.sqrt(variance + eps))
        inverse[i, 0] = factor
        for j in range(width):
            x_hat[i, j] *= factor
            y[i, j] = x_hat[i, j] * gamma[j] + beta[j]


@twin
def row_norm_gradient(dy, x_hat, inverse, gamma, spare, dx, dgamma, dbeta):
    """dx = (g − mean_n(g) − x̂ mean_n(g x̂)) inverse, g = γ dy; dγ = Σ_B dy x̂, dβ = Σ_B dy."""
    rows, width = dy.shape
    number = dy.dtype.type
    zero, count = number(0.0), number(width)
    for j in range(width):
        dgamma[j] = zero
        dbeta[j] = zero
    for i in range(rows):
        for j in range(width):
            along = dy[i, j] * x_hat[i, j]
            dgamma[j] += along
            dbeta[j] += dy[i, j]
            dx[i, j] = dy[i, j] * gamma[j]
            spare[i, j] = along * gamma[j]
        slant = sum_of_row(spare, i) / count
        for j in range(width):
            spare[i, j] = dx[i, j]
        mean, factor = sum_of_row(spare, i) / count, inverse[i, 0]
        for j in range(width):
            dx[i, j] = (dx[i, j] - mean - x_hat[i, j] * slant) * factor


@twin
def scale_gradient(dy, x, s, dx, ds):
    """dx = dy s, ds = Σ_B dy x."""
    rows, width = dy.shape
    zero = dy.dtype.type(0.0)
    for j in range(width):
        ds[j] = zero
    for i in range(rows):
        for j in range(width):
            ds[j] += dy[i, j] * x[i, j]
            dx[i, j] = dy[i, j] * s[j]


@twin
def prelu(x, slopes, y):
    """y = max(x, 0) + a min(x, 0)."""
    rows, width = x.shape
    zero = x.dtype.type(0.0)
    for i in range(rows):
        for j in range(width):
            y[i, j] = x[i, j] if x[i, j] > zero else x[i, j] * slopes[j]


@twin
def prelu_gradient(dy, x, slopes, spare, dx, dslopes):
    """dx = dy [x > 0] + a dy [x ≤ 0], da = Σ_B dy min(x, 0)."""
    rows, width = dy.shape
    zero = dy.dtype.type(0.0)
    for j in range(width):
        dslopes[j] = zero
    for i in range(rows):
        for j in range(width):
            below = zero if x[i, j] > zero else x[i, j]
            dslopes[j] += dy[i, j] * below
            dx[i, j] = dy[i, j] if x[i, j] > zero else dy[i, j] * slopes[j]


@twin
def wave_gradient(x, e, de, dv, dc):
    """dv = 2π (cos v · de_sin − sin v · de_cos), dc = Σ_B x dv; x (B, F, 1), e = [cos v, sin v], dv (B, F, k)."""
    rows, inputs, k = dv.shape
    turn = dv.dtype.type(2.0 * math.pi)
    for f in range(inputs):
        for j in range(k):
            dc[f, j] = dv.dtype.type(0.0)
    for i in range(rows):
        for f in range(inputs):
            for j in range(k):
                dv[i, f, j] = (e[i, f, j] * de[i, f, k + j] - e[i, f, k + j] * de[i, f, j]) * turn
                dc[f, j] += x[i, f, 0] * dv[i, f, j]
