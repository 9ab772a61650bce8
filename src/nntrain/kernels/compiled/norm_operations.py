"""Batch normalisation in a compiled program: threads sum over their shares, meet, and join the sums in a fixed order.

Each thread joins for itself: that is cheaper than to wait for one that does it for all.
"""

from __future__ import annotations

import numpy as np

from nntrain.kernels.compiled.inner import inner
from nntrain.kernels.compiled.meeting import together
from nntrain.kernels.compiled.norm import invert, moments, normalise, subtract_means, unwind_sums
from nntrain.kernels.compiled.operations import cut, largest_bits, mask_keys, matrix


@inner
def norm(at, work, theta, memory, keys, sync, met, lo, hi, rows):
    """The instruction forward: sums, the threads meet, the rest; ``memory`` is None where there is no such instruction."""
    if memory is None:
        return met
    thread, threads = sync[1], sync[2]
    norm_sums(at, work, thread, lo, hi)
    met = together(sync, met)
    norm_joined(at, work, rows, thread, threads)
    if thread == 0:
        norm_remembered(at, work, memory, rows)
    norm_forward(at, work, theta, keys, thread, lo, hi)
    return met


@inner
def norm_and_back(at, work, theta, gradient, memory, keys, sync, met, lo, hi, rows):
    """The instruction backward; returns ``met``, and the largest bits of dγ and dβ."""
    worst = np.int32(0)
    if memory is None:
        return met, worst
    thread, threads = sync[1], sync[2]
    norm_unwind(at, work, keys, thread, lo, hi)
    met = together(sync, met)
    worst = norm_back(at, work, theta, gradient, rows, thread, threads, lo, hi)
    return met, worst


@inner
def norm_sums(at, work, thread, lo, hi):
    """This share's mean and Σ (x − mean)² into its part."""
    begin = at.part + thread * 2 * at.m
    mean, squares = work[begin : begin + at.m], work[begin + at.m : begin + 2 * at.m]
    if hi > lo:
        moments(matrix(work, at.x, lo, hi, at.m), mean, squares)


@inner
def norm_joined(at, work, rows, thread, threads):
    """The whole batch's μ, σ² and 1/√(σ² + ε) from all parts, in their order, for this thread's own use."""
    m = at.m
    begin = at.statistics + thread * 3 * m
    mean, variance, inverse = (
        work[begin : begin + m],
        work[begin + m : begin + 2 * m],
        work[begin + 2 * m : begin + 3 * m],
    )
    number = work.dtype.type
    for j in range(m):
        mean[j] = work[at.part + j]
        variance[j] = work[at.part + m + j]
    done = number(cut(rows, 1, threads, 8))
    for other in range(1, threads):
        own = number(cut(rows, other + 1, threads, 8) - cut(rows, other, threads, 8))
        if own == 0:
            continue
        part = at.part + other * 2 * m
        share, weight = own / (done + own), done * own / (done + own)
        if done == 0:
            weight = number(0.0)
        for j in range(m):
            if done == 0:
                mean[j] = number(0.0)
                variance[j] = number(0.0)
            apart = work[part + j] - mean[j]
            mean[j] += apart * share
            variance[j] += work[part + m + j] + apart * apart * weight
        done += own
    for j in range(m):
        variance[j] /= number(rows)
    invert(variance, at.epsilon, inverse)


@inner
def norm_remembered(at, work, memory, rows):
    """The running mean and unbiased variance move towards those of the batch."""
    number = work.dtype.type
    kept, new = number(1.0 - at.momentum), number(at.momentum)
    unbiased = number(rows / max(rows - 1, 1))
    for j in range(at.m):
        mean, variance = work[at.statistics + j], work[at.statistics + at.m + j]
        memory[at.mean + j] = memory[at.mean + j] * kept + new * mean
        memory[at.variance + j] = memory[at.variance + j] * kept + new * (variance * unbiased)


@inner
def norm_forward(at, work, theta, keys, thread, lo, hi):
    """y = dropout(φ(γ x̂ + β))."""
    m = at.m
    begin = at.statistics + thread * 3 * m
    mean, inverse = work[begin : begin + m], work[begin + 2 * m : begin + 3 * m]
    x, y, told = matrix(work, at.x, lo, hi, m), matrix(work, at.y, lo, hi, m), matrix(work, at.told, lo, hi, m)
    gamma, beta = theta[at.w : at.w + m], theta[at.b : at.b + m]
    normalise(x, gamma, beta, mean, inverse, at.phi, at.a, mask_keys(keys, at, lo), at.limit, at.scale, y, told)


@inner
def norm_unwind(at, work, keys, thread, lo, hi):
    """z ← z · dropout′ · φ′; this share's dγ and dβ into its part."""
    m = at.m
    begin, own = at.statistics + thread * 3 * m, at.part + thread * 2 * m
    mean, inverse = work[begin : begin + m], work[begin + 2 * m : begin + 3 * m]
    dgamma, dbeta = work[own : own + m], work[own + m : own + 2 * m]
    x, told, z = matrix(work, at.x, lo, hi, m), matrix(work, at.told, lo, hi, m), matrix(work, at.z, lo, hi, m)
    unwind_sums(z, x, told, mean, inverse, at.phi, at.a, mask_keys(keys, at, lo), at.limit, at.scale, dgamma, dbeta)


@inner
def norm_back(at, work, theta, gradient, rows, thread, threads, lo, hi):
    """dγ and dβ of the whole batch, and z ← the gradient at x. Returns the largest bits of dγ and dβ."""
    m = at.m
    begin, total = at.statistics + thread * 3 * m, at.statistics + (3 * threads + 2 * thread) * m
    mean, inverse = work[begin : begin + m], work[begin + 2 * m : begin + 3 * m]
    dgamma, dbeta = work[total : total + m], work[total + m : total + 2 * m]
    for j in range(2 * m):
        work[total + j] = work[at.part + j]
    for other in range(1, threads):
        for j in range(2 * m):
            work[total + j] += work[at.part + other * 2 * m + j]
    x, z = matrix(work, at.x, lo, hi, m), matrix(work, at.z, lo, hi, m)
    subtract_means(z, x, theta[at.w : at.w + m], mean, inverse, dgamma, dbeta, rows)
    if thread != 0:
        return np.int32(0)
    for j in range(m):
        gradient[at.w + j] = dgamma[j]
        gradient[at.b + j] = dbeta[j]
    return max(largest_bits(dgamma), largest_bits(dbeta))
