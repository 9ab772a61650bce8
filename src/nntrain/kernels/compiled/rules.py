"""The update at the end of a compiled step, on one stretch of the flat vector."""

from __future__ import annotations

from nntrain.kernels.compiled.inner import inner
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
    theta, gradient = vectors[0][begin:end], vectors[1][begin:end]
    if rule[6] != 0.0:
        decayed = vectors[0][begin : max(min(end, int(rule[5])), begin)]
        by = theta.dtype.type(1.0 - lr * rule[6])
        for i in range(decayed.size):
            decayed[i] *= by
    if rule[0] == 1:
        sgd_update(theta, gradient, gradient, lr)
    with_one_slot(rule, theta, gradient, vectors[2], begin, end, lr)
    with_two_slots(rule, theta, gradient, vectors[3], vectors[4], begin, end, lr, step)


@inner
def with_one_slot(rule, theta, g, slots, begin, end, lr):
    """Momentum, Nesterov, Adagrad, RMSProp; nothing where ``slots`` is None."""
    if slots is None:
        return
    kind, slot = int(rule[0]), slots[begin:end]
    if kind == 2:
        momentum_update(theta, g, slot, g, lr, rule[1])
    elif kind == 3:
        nesterov_update(theta, g, slot, g, lr, rule[1])
    elif kind == 4:
        adagrad_update(theta, g, slot, g, lr, rule[1])
    elif kind == 5:
        rmsprop_update(theta, g, slot, g, lr, rule[1], rule[2])


@inner
def with_two_slots(rule, theta, g, first, second, begin, end, lr, step):
    """Adam; nothing where ``first`` is None."""
    if first is None or rule[0] != 6:
        return
    corrections = (1.0 - rule[1] ** step, 1.0 - rule[2] ** step) if rule[4] else (1.0, 1.0)
    adam_update(theta, g, first[begin:end], second[begin:end], g, lr, (rule[1], rule[2]), corrections, rule[3])
