"""Losses and their gradients in one pass over the logits."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.twin import twin


@twin
def softmax_cross_entropy(logits, y, gradient):
    """Σ_B −log p_y, and (p − onehot(y))/B into ``gradient``."""
    rows, classes = logits.shape
    number = logits.dtype.type
    share = number(1.0) / number(rows)
    loss = 0.0
    for i in range(rows):
        largest = logits[i, 0]
        for k in range(1, classes):
            largest = max(largest, logits[i, k])
        total = number(0.0)
        for k in range(classes):
            e = number(math.exp(logits[i, k] - largest))
            gradient[i, k] = e
            total += e
        loss += math.log(total) - (logits[i, y[i]] - largest)
        factor = share / total
        for k in range(classes):
            gradient[i, k] *= factor
        gradient[i, y[i]] -= share
    return loss


@twin
def logistic_loss(logits, y, gradient):
    """Σ_B log(1 + e^z) − y z, and (σ(z) − y)/B."""
    number = logits.dtype.type
    rows = logits.shape[0]
    loss, one, zero, count = 0.0, number(1.0), number(0.0), number(rows)
    for i in range(rows):
        z, truth = logits[i, 0], number(y[i])
        small = number(math.exp(-abs(z)))
        loss += max(z, zero) + number(math.log1p(small)) - z * truth
        p = (one if z >= zero else small) / (one + small)
        gradient[i, 0] = (p - truth) / count
    return loss


@twin
def squared_error(logits, y, gradient):
    """Σ_B (z − y)², and 2 (z − y)/B."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, factor = 0.0, number(2.0 / rows)
    for i in range(rows):
        for k in range(outputs):
            error = logits[i, k] - y[i, k]
            loss += error * error
            gradient[i, k] = error * factor
    return loss
