"""The instructions of a compiled program, each on one thread's share: rows ``lo`` to ``hi`` of a piece of a batch.

``at`` is an instruction (`nntrain.kernels.instructions`), ``work`` the workspace, ``thread`` of ``threads`` who computes;
``piece`` is (the number of its first row in the batch, its rows, the rows of the batch).
"""

from __future__ import annotations

import numpy as np

from nntrain.kernels.compiled.blas import PLAIN, TRANSPOSED, sgemm
from nntrain.kernels.compiled.dense import bias_activation, column_sums, unwind_in_place
from nntrain.kernels.compiled.inner import inner, spliced
from nntrain.kernels.compiled.memory import copy_bytes, prefetch
from nntrain.kernels.compiled.update import add_penalties

FLOAT = 4
"""Bytes."""
LINE = 64
"""Bytes of a cache line."""
AHEAD = 6
"""Rows."""
INFINITE = 0x7F800000
"""The bits of the float32 ∞: those of NaN are larger, those of finite numbers smaller."""


@inner
def cut(total, part, parts, grain):
    """Where part ``part`` of ``total`` begins: on a multiple of ``grain``."""
    return total if part == parts else total * part // parts // grain * grain


@spliced
def matrix(work, place, lo, hi, width):
    """Rows lo to hi of a matrix in the workspace."""
    return work[place + lo * width : place + hi * width].reshape(hi - lo, width)


