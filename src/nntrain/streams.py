"""Randomness without state: every draw comes from a stream that its seed, purpose and position name.

Nothing has to be stored to go on with the same bits: who knows the epoch knows the shuffle.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np


def stream_key(seed: int, purpose: str, position: int = 0) -> int:
    """A 128-bit key that is the same on every machine and in every process."""
    name = f"{seed}/{purpose}/{position}".encode()
    return int.from_bytes(blake2b(name, digest_size=16).digest(), "little")


def stream(seed: int, purpose: str, position: int = 0) -> np.random.Generator:
    """A Philox generator keyed by ``(seed, purpose, position)`` (Salmon et al., 2011)."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, purpose, position)))
