"""What stands behind a matrix product: bias, activation and dropout in one pass, forward and backward.

``kind`` is the number of an activation (`nntrain.network.kinds`): 0 identity, 1 relu, 2 leaky_relu with slope ``a``; the others
leave dropout′ · φ′ in ``told``, which for these three is y.
"""

from __future__ import annotations

import numpy as np

from nntrain.kernels.compiled.curves import curve
from nntrain.kernels.compiled.inner import inner
from nntrain.kernels.compiled.twin import twin


@inner
def half(entry, first, second):
    """The 16 random bits of an entry: half of those of a counter."""
    return (hashed(np.uint32(entry >> 1), first, second) >> np.uint32((entry & 1) << 4)) & np.uint32(0xFFFF)


@inner
def hashed(counter, first, second):
    """The 32 random bits of a counter; see `random_bits`."""
    bits = np.uint32(counter + first)
    bits ^= bits >> np.uint32(16)
    bits = np.uint32(bits * np.uint32(0x7FEB352D))
    bits ^= second
    bits ^= bits >> np.uint32(15)
    bits = np.uint32(bits * np.uint32(0x846CA68B))
    bits ^= bits >> np.uint32(16)
    return bits


@twin
def bias_activation(y, b, kind, a, keys, limit, scale, told):
    """y ← dropout(φ(y + b)) in place."""
    rows, width = y.shape
    number = y.dtype.type
    slope, grown, zero = number(a), number(scale), number(0.0)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    bar = np.uint32(limit)
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                z = y[i, j] + b[j]
                y[i, j] = zero if z <= zero else z
        elif kind == 2:
            for j in range(width):
                z = y[i, j] + b[j]
                y[i, j] = z if z > zero else z * slope
        else:
            for j in range(width):
                y[i, j] += b[j]
            if kind > 2:
                curve(y, told, i, kind, a)
        if limit:
            start = i * width
            for j in range(width):
                y[i, j] *= grown if half(start + j, first, second) >= bar else zero
            if kind > 2:
                for j in range(width):
                    told[i, j] *= grown if half(start + j, first, second) >= bar else zero


@twin
def activation_gradient(dy, told, kind, a, keys, limit, scale, dz, db):
    """dz = dy · dropout′ · φ′; db = Σ_B dz."""
    for i in range(dy.shape[0]):
        for j in range(dy.shape[1]):
            dz[i, j] = dy[i, j]
    unwind_in_place(dz, told, kind, a, keys, limit, scale, db)


@inner
def unwind_in_place(z, told, kind, a, keys, limit, scale, db):
    """z ← z · dropout′ · φ′; db = Σ_B z. One array for both: two that overlap would keep the loops from becoming vectors."""
    rows, width = z.shape
    number = z.dtype.type
    grown, zero = number(scale), number(0.0)
    for j in range(width):
        db[j] = zero
    for i in range(rows):
        if kind == 1:
            for j in range(width):
                g = z[i, j] * grown if told[i, j] > zero else zero * z[i, j]
                z[i, j] = g
                db[j] += g
        else:
            unwind_row(z, told, i, kind, a, keys, limit, scale)
            for j in range(width):
                db[j] += z[i, j]


@inner
def unwind_row(z, told, i, kind, a, keys, limit, scale):
    """Row i of z ← z · dropout′ · φ′ for all activations but relu, whose dropout′ shows in ``told``."""
    width = z.shape[1]
    number = z.dtype.type
    slope, grown, zero = number(a), number(scale), number(0.0)
    if kind > 2:
        for j in range(width):
            z[i, j] *= told[i, j]
        return
    if kind == 2:
        for j in range(width):
            z[i, j] = z[i, j] if told[i, j] > zero else z[i, j] * slope
    if limit:
        first, second, bar = np.uint32(keys[0]), np.uint32(keys[1]), np.uint32(limit)
        start = i * width
        for j in range(width):
            z[i, j] *= grown if half(start + j, first, second) >= bar else zero


@twin
def column_sums(dy, db):
    """db = Σ_B dy."""
    rows, width = dy.shape
    for j in range(width):
        db[j] = dy[0, j]
    for i in range(1, rows):
        for j in range(width):
            db[j] += dy[i, j]
