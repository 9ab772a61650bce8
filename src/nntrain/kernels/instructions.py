"""A training step as a list of instructions, which one compiled function runs from end to end (`compiled.program`).

An instruction is a row of numbers: what to do, where its arrays stand, their widths. Activations and their gradients stand
in one workspace, in rows of the batch; parameters in the flat vector θ, whose offsets the gradient shares.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum, auto

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels.memory import aligned_zeros
from nntrain.types import Array


class Op(IntEnum):
    """What an instruction does; B is the batch or a piece of it, of which every thread takes its share of rows."""

    GATHER = auto()
    """y (B, n) ← the batch's rows of the table."""
    AFFINE = auto()
    """y (B, m) ← dropout(φ(x W + b)); without a bias ``part`` is a place of zeros."""
    PRODUCT = auto()
    """y (B, m) ← x W, each thread its columns of all rows."""
    ACTIVATE = auto()
    """y (B, m) ← dropout(φ(y + b))."""
    NORM = auto()
    """y (B, m) ← dropout(φ(batch_norm(x))), and the running statistics."""
    LOSS = auto()
    """z (B, m) ← ∂loss/∂logits, from the logits x."""
    UNWIND = auto()
    """z (B, m) ← z · dropout′ · φ′ by what is told; its column sums into ``part``."""
    BACK = auto()
    """y (B, n) ← z Wᵀ."""
    BACK_PRODUCT = auto()
    """The same, each thread its columns of all rows."""
    NORM_BACK = auto()
    """z (B, m) ← its gradient before dropout, φ and batch_norm; gradients of γ and β."""
    MEET = auto()
    """Wait until all threads are here."""
    WEIGHTS = auto()
    """∂W (n, m) ← xᵀ z, each thread its part of ∂W; + ∂W of the pieces before."""
    BIAS = auto()
    """∂b (m,) ← the sum of the parts of `UNWIND`; + ∂b of the pieces before."""


INTEGERS = ("op", "x", "y", "z", "told", "w", "b", "n", "m", "part", "statistics", "mean", "variance")
TAIL = ("phi", "mask", "limit")
NUMBERS = ("a", "scale", "epsilon", "momentum")
INSTRUCTION = np.dtype([(name, np.int64) for name in INTEGERS + TAIL] + [(name, np.float64) for name in NUMBERS])
"""``x y z told`` places in the workspace (the last one: y, or dropout′ · φ′ where an activation keeps its slope) · ``w b`` in θ (b is −1 where there is no bias) · ``part statistics`` of the workspace,
for each thread · ``mean variance`` in the network's memory · ``phi a`` the activation · ``mask limit scale`` dropout."""

LINE = 16
"""Floats of a cache line: arrays begin on one, so that threads do not write into the same."""

MaskKey = Callable[[], tuple[int, int]]


class Code:
    """Instructions in the making: allots places in the workspace, collects the keys of random masks.

    ``capacity``  rows that go through together at most     ``shares``  threads
    """

    def __init__(self, capacity: int, shares: int) -> None:
        self.capacity, self.shares = capacity, shares
        self.size = 0
        self.keys: list[MaskKey] = []
        self._rows: list[NDArray[np.void]] = []

    def batch(self, width: int) -> int:
        """Room for a matrix (B, width)."""
        return self.room(self.capacity * width)

    def room(self, floats: int) -> int:
        """Room for so many numbers."""
        place = self.size
        self.size += -(-floats // LINE) * LINE
        return place

    def mask(self, key: MaskKey | None) -> int:
        """The number of a random mask, −1 for none."""
        if key is None:
            return -1
        self.keys.append(key)
        return len(self.keys) - 1

    def add(self, op: Op, **fields: float) -> None:
        """One instruction more; what is not given is 0."""
        row = np.zeros((), INSTRUCTION)
        row["op"] = op
        for name, value in fields.items():
            row[name] = value
        self._rows.append(row)

    def finished(self) -> NDArray[np.void]:
        """The instructions as an array."""
        return np.array(self._rows, INSTRUCTION)

    def workspace(self) -> Array:
        """The workspace."""
        return aligned_zeros(self.size)
