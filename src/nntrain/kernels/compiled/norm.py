"""Batch normalisation, activation and dropout together: two passes over the batch each way.

The passes stand alone, as threads that share a batch join their sums between them (`compiled.operations`).
"""

from __future__ import annotations

import math

import numpy as np

from nntrain.kernels.compiled.curves import curve
from nntrain.kernels.compiled.dense import half, unwind_row
from nntrain.kernels.compiled.inner import inner
from nntrain.kernels.compiled.twin import twin


@inner
def moments(x, mean, squares):
    """The mean of each column, and Σ_B (x − mean)²."""
    rows, width = x.shape
    number = x.dtype.type
    zero, count = number(0.0), number(rows)
    for j in range(width):
        mean[j] = zero
        squares[j] = zero
    for i in range(rows):
        for j in range(width):
            mean[j] += x[i, j]
    for j in range(width):
        mean[j] /= count
    for i in range(rows):
        for j in range(width):
            centred = x[i, j] - mean[j]
            squares[j] += centred * centred


@inner
def invert(variance, epsilon, inverse):
    """1/√(σ² + ε)."""
    number = variance.dtype.type
    one, eps = number(1.0), number(epsilon)
    for j in range(variance.size):
        inverse[j] = one / number(math.sqrt(variance[j] + eps))


@inner
def normalise(x, gamma, beta, mean, inverse, kind, a, keys, limit, scale, y, told):
    """y = dropout(φ(γ (x − μ) inverse + β))."""
    rows, width = x.shape
    number = x.dtype.type
    zero, slope, grown = number(0.0), number(a), number(scale)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    bar = np.uint32(limit)
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                z = (x[i, j] - mean[j]) * inverse[j] * gamma[j] + beta[j]
                y[i, j] = zero if z <= zero else z
        else:
            for j in range(width):
                z = (x[i, j] - mean[j]) * inverse[j] * gamma[j] + beta[j]
                y[i, j] = z * slope if kind == 2 and not z > zero else z
            if kind > 2:
                curve(y, told, i, kind, a)
        if limit:
            start = i * width
            for j in range(width):
                y[i, j] *= grown if half(start + j, first, second) >= bar else zero
            if kind > 2:
                for j in range(width):
                    told[i, j] *= grown if half(start + j, first, second) >= bar else zero


@inner
def unwind_sums(dx, x, told, mean, inverse, kind, a, keys, limit, scale, dgamma, dbeta):
    """dx taken back through dropout and φ, in place; dγ = Σ_B dx x̂, dβ = Σ_B dx."""
    rows, width = x.shape
    number = x.dtype.type
    zero, grown = number(0.0), number(scale)
    for j in range(width):
        dgamma[j] = zero
        dbeta[j] = zero
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                g = dx[i, j] * grown if told[i, j] > zero else zero * dx[i, j]
                dx[i, j] = g
                dgamma[j] += g * ((x[i, j] - mean[j]) * inverse[j])
                dbeta[j] += g
        else:
            unwind_row(dx, told, i, kind, a, keys, limit, scale)
            for j in range(width):
                dgamma[j] += dx[i, j] * ((x[i, j] - mean[j]) * inverse[j])
                dbeta[j] += dx[i, j]


@inner
def subtract_means(dx, x, gamma, mean, inverse, dgamma, dbeta, count):
    """dx ← (dx − dβ/B − x̂ dγ/B) γ inverse."""
    rows, width = x.shape
    number = x.dtype.type
    share = number(1.0) / number(count)
    for i in range(rows):
        for j in range(width):
            x_hat = (x[i, j] - mean[j]) * inverse[j]
            dx[i, j] = (dx[i, j] - (dbeta[j] + x_hat * dgamma[j]) * share) * (gamma[j] * inverse[j])


@twin
def norm_activation(x, gamma, beta, statistics, epsilon, kind, a, keys, limit, scale, y, told):
    """y = dropout(φ(γ (x − μ)/√(σ² + ε) + β)); μ, σ² and 1/√(σ² + ε) go into the rows of ``statistics``."""
    mean, variance, inverse = statistics[0], statistics[1], statistics[2]
    moments(x, mean, variance)
    count = x.dtype.type(x.shape[0])
    for j in range(variance.size):
        variance[j] /= count
    invert(variance, epsilon, inverse)
    normalise(x, gamma, beta, mean, inverse, kind, a, keys, limit, scale, y, told)


@twin
def norm_activation_gradient(dy, x, told, gamma, statistics, kind, a, keys, limit, scale, dx, dgamma, dbeta):
    """The three terms of dx (see BatchNorm.backward), with dy taken back through dropout and φ first."""
    mean, inverse = statistics[0], statistics[2]
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dx[i, j] = dy[i, j]
    unwind_sums(dx, x, told, mean, inverse, kind, a, keys, limit, scale, dgamma, dbeta)
    subtract_means(dx, x, gamma, mean, inverse, dgamma, dbeta, x.shape[0])
