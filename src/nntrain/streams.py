"""Randomness without state: every draw comes from a stream that its seed, purpose and position name.

Nothing has to be stored to go on with the same bits: who knows the epoch knows the shuffle.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

from nntrain.types import RowNumbers

FEW = 1 << 20
"""Rows whose numbers may take eight bytes each for a moment."""


def stream_key(seed: int, purpose: str, position: int = 0) -> int:
    """A 128-bit key that is the same on every machine and in every process."""
    name = f"{seed}/{purpose}/{position}".encode()
    return int.from_bytes(blake2b(name, digest_size=16).digest(), "little")


def stream(seed: int, purpose: str, position: int = 0) -> np.random.Generator:
    """A Philox generator keyed by ``(seed, purpose, position)`` (Salmon et al., 2011)."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, purpose, position)))


def shuffled(count: int, seed: int, purpose: str, position: int = 0) -> RowNumbers:
    """The rows 0 to ``count`` − 1 in random order: `numpy.random.Generator.permutation`, of many rows in half the memory."""
    generator = stream(seed, purpose, position)
    if count <= FEW:
        return generator.permutation(count).astype(row_type(count))  # NumPy swaps eight bytes faster than four
    rows = row_numbers(count)
    generator.shuffle(rows)
    return rows


def row_numbers(count: int) -> RowNumbers:
    """The rows 0 to ``count`` − 1."""
    return np.arange(count, dtype=row_type(count))


def row_type(count: int) -> type[np.integer]:
    """Of the numbers of so many rows."""
    return np.int32 if count <= 1 << 31 else np.int64