@inner
def mask_keys(keys, at, lo):
    """The keys of a mask from row ``lo`` of the batch on, which is even: two entries share a counter, and keys add to counters."""
    if at.mask < 0:
        return 0, 0
    moved = (np.int64(keys[at.mask, 0]) + lo * at.m // 2) & 0xFFFFFFFF
    return moved, np.int64(keys[at.mask, 1])


@inner
def gather(at, work, table, order, lo, hi):
    """y ← the rows of the table that the order names."""
    lines = (at.n * FLOAT + LINE - 1) // LINE
    for i in range(hi - lo):
        if i + AHEAD < hi - lo:  # rows lie anywhere in memory: fetch one while others are copied
            coming = table.ctypes.data + FLOAT * at.n * order[lo + i + AHEAD]
            for line in range(lines):
                prefetch(coming + line * LINE)
        source = table.ctypes.data + FLOAT * at.n * order[lo + i]
        copy_bytes(work.ctypes.data + FLOAT * (at.y + (lo + i) * at.n), source, FLOAT * at.n)


@inner
def affine(at, work, theta, keys, product, piece, lo, hi):
    """y = dropout(φ(x W + b))."""
    n, m = at.n, at.m
    place = work.ctypes.data
    sgemm(
        product, PLAIN, PLAIN, hi - lo, m, n, place + FLOAT * (at.x + lo * n), n,
        theta.ctypes.data + FLOAT * at.w, m, 0.0, place + FLOAT * (at.y + lo * m), m,
    )  # fmt: skip
    activate(at, work, theta, keys, piece, lo, hi)


@inner
def product_of_columns(at, work, theta, product, rows, thread, threads):
    """Columns of y = x W for all rows: the thread packs its part of W alone, which pays where W is the larger one."""
    n, m = at.n, at.m
    left, right = cut(m, thread, threads, 16), cut(m, thread + 1, threads, 16)
    place = work.ctypes.data
    if right > left:
        sgemm(
            product, PLAIN, PLAIN, rows, right - left, n, place + FLOAT * at.x, n,
            theta.ctypes.data + FLOAT * (at.w + left), m, 0.0, place + FLOAT * (at.y + left), m,
        )  # fmt: skip


@inner
def activate(at, work, theta, keys, piece, lo, hi):
    """y = dropout(φ(y + b))."""
    m = at.m
    b = theta[at.b : at.b + m] if at.b >= 0 else work[at.part : at.part + m]
    if at.b >= 0 or at.phi != 0 or at.limit != 0:
        key = mask_keys(keys, at, piece[0] + lo)
        y, told = matrix(work, at.y, lo, hi, m), matrix(work, at.told, lo, hi, m)
        bias_activation(y, b, at.phi, at.a, key, at.limit, at.scale, told)


@inner
def unwind(at, work, keys, thread, piece, lo, hi):
    """z ← z · dropout′ · φ′; the column sums of this share into its part."""
    z = matrix(work, at.z, lo, hi, at.m)
    part = work[at.part + thread * at.m : at.part + (thread + 1) * at.m]
    if at.phi == 0 and at.limit == 0:
        if hi > lo:
            column_sums(z, part)
        else:
            part[:] = 0
    else:
        told = matrix(work, at.told, lo, hi, at.m)
        unwind_in_place(z, told, at.phi, at.a, mask_keys(keys, at, piece[0] + lo), at.limit, at.scale, part)


@inner
def back(at, work, theta, product, lo, hi):
    """y = z Wᵀ."""
    n, m = at.n, at.m
    place = work.ctypes.data
    sgemm(
        product, PLAIN, TRANSPOSED, hi - lo, n, m, place + FLOAT * (at.z + lo * m), m,
        theta.ctypes.data + FLOAT * at.w, m, 0.0, place + FLOAT * (at.y + lo * n), n,
    )  # fmt: skip


@inner
def back_product_of_columns(at, work, theta, product, rows, thread, threads):
    """Columns of y = z Wᵀ for all rows."""
    n, m = at.n, at.m
    left, right = cut(n, thread, threads, 16), cut(n, thread + 1, threads, 16)
    place = work.ctypes.data
    if right > left:
        sgemm(
            product, PLAIN, TRANSPOSED, rows, right - left, m, place + FLOAT * at.z, m,
            theta.ctypes.data + FLOAT * (at.w + left * m), m, 0.0, place + FLOAT * (at.y + left), n,
        )  # fmt: skip


@inner
def weights(at, work, theta, gradient, penalties, product, piece, thread, threads):
    """∂W += xᵀ z, at last with its penalties: this thread's part, by rows or by columns; returns the largest bits in it then."""
    n, m = at.n, at.m
    first, rows, total = piece
    top, bottom, left, right = 0, n, 0, m
    if n >= m:
        top, bottom = cut(n, thread, threads, 8), cut(n, thread + 1, threads, 8)
    else:
        left, right = cut(m, thread, threads, 16), cut(m, thread + 1, threads, 16)
    if bottom == top or right == left:
        return np.int32(0)
    place = work.ctypes.data
    sgemm(
        product, TRANSPOSED, PLAIN, bottom - top, right - left, rows, place + FLOAT * (at.x + top), n,
        place + FLOAT * (at.z + left), m, 0.0 if first == 0 else 1.0,
        gradient.ctypes.data + FLOAT * (at.w + top * m + left), m,
    )  # fmt: skip
    if first + rows < total:
        return np.int32(0)
    if left == 0 and right == m:
        return penalised(theta, gradient, at.w + top * m, at.w + bottom * m, penalties)
    worst = np.int32(0)
    for i in range(top, bottom):
        worst = max(worst, penalised(theta, gradient, at.w + i * m + left, at.w + i * m + right, penalties))
    return worst


@inner
def penalised(theta, gradient, begin, end, penalties):
    """g ← g + λ₂ w + λ₁ sign w in a stretch of the weights; returns the largest bits in it."""
    if penalties[0] != 0.0 or penalties[1] != 0.0:
        add_penalties(theta[begin:end], gradient[begin:end], gradient, penalties[0], penalties[1])
    return largest_bits(gradient[begin:end])


@inner
def largest_bits(values):
    """The largest bit pattern without its sign: a whole number's maximum, which compiles to vectors as a float's does not."""
    bits = values.view(np.int32)
    worst = np.int32(0)
    for i in range(bits.size):
        worst = max(worst, bits[i] & np.int32(0x7FFFFFFF))
    return worst


@inner
def bias(at, work, gradient, piece, thread, threads):
    """∂b += the parts, in their order; the first thread does it. Returns the largest bits in it."""
    if thread != 0:
        return np.int32(0)
    db = gradient[at.b : at.b + at.m]
    if piece[0] == 0:
        db[:] = 0.0
    for other in range(threads):
        for j in range(at.m):
            db[j] += work[at.part + other * at.m + j]
    return largest_bits(db)
