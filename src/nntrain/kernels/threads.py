"""How many processors a training step uses, and how: a function of its shapes, never of timing.

Two ways: the shares of a batch on threads of one's own, with one-threaded matrix products; or one pass with the threads of
OpenBLAS, which turn while they wait and so suffer, and make others suffer, on a busy machine. Both numbers are recorded in
the config of a run, as bits depend on them.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

WORTH_SHARING = 1 << 24
"""Multiplications of a forward pass (about half a millisecond of it) from which on sharing a batch pays."""
WORTH_MEETING = 1 << 21
"""The same for threads of a compiled program."""
LARGE_PRODUCT = 1 << 28
"""Multiplications of a single product (256 × 1,024 × 1,024) from which on the threads of BLAS are worth their risk."""
SMALLEST_SHARE = 32
"""Rows of a share."""
FEW_ROWS = 256
"""Rows of a share below which NumPy's kernels gain less from sharing than from products on all cores."""
MIDDLING_PRODUCT = 1 << 23
"""Multiplications of a single product (128 × 256 × 256) from which on that is so."""


@dataclass(frozen=True)
class Parallelism:
    """``shares`` threads train on a part of the batch each; matrix products use ``threads``."""

    shares: int
    threads: int


def fitting_parallelism(
    weights: Sequence[tuple[int, ...]], rows: int, *, coupled: bool, compiled: bool = False, program: bool = False
) -> Parallelism:
    """What suits a network of these weights; ``coupled`` where rows of a batch depend on each other (batch_norm).

    Threads of a compiled ``program`` wait for each other turning, a fraction of a microsecond, so they pay much sooner. With
    NumPy's kernels the gradients of small shares cost more to sum than their products save.
    """
    products = [rows * shape[0] * shape[1] for shape in weights if len(shape) == 2]
    cores = usable_cores()
    if program:
        return Parallelism(max(min(cores, rows // SMALLEST_SHARE), 1) if sum(products) >= WORTH_MEETING else 1, 1)
    if not compiled and rows // cores < FEW_ROWS and max(products, default=0) >= MIDDLING_PRODUCT:
        return Parallelism(1, cores)
    if not coupled and sum(products) >= WORTH_SHARING:
        return Parallelism(max(min(cores, rows // SMALLEST_SHARE), 1), 1)
    if max(products, default=0) >= LARGE_PRODUCT:
        return Parallelism(1, cores)
    return Parallelism(1, 1)


def usable_cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blas_threads(count: int | None) -> AbstractContextManager[object]:
    """A context in which NumPy's matrix products use ``count`` threads; None leaves them as they are."""
    limits: AbstractContextManager[object] = _controller().limit(limits=count, user_api="blas")
    return limits


@cache
def _controller() -> Any:
    """Finding the libraries takes half a millisecond; setting them a few microseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
