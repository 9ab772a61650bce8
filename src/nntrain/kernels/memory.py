"""Arrays that begin on a cache line: a vector register's worth of them then lies in one line, not across two."""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from nntrain.types import Array

LINE = 64
"""Bytes of a cache line."""


def aligned_zeros(size: int, dtype: DTypeLike = np.float32) -> Array:
    """Zeros, which take no memory before they are used."""
    spare = LINE // np.dtype(dtype).itemsize
    padded = np.zeros(size + spare, dtype)
    start = -(padded.ctypes.data // padded.itemsize) % spare
    return padded[start : start + size]
