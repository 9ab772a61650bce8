"""The losses of regression beside the squared error."""

from __future__ import annotations

import math

import numpy as np

from nntrain.kernels.compiled.twin import twin


@twin
def absolute_error(logits, y, gradient):
    """Σ_B mean_T |z − y|, and sign(z − y)/(B T)."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, share = 0.0, number(1.0) / number(rows * outputs)
    for i in range(rows):
        for k in range(outputs):
            error = logits[i, k] - y[i, k]
            loss += abs(error)
            gradient[i, k] = np.sign(error) * share
    return loss / outputs


@twin
def huber_error(logits, y, gradient, delta):
    """Σ_B mean_T ½ e² where |e| ≤ δ, else δ (|e| − ½ δ), e = z − y; and e/(B T), cut at ±δ/(B T)."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, limit, half = 0.0, number(delta), number(0.5)
    for i in range(rows):
        for k in range(outputs):
            error = logits[i, k] - y[i, k]
            size = abs(error)
            near = limit if size > limit else size
            loss += half * near * near + limit * (size - near)
            cut = limit if error > limit else -limit if error < -limit else error
            gradient[i, k] = cut / number(rows * outputs)
    return loss / outputs


@twin
def pinball_loss(logits, y, gradient, levels):
    """Σ_B mean_{T, Q} max(τ_q e, (τ_q − 1) e), e = y − z_q; and ([z_q > y] − τ_q)/(B T Q), 0 where z_q = y."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    quantiles = len(levels)
    loss, share = 0.0, number(1.0) / number(rows * outputs)
    for i in range(rows):
        for k in range(outputs):
            level = levels[k % quantiles]
            error = y[i, k // quantiles] - logits[i, k]
            slope = -level if error > 0.0 else number(1.0) - level
            if error == 0.0:
                slope = number(0.0)
            loss -= slope * error
            gradient[i, k] = slope * share
    return loss / outputs


@twin
def poisson_deviance(logits, y, gradient):
    """Σ_B mean_T μ − y z + y ln y − y, and (e^z − y)/(B T); μ = e^z, and from z = 30 on its tangent."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, bound, one = 0.0, number(30.0), number(1.0)
    for i in range(rows):
        for k in range(outputs):
            z, truth = logits[i, k], y[i, k]
            bounded = bound if z > bound else z
            rate = number(math.exp(bounded))
            rest = truth * (number(math.log(truth)) - z - one) if truth > 0.0 else truth * -z
            loss += rate * (one + (z - bounded)) + rest
            gradient[i, k] = (rate - truth) / number(rows * outputs)
    return loss / outputs
