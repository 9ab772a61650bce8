"""Memory that reading and encoding no longer need goes back to the system."""

from __future__ import annotations

import sys
from functools import cache
from typing import Any


def give_back() -> None:
    """Return what has been freed: glibc keeps arrays of up to 32 MiB for itself, half the size of a table and more."""
    if (trim := _malloc_trim()) is not None:
        trim(0)


@cache
def _malloc_trim() -> Any:
    """Of glibc; None elsewhere."""
    if sys.platform != "linux":
        return None
    import ctypes

    return getattr(ctypes.CDLL(None), "malloc_trim", None)
