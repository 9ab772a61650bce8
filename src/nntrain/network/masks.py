"""Random bits without state: a function of counters and keys, the same in NumPy and in compiled kernels."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.types import Array, Batch

HALVES = 1 << 16
"""An entry's fate is decided by 16 random bits: a rate is exact to 1/65,536."""

Keys = tuple[int, int]


@kernel
def random_bits(counters: NDArray[np.uint32], keys: Keys, out: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """32 bits for each counter, from nothing but counter and keys: a xor-shift-multiply hash.

    The rounds are those of C. Wellons' ``lowbias32`` (2018), with the second key mixed in between.
    """
    first, second = np.uint32(keys[0]), np.uint32(keys[1])
    bits, shifted = np.add(counters, first, out=out), np.empty_like(out)
    for shift, factor, key in ((16, 0x7FEB352D, second), (15, 0x846CA68B, np.uint32(0))):
        bits ^= np.right_shift(bits, shift, out=shifted)
        bits *= np.uint32(factor)
        bits ^= key
    bits ^= np.right_shift(bits, 16, out=shifted)
    return bits


def threshold(rate: float) -> int:
    """An entry is dropped if its 16 bits are below this."""
    return round(rate * HALVES)


def kept(shape: tuple[int, ...], keys: Keys, limit: int) -> NDArray[np.bool_]:
    """Which entries stay; entry e has the half e mod 2 of the bits of counter ⌊e/2⌋."""
    size = int(np.prod(shape))
    counters = np.arange((size + 1) // 2, dtype=np.uint32)
    bits = random_bits(counters, keys, counters)
    halves = bits.view(np.uint16) if sys.byteorder == "little" else bits.byteswap().view(np.uint16)
    return (halves[:size] >= limit).reshape(shape)


@kernel
def draw_mask(mask: Batch, keys: Keys, limit: int, scale: float) -> None:
    """mask ← ``scale`` where an entry stays, 0 where it is dropped."""
    np.multiply(kept(mask.shape, keys, limit), mask.dtype.type(scale), out=mask)


@kernel
def draw_uniforms(uniform: Array, keys: Keys) -> None:
    """Draws from (0, 1], of 24 bits, as much as float32 tells apart."""
    counters = np.arange(uniform.size, dtype=np.uint32)
    np.copyto(uniform, random_bits(counters, keys, counters) >> np.uint32(8), casting="unsafe")
    uniform += 1  # from 1 to 2²⁴
    uniform *= 2.0**-24
