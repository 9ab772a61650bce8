"""Softmax cross-entropy and its gradient in one pass over the logits."""

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
