"""Losses and their gradients in one pass over the logits."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.exponential import exponential, exponentials
from nntrain.kernels.compiled.twin import twin


@twin
def softmax_cross_entropy(logits, y, gradient):
    """Σ_B −log p_y, and (p − onehot(y))/B into ``gradient``."""
    rows, classes = logits.shape
    number = logits.dtype.type
    share, loss = number(1.0) / number(rows), 0.0
    for i in range(rows):
        largest = logits[i, 0]
        for k in range(1, classes):
            largest = max(largest, logits[i, k])
        for k in range(classes):
            gradient[i, k] = logits[i, k] - largest
        loss -= gradient[i, y[i]]
    exponentials(gradient)
    grown = 1.0  # Π Σ e^z: one logarithm for sixteen rows
    for i in range(rows):
        total = number(0.0)
        for k in range(classes):
            total += gradient[i, k]
        grown *= total
        if i % 16 == 15:
            loss += math.log(grown)
            grown = 1.0
        factor = share / total
        for k in range(classes):
            gradient[i, k] *= factor
        gradient[i, y[i]] -= share
    return loss + math.log(grown)


@twin
def logistic_loss(logits, y, gradient):
    """Σ_B log(1 + e^z) − y z, and (σ(z) − y)/B."""
    number = logits.dtype.type
    rows = logits.shape[0]
    loss, one, zero, count = 0.0, number(1.0), number(0.0), number(rows)
    for i in range(rows):
        gradient[i, 0] = exponential(-abs(logits[i, 0]))
    grown = 1.0  # Π (1 + e^−|z|): one logarithm for sixteen rows
    for i in range(rows):
        z, truth, small = logits[i, 0], number(y[i]), gradient[i, 0]
        grown *= 1.0 + small
        if i % 16 == 15:
            loss += math.log(grown)
            grown = 1.0
        loss += max(z, zero) - z * truth
        p = (one if z >= zero else small) / (one + small)
        gradient[i, 0] = (p - truth) / count
    return loss + math.log(grown)


@twin
def squared_error(logits, y, gradient):
    """Σ_B mean_T (z − y)², and 2 (z − y)/(B T)."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, factor = 0.0, number(2.0 / (rows * outputs))
    for i in range(rows):
        for k in range(outputs):
            error = logits[i, k] - y[i, k]
            loss += error * error
            gradient[i, k] = error * factor
    return loss / outputs


@twin
def multilabel_logistic_loss(logits, y, gradient):
    """Σ_B mean_T log(1 + e^z) − y z, and (σ(z) − y)/(B T)."""
    number = logits.dtype.type
    rows, outputs = logits.shape
    loss, one, zero, count = 0.0, number(1.0), number(0.0), number(rows * outputs)
    for i in range(rows):
        for k in range(outputs):
            z, truth = logits[i, k], number(y[i, k])
            small = number(math.exp(-abs(z)))
            loss += max(z, zero) + number(math.log1p(small)) - z * truth
            p = (one if z >= zero else small) / (one + small)
            gradient[i, k] = (p - truth) / count
    return loss / outputs


@twin
def weighted_cross_entropy(logits, y, gradient, weights, smoothing):
    """Σ_B −w_y Σ_k q_k log p_k, and w_y (p − q)/B; q = (1 − ε) onehot(y) + ε/K."""
    rows, classes = logits.shape
    number = logits.dtype.type
    everywhere, own = number(smoothing / classes), number(1.0 - smoothing)
    loss = 0.0
    for i in range(rows):
        largest = logits[i, 0]
        for k in range(1, classes):
            largest = max(largest, logits[i, k])
        total, aimed = number(0.0), number(0.0)
        for k in range(classes):
            shifted = logits[i, k] - largest
            aimed += shifted
            e = number(math.exp(shifted))
            gradient[i, k] = e
            total += e
        weight = weights[y[i]]
        loss += weight * (math.log(total) - (own * (logits[i, y[i]] - largest) + everywhere * aimed))
        share = weight / number(rows)
        for k in range(classes):
            gradient[i, k] = share * (gradient[i, k] / total - everywhere)
        gradient[i, y[i]] -= share * own
    return loss


@twin
def weighted_logistic_loss(logits, y, gradient, weights, smoothing):
    """Σ_B w_y (log(1 + e^z) − q z), and w_y (σ(z) − q)/B; q = (1 − ε) y + ε/2."""
    number = logits.dtype.type
    rows = logits.shape[0]
    loss, one, zero, count = 0.0, number(1.0), number(0.0), number(rows)
    for i in range(rows):
        z, weight, aim = logits[i, 0], weights[y[i]], number((1.0 - smoothing) * y[i] + 0.5 * smoothing)
        small = number(math.exp(-abs(z)))
        loss += weight * (max(z, zero) + number(math.log1p(small)) - z * aim)
        p = (one if z >= zero else small) / (one + small)
        gradient[i, 0] = weight * (p - aim) / count
    return loss
