"""Layers outside training in one compiled call, with the bits of each layer's own `infer`: the same products and operations."""

from __future__ import annotations

import numpy as np

from nntrain.kernels.compiled.blas import PLAIN, sgemm
from nntrain.kernels.compiled.inner import inner
from nntrain.kernels.compiled.operations import FLOAT, matrix
from nntrain.kernels.compiled.twin import compile_


@compile_
def infer(x, rows, steps, vectors, work, product):
    """The place in ``work`` of y (rows, m), the last step's output.

    ``x``        the address of the rows
    ``steps``    (steps, 6): n, m, the address of W (0: no product), places of (μ, scale) and of a shift in ``vectors``
                 (−1: none), whether relu comes last; the first step has a product
    ``work``     two halves that hold a batch of the widest step each
    ``product``  the address of sgemm
    """
    source, here, there = x, 0, work.size // 2
    for step in range(steps.shape[0]):
        n, m, W = steps[step, 0], steps[step, 1], steps[step, 2]
        if W != 0:
            sgemm(product, PLAIN, PLAIN, rows, m, n, source, n, W, m, 0.0, work.ctypes.data + FLOAT * there, m)
            here, there = there, here
            source = np.int64(work.ctypes.data + FLOAT * here)
        y = matrix(work, here, 0, rows, m)
        centre, shift = steps[step, 3], steps[step, 4]
        if centre >= 0:
            normalise(y, vectors[centre : centre + m], vectors[centre + m : centre + 2 * m])
        if shift >= 0:
            add(y, vectors[shift : shift + m], steps[step, 5] != 0)
        elif steps[step, 5] != 0:
            positive(y)
    return here


@inner
def normalise(y, mean, scale):
    """y ← (y − μ) · scale."""
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (y[i, j] - mean[j]) * scale[j]


@inner
def add(y, b, relu):
    """y ← y + b, and its positive part where that is wanted."""
    zero = y.dtype.type(0.0)
    for i in range(y.shape[0]):
        if relu:
            for j in range(y.shape[1]):
                z = y[i, j] + b[j]
                y[i, j] = zero if z <= zero else z
        else:
            for j in range(y.shape[1]):
                y[i, j] += b[j]


@inner
def positive(y):
    """y ← max(y, 0)."""
    zero = y.dtype.type(0.0)
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = zero if y[i, j] <= zero else y[i, j]
