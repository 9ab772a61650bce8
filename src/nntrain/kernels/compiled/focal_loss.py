"""The focal loss: f(s) = (1 − p)^γ s at s = −log p, and f′(s) = (1 − p)^γ (1 + γ p s / (1 − p)), row by row in float64."""

from __future__ import annotations

import math

from nntrain.kernels.compiled.twin import twin


@twin
def softmax_focal_loss(logits, y, gradient, weights, focusing):
    """Σ_B w_y f(s), and w_y f′(s) (p − onehot(y))/B; s = −log p_y."""
    rows, classes = logits.shape
    number = logits.dtype.type
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
        surprise = math.log(total) - (logits[i, y[i]] - largest)
        missing = -math.expm1(-surprise)
        ratio = surprise / missing if missing > 0.0 else 0.0
        power = missing**focusing
        loss += weights[y[i]] * power * surprise
        share = number(weights[y[i]] * power * (1.0 + focusing * math.exp(-surprise) * ratio) / rows)
        factor = share / total
        for k in range(classes):
            gradient[i, k] *= factor
        gradient[i, y[i]] -= share
    return loss


@twin
def logistic_focal_loss(logits, y, gradient, weights, focusing):
    """Σ_B w_y f(s), and −t w_y f′(s) (1 − p_y)/B; s = log(1 + e^(−t z)), t = ±1."""
    rows = logits.shape[0]
    loss = 0.0
    for i in range(rows):
        t = 2.0 * y[i] - 1.0
        m = t * logits[i, 0]
        small = math.exp(-abs(m))
        surprise = max(-m, 0.0) + math.log1p(small)
        missing = -math.expm1(-surprise)
        ratio = surprise / missing if missing > 0.0 else 0.0
        power = missing**focusing
        loss += weights[y[i]] * power * surprise
        wrong = (small if m >= 0.0 else 1.0) / (1.0 + small)
        slope = power * (1.0 + focusing * math.exp(-surprise) * ratio)
        gradient[i, 0] = -t * weights[y[i]] * slope * wrong / rows
    return loss
