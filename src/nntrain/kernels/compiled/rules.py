"""The update at the end of a compiled step, on one stretch of the flat vector."""

from __future__ import annotations

from nntrain.kernels.compiled.twin import inner
from nntrain.kernels.compiled.update import (
    adagrad_update,
    adam_update,
    momentum_update,
    nesterov_update,
    rmsprop_update,
    sgd_update,
)


@inner
def update(rule, vectors, begin, end, lr, step):
    """By the rule (number, settings…, weights' end, decay): `nntrain.optim.rule`; 0 is none."""
    kind = int(rule[0])
    theta, g = vectors[0][begin:end], vectors[1][begin:end]
    if rule[6] != 0.0:
        decayed = vectors[0][begin : max(min(end, int(rule[5])), begin)]
        by = theta.dtype.type(1.0 - lr * rule[6])
        for i in range(decayed.size):
            decayed[i] *= by
    if kind == 1:
        sgd_update(theta, g, g, lr)
    elif kind == 2:
        momentum_update(theta, g, vectors[2][begin:end], g, lr, rule[1])
    elif kind == 3:
        nesterov_update(theta, g, vectors[2][begin:end], g, lr, rule[1])
    elif kind == 4:
        adagrad_update(theta, g, vectors[2][begin:end], g, lr, rule[1])
    elif kind == 5:
        rmsprop_update(theta, g, vectors[2][begin:end], g, lr, rule[1], rule[2])
    elif kind == 6:
        corrections = (1.0 - rule[1] ** step, 1.0 - rule[2] ** step) if rule[4] else (1.0, 1.0)
        slots = vectors[2][begin:end], vectors[3][begin:end]
        adam_update(theta, g, slots[0], slots[1], g, lr, (rule[1], rule[2]), corrections, rule[3])
