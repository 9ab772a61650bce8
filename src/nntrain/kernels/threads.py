"""How many threads the matrix products of a network get: a function of its shapes, never of timing.

OpenBLAS with two threads is slower than with one on small and thin products, and far slower where other programs are
busy; on large ones it is nearly twice as fast. The number is recorded in the config of a run, as bits depend on it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import AbstractContextManager

LARGE_PRODUCT = 1 << 26
"""Multiplications (rows × inputs × outputs) of a layer from which on all cores work on it: 256 × 512 × 512."""


def fitting_threads(weights: Iterable[tuple[int, ...]], rows: int) -> int:
    """All cores for a network whose largest product is large, else one."""
    largest = max((rows * shape[0] * shape[1] for shape in weights if len(shape) == 2), default=0)
    return usable_cores() if largest >= LARGE_PRODUCT else 1


def usable_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blas_threads(count: int | None) -> AbstractContextManager[object]:
    """A context in which NumPy's matrix products use ``count`` threads."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # ships no types

    limits: AbstractContextManager[object] = threadpool_limits(count, user_api="blas")
    return limits
