"""Hinge and perceptron: how far a row's class falls short of a margin above the others."""

from __future__ import annotations

from nntrain.kernels.compiled.twin import twin


@twin
def binary_margin_loss(logits, y, gradient, margin, squared):
    """Σ_B h₊ with h = margin − t z, t = ±1, and −t [h ≥ 0]/B; squared: Σ_B h₊², and −2 t h₊/B."""
    number = logits.dtype.type
    rows = logits.shape[0]
    zero, share = number(0.0), number(1.0) / number(rows)
    loss = 0.0
    for i in range(rows):
        t = number(2 * y[i] - 1)
        h = number(margin) - t * logits[i, 0]
        short = max(h, zero)
        if squared:
            loss += short * short
            gradient[i, 0] = -t * (number(2.0) * short * share)
        else:
            loss += short
            gradient[i, 0] = -t * share if h >= zero else zero
    return loss


@twin
def multiclass_margin_loss(logits, y, gradient, margin, squared):
    """Σ_B h₊ with h = margin + max_{k≠y} z_k − z_y, and [h ≥ 0]/B at the rival k, its opposite at y; squared: Σ_B h₊²."""
    rows, classes = logits.shape
    number = logits.dtype.type
    zero, share = number(0.0), number(1.0) / number(rows)
    loss = 0.0
    for i in range(rows):
        rival = 1 if y[i] == 0 else 0
        for k in range(rival + 1, classes):
            if k != y[i] and logits[i, k] > logits[i, rival]:
                rival = k
        h = number(margin) + logits[i, rival] - logits[i, y[i]]
        short = max(h, zero)
        for k in range(classes):
            gradient[i, k] = zero
        if squared:
            loss += short * short
            slope = number(2.0) * short * share
        else:
            loss += short
            slope = share if h >= zero else zero
        gradient[i, rival] = slope
        gradient[i, y[i]] = -slope
    return loss
