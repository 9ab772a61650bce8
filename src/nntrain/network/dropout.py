"""Dropout: a new thinned network at every step, so that no unit can rely on another one."""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel
from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Batch, Fraction

HALVES = 1 << 16
"""A unit's fate is decided by 16 random bits: a rate is exact to 1/65,536."""


@kernel
def random_bits(counters: NDArray[np.uint32], keys: tuple[int, int], out: NDArray[np.uint32]) -> NDArray[np.uint32]:
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


@layers
class Dropout(Layer):
    """y = x · mask / (1 − rate): each entry is zero with probability ``rate`` (Srivastava et al., 2014).

    Shapes    x, y, mask (B, n)
    Backward  dx = dy · mask / (1 − rate)

    YAML      dropout: 0.2

    The division keeps the expectation ("inverted" dropout), so that outside training y = x. The mask is a function of
    seed, layer, step and entry, so a resumed run draws the same ones.
    """

    def __init__(self, site: Site, *, rate: Fraction) -> None:
        self.width, self.rate = site.width, rate
        self.key = site.mask_key()
        self.y, self.dx, self.mask = site.buffer(site.width), site.buffer(site.width), site.buffer(site.width)
        pairs = (self.mask.size + 1) // 2
        self.counters, self.bits = np.arange(pairs, dtype=np.uint32), np.empty(pairs, np.uint32)

    def forward(self, x: Batch) -> Batch:
        """Draw the mask of this step and apply it."""
        kept = self._kept(x.size).reshape(x.shape)
        mask = np.multiply(kept, x.dtype.type(1.0 / (1.0 - self.rate)), out=self.mask[: len(x)])
        return np.multiply(x, mask, out=self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """y is x times a constant mask, so dx = dy · mask."""
        return np.multiply(dy, self.mask[: len(dy)], out=self.dx[: len(dy)])

    def infer(self, x: Batch) -> Batch:
        """y = x."""
        return x

    def _kept(self, size: int) -> NDArray[np.bool_]:
        pairs = (size + 1) // 2
        bits = random_bits(self.counters[:pairs], self.key(), self.bits[:pairs])
        halves = bits.view(np.uint16) if sys.byteorder == "little" else bits.byteswap().view(np.uint16)
        return halves[:size] >= round(self.rate * HALVES)  # (size,)
