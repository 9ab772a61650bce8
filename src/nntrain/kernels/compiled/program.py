"""Whole training steps in one compiled call: several threads run the same instructions, each on its share.

Every thread takes its rows of the batch forward and backward, then its part of every weight's gradient, then its stretch of
the flat vector for the update: no gradient is held twice, and all sums are in a fixed order, so bits depend on the number of
threads alone. They meet where one needs what another has made. A large batch goes through in pieces, whose gradients add up.
"""

from __future__ import annotations

import math

import numpy as np

from nntrain.kernels.compiled.inner import inner, spliced
from nntrain.kernels.compiled.loss import logistic_loss, softmax_cross_entropy, squared_error
from nntrain.kernels.compiled.meeting import together
from nntrain.kernels.compiled.norm_operations import norm, norm_and_back
from nntrain.kernels.compiled.operations import (
    INFINITE,
    activate,
    affine,
    back,
    back_product_of_columns,
    bias,
    cut,
    gather,
    matrix,
    product_of_columns,
    unwind,
    weights,
)
from nntrain.kernels.compiled.rules import update
from nntrain.kernels.compiled.twin import compile_
from nntrain.kernels.instructions import Op

(GATHER, AFFINE, PRODUCT, ACTIVATE, NORM, LOSS, UNWIND, BACK, BACK_PRODUCT, NORM_BACK, MEET, WEIGHTS, BIAS) = map(
    int, Op
)
PART = 16
"""Numbers that a thread tells the others at each step, a cache line apart: its loss, the largest bits of its gradient, ‖·‖²."""


@compile_
def run(
    code, rule, vectors, memory, work, table, order, bounds, rates, first_step, keys, penalties, parts, losses, sync
):
    """Steps over the batches ``order[bounds[i]:bounds[i + 1]]``; returns how many went well.

    ``vectors``  θ, its gradient, the slot of an optimizer that has one, the two of one that has two (None where not)
    ``memory``   of batch_norm, None where there is none
    ``table``    x (N, n), class indices (N,) and targets (N, outputs), one of them None; room for a piece's own of both
    ``rates``    of learning, ``keys`` (steps, masks, 2)
    ``sync``     (counter, thread, threads, address of the product, address of giving way)
    """
    theta, thread, threads = vectors[0], sync[1], sync[2]
    begin, end = cut(theta.size, thread, threads, 16), cut(theta.size, thread + 1, threads, 16)
    met = np.int64(0)
    for step in range(bounds.size - 1):
        batch = order[bounds[step] : bounds[step + 1]]
        told = backpropagate(code, vectors, memory, work, table, batch, keys[step], penalties, sync, met)
        parts[thread, 0], parts[thread, 1] = told[0], told[1]
        met = together(sync, told[2])
        loss, largest = 0.0, 0.0
        for other in range(threads):
            loss += parts[other, 0]
            largest = max(largest, parts[other, 1])
        if thread == 0:
            losses[step] = loss / batch.size
        if not math.isfinite(loss) or largest >= INFINITE:
            return step
        if penalties[2] > 0.0:  # a bound on the gradient's norm: once more all must know of all
            parts[thread, 2] = squares(vectors[1][begin:end], parts[thread, 8:])
            met = together(sync, met)
            length = 0.0
            for other in range(threads):
                length += parts[other, 2]
            length = math.sqrt(length)
            if length > penalties[2]:
                shrink(vectors[1][begin:end], penalties[2] / length)
        update(rule, vectors, begin, end, rates[step], first_step + step)
        met = together(sync, met)
    return bounds.size - 1


@spliced
def backpropagate(code, vectors, memory, work, table, batch, keys, penalties, sync, met):
    """One batch through all instructions, piece by piece; returns this share's sum of losses, its largest bits, and ``met``."""
    theta, gradient = vectors[0], vectors[1]
    thread, threads, product = sync[1], sync[2], sync[3]
    total, capacity = batch.size, table[3].size
    worst, loss = np.int32(0), 0.0
    for first in range(0, total, capacity):
        if first > 0:
            met = together(sync, met)
        own = batch[first : first + capacity]
        rows = own.size
        piece = (first, rows, total)
        lo, hi = cut(rows, thread, threads, 8), cut(rows, thread + 1, threads, 8)
        for i in range(code.size):
            at = code[i]
            if at.op == GATHER:
                gather(at, work, table[0], own, lo, hi)
            elif at.op == AFFINE:
                affine(at, work, theta, keys, product, piece, lo, hi)
            elif at.op == PRODUCT:
                product_of_columns(at, work, theta, product, rows, thread, threads)
            elif at.op == ACTIVATE:
                activate(at, work, theta, keys, piece, lo, hi)
            elif at.op == NORM:
                met = norm(at, work, theta, memory, keys, sync, met, lo, hi, rows)
            elif at.op == LOSS:
                loss += differentiated(at, work, table, own, total, lo, hi)
            elif at.op == UNWIND:
                unwind(at, work, keys, thread, piece, lo, hi)
            elif at.op == BACK:
                back(at, work, theta, product, lo, hi)
            elif at.op == BACK_PRODUCT:
                back_product_of_columns(at, work, theta, product, rows, thread, threads)
            elif at.op == NORM_BACK:
                met, largest = norm_and_back(at, work, theta, gradient, memory, keys, sync, met, lo, hi, rows)
                worst = max(worst, largest)
            elif at.op == MEET:
                met = together(sync, met)
            elif at.op == WEIGHTS:
                worst = max(worst, weights(at, work, theta, gradient, penalties, product, piece, thread, threads))
            elif at.op == BIAS:
                worst = max(worst, bias(at, work, gradient, piece, thread, threads))
    return loss, worst, met


@inner
def differentiated(at, work, table, batch, rows, lo, hi):
    """The sum of this share's losses; the gradient of the whole batch's mean into z."""
    logits, z = matrix(work, at.x, lo, hi, at.m), matrix(work, at.z, lo, hi, at.m)
    loss = of_classes(at, logits, z, table[1], table[3], batch, lo, hi)
    loss += of_targets(logits, z, table[2], table[4], batch, lo, hi)
    if hi - lo != rows:  # each was divided by the rows of its share
        shrink(work[at.z + lo * at.m : at.z + hi * at.m], (hi - lo) / rows)
    return loss


@inner
def of_classes(at, logits, z, classes, own, batch, lo, hi):
    """Of classification; 0 where ``classes`` is None."""
    if classes is None:
        return 0.0
    for i in range(lo, hi):
        own[i] = classes[batch[i]]
    return softmax_cross_entropy(logits, own[lo:hi], z) if at.phi == 0 else logistic_loss(logits, own[lo:hi], z)


@inner
def of_targets(logits, z, targets, own, batch, lo, hi):
    """Of regression; 0 where ``targets`` is None."""
    if targets is None:
        return 0.0
    for i in range(lo, hi):
        for k in range(z.shape[1]):
            own[i, k] = targets[batch[i], k]
    return squared_error(logits, own[lo:hi], z)


@inner
def squares(values, strands):
    """Σ v² in float64, in eight strands that compile to vectors."""
    strands[:] = 0.0
    whole = values.size // 8 * 8
    for i in range(0, whole, 8):
        for k in range(8):
            strands[k] += np.float64(values[i + k]) * np.float64(values[i + k])
    for i in range(whole, values.size):
        strands[0] += np.float64(values[i]) * np.float64(values[i])
    total = 0.0
    for k in range(8):
        total += strands[k]
    return total


@inner
def shrink(values, factor):
    """v ← factor · v."""
    by = values.dtype.type(factor)
    for i in range(values.size):
        values[i] *= by
