"""Denormal numbers count as zero in training steps.

Numbers below 2⁻¹²⁶ have no leading one, and a processor takes a hundred cycles for what is one otherwise. Training makes them
by itself: the running mean of Adam falls by a tenth with every gradient that is zero, and so, where a relu is dead, arrives
there within a thousand steps and stays.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

CONTROLS = {
    ("linux", "x86_64"): (28, 1 << 15 | 1 << 6),  # MXCSR: flush to zero, denormals are zero
    ("linux", "aarch64"): (0, 1 << 24),  # FPCR: flush to zero
}
"""By system and machine: where in C's ``fenv_t`` the register lies that controls arithmetic, and the bits to set."""
ROOM = 64
"""Bytes: more than any ``fenv_t`` has."""


@contextmanager
def denormals_flushed() -> Iterator[None]:
    """In this thread denormals are zero meanwhile; where the system has no such switch nothing changes."""
    before = flush_denormals()
    try:
        yield
    finally:
        if before is not None:
            _library().fesetenv(before)


def flush_denormals() -> Any:
    """The same for the rest of the thread's life; returns how it was."""
    library = _library()
    if library is None:
        return None
    place, bits = CONTROLS[sys.platform, platform.machine()]
    before = ctypes.create_string_buffer(ROOM)
    library.fegetenv(before)
    after = ctypes.create_string_buffer(before.raw, ROOM)
    ctypes.c_uint32.from_buffer(after, place).value |= bits
    library.fesetenv(after)
    return before


@cache
def _library() -> Any:
    """C's, with `fegetenv` and `fesetenv`; None where their layout is not known."""
    if (sys.platform, platform.machine()) not in CONTROLS:
        return None
    for name in ("libm.so.6", None):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        if hasattr(library, "fegetenv") and hasattr(library, "fesetenv"):
            return library
    return None
