"""Random masks: bits and their use in one pass."""

from __future__ import annotations

import numpy as np

from nntrain.kernels.compiled.dense import half, hashed
from nntrain.kernels.compiled.twin import twin


@twin
def draw_mask(mask, keys, limit, scale):
    """mask ← ``scale`` where an entry stays, 0 where it is dropped."""
    rows, width = mask.shape
    number = mask.dtype.type
    grown, zero, bar = number(scale), number(0.0), np.uint32(limit)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    for i in range(rows):
        start = i * width
        for j in range(width):
            mask[i, j] = grown if half(start + j, first, second) >= bar else zero


@twin
def draw_uniforms(uniform, keys):
    """Draws from (0, 1], of 24 bits."""
    number = uniform.dtype.type
    unit = number(2.0**-24)
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    for i in range(uniform.size):
        bits = hashed(np.uint32(i), first, second)
        uniform[i] = number(np.int32(bits >> np.uint32(8)) + np.int32(1)) * unit
