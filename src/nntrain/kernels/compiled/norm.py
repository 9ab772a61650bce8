"""Batch normalisation, activation and dropout together: two passes over the batch each way."""

from __future__ import annotations

import math

import numpy as np

from nntrain.kernels.compiled.dense import half
from nntrain.kernels.compiled.twin import twin


@twin
def norm_activation(x, gamma, beta, statistics, epsilon, kind, a, keys, limit, scale, y):
    """y = dropout(φ(γ (x − μ)/√(σ² + ε) + β)); μ, σ² and 1/√(σ² + ε) go into the rows of ``statistics``."""
    rows, width = x.shape
    number = x.dtype.type
    mean, variance, inverse = statistics[0], statistics[1], statistics[2]
    zero, one, count, eps = number(0.0), number(1.0), number(rows), number(epsilon)
    slope, grown = number(a), number(scale)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    bar = np.uint32(limit)
    for j in range(width):
        mean[j] = zero
        variance[j] = zero
    for i in range(rows):
        for j in range(width):
            mean[j] += x[i, j]
    for j in range(width):
        mean[j] /= count
    for i in range(rows):
        for j in range(width):
            centred = x[i, j] - mean[j]
            variance[j] += centred * centred
    for j in range(width):
        variance[j] /= count
        inverse[j] = one / number(math.sqrt(variance[j] + eps))
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                z = (x[i, j] - mean[j]) * inverse[j] * gamma[j] + beta[j]
                y[i, j] = zero if z <= zero else z
        else:
            for j in range(width):
                z = (x[i, j] - mean[j]) * inverse[j] * gamma[j] + beta[j]
                y[i, j] = z * slope if kind == 2 and not z > zero else z
        if limit:
            start = i * width
            for j in range(width):
                y[i, j] *= grown if half(start + j, first, second) >= bar else zero


@twin
def norm_activation_gradient(dy, x, y, gamma, statistics, kind, a, keys, limit, scale, dx, dgamma, dbeta):
    """The three terms of dx (see BatchNorm.backward), with dy taken back through dropout and φ first."""
    rows, width = x.shape
    number = x.dtype.type
    mean, inverse = statistics[0], statistics[2]
    zero, count = number(0.0), number(rows)
    slope, grown = number(a), number(scale)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    bar = np.uint32(limit)
    for j in range(width):
        dgamma[j] = zero
        dbeta[j] = zero
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                dx[i, j] = dy[i, j] * grown if y[i, j] > zero else zero * dy[i, j]
        else:
            for j in range(width):
                g = dy[i, j]
                dx[i, j] = g * slope if kind == 2 and not y[i, j] > zero else g
            if limit:
                start = i * width
                for j in range(width):
                    dx[i, j] *= grown if half(start + j, first, second) >= bar else zero
        for j in range(width):
            dgamma[j] += dx[i, j] * ((x[i, j] - mean[j]) * inverse[j])
            dbeta[j] += dx[i, j]
    for i in range(rows):
        for j in range(width):
            x_hat = (x[i, j] - mean[j]) * inverse[j]
            dx[i, j] = (dx[i, j] - dbeta[j] / count - x_hat * (dgamma[j] / count)) * (gamma[j] * inverse[j])
