"""A network outside training: blocks of rows, shared between threads with buffers and matrix products of their own.

Every block has the same shape and every product runs on one thread, so the bits of a row depend neither on the rows beside
it, nor on their number, nor on how many threads there are. (They may depend on its place in its block: without AVX-512,
OpenBLAS sums for some places in another order.)
"""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable, Sequence
from contextvars import copy_context
from functools import partial
from operator import is_not
from threading import RLock
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import can_compile
from nntrain.kernels.blas import find_sgemm
from nntrain.kernels.threads import blas_threads, usable_cores
from nntrain.network.joined import Infers, JoinedLayers, join
from nntrain.network.layer import Layer
from nntrain.types import Array, Batch

BLOCK = 384
"""Rows of an evaluation block. It is fixed and padded; from here on a product hardly gets faster."""
RUN = 4 * BLOCK
"""Rows that a thread takes at a time."""
WORTH_SHARING = 1 << 26
"""Multiplications of all rows (about two milliseconds of them) from which on threads are worth starting."""
SMALLEST_BLOCK = 1 << 20
"""Multiplications of a block from which on threads do not just wait for each other between its calls."""
WORTH_COMPILING = 1 << 39
"""Multiplications (some seconds of them) after which an inference goes over to compiled kernels, if Numba is there."""

Finish: TypeAlias = Callable[[slice, Batch], None]
"""Takes the logits of some rows; they are valid until it returns. Threads call it beside each other."""

_turn = RLock()
"""The threads of BLAS are a setting of the whole process: one inference at a time."""


class Lane:
    """The layers with buffers of their own: what one thread runs."""

    def __init__(
        self, layers: Sequence[Layer], shape: tuple[int, int], buffers: Sequence[NDArray[Any]], values: Array
    ) -> None:
        inputs, outputs = shape
        own: dict[int, Any] = {id(buffer): np.empty_like(buffer) for buffer in buffers}
        self.layers: list[Layer] = [with_own_buffers(layer, own) for layer in layers]
        self.joined: list[Infers] = []
        self.block = np.zeros((BLOCK, inputs), values.dtype)
        self.logits = np.empty((RUN, outputs), values.dtype)

    def __call__(self, x: Array) -> Batch:
        """Logits of up to RUN rows."""
        for start in range(0, len(x), BLOCK):
            part = x[start : start + BLOCK]
            y: Batch = part
            if len(part) < BLOCK or part.dtype != self.block.dtype or not part.flags.c_contiguous:
                y = self.block
                y[: len(part)] = part
            for step in self.joined or self.layers:
                y = step.infer(y)
            self.logits[start : start + len(part)] = y[: len(part)]
        return self.logits[: len(x)]

    def make_ready(self, *, compiled: bool) -> None:
        """Before a pass: parameters may have changed. Compiled, layers run in one call where they can, with the same bits."""
        if compiled and not self.joined:
            self.joined = join(self.layers, BLOCK)
        for step in self.joined:
            if isinstance(step, JoinedLayers):
                step.refresh()


class Inference:
    """Runs layers over any number of rows."""

    def __init__(
        self, layers: Sequence[Layer], shape: tuple[int, int], buffers: Sequence[NDArray[Any]], values: Array
    ) -> None:
        self._lane = partial(Lane, layers, shape, buffers, values)
        self._lanes: list[Lane] = []
        self._weight = values.size
        self._multiplied = 0

    def __call__(self, x: Array, finish: Finish) -> None:
        """Give the logits of all rows to ``finish``, RUN rows at a time."""
        pending = deque(slice(start, min(start + RUN, len(x))) for start in range(0, len(x), RUN))

        def work(lane: Lane) -> None:
            try:
                while (rows := _taken(pending)) is not None:
                    finish(rows, lane(x[rows]))
            except BaseException:
                pending.clear()  # the other threads end as well
                raise

        with _turn, blas_threads(1):
            first, *others = self._ready(min(self.threads(len(x)), max(len(pending), 1)), len(x))
            if not others:
                work(first)
                return
            from concurrent.futures import ThreadPoolExecutor

            with ThreadPoolExecutor(len(others)) as helpers:
                running = [helpers.submit(copy_context().run, work, lane) for lane in others]
                work(first)
            for helper in running:
                helper.result()

    def threads(self, rows: int) -> int:
        """How many threads are worth it; bits do not depend on this."""
        blocks = -(-rows // BLOCK)
        worth = BLOCK * self._weight >= SMALLEST_BLOCK and blocks * BLOCK * self._weight >= WORTH_SHARING
        return usable_cores() if worth else 1

    def _ready(self, lanes: int, rows: int) -> list[Lane]:
        self._multiplied += rows * self._weight
        compiled = self._multiplied >= WORTH_COMPILING and can_compile() and find_sgemm() is not None
        while len(self._lanes) < lanes:
            self._lanes.append(self._lane())
        for lane in self._lanes[:lanes]:
            lane.make_ready(compiled=compiled)
        return self._lanes[:lanes]


def _taken(pending: deque[slice]) -> slice | None:
    """The next rows; None after the last, whichever thread took them."""
    try:
        return pending.popleft()
    except IndexError:
        return None


def with_own_buffers(part: Any, own: dict[int, Any]) -> Any:
    """``part`` with the arrays of these ids, and views of them, replaced by ``own`` ones, in itself and all that it holds.

    What holds none of them stays the same object: parameters and memory are shared.
    """
    if id(part) in own:
        return own[id(part)]
    if isinstance(part, np.ndarray):
        base = part.base
        if not isinstance(base, np.ndarray) or id(base) not in own:
            return part
        offset = part.ctypes.data - base.ctypes.data
        return np.ndarray(part.shape, part.dtype, own[id(base)].data, offset, part.strides)
    if isinstance(part, list | tuple):
        parts = [with_own_buffers(value, own) for value in part]
        return type(part)(parts) if any(map(is_not, part, parts)) else part
    if isinstance(part, dict):
        values = {key: with_own_buffers(value, own) for key, value in part.items()}
        return values if any(map(is_not, part.values(), values.values())) else part
    if callable(part) or not hasattr(part, "__dict__"):  # kernels and classes own no buffers
        return part
    own[id(part)] = part  # which ends the search where objects refer to each other
    changed = {name: twin for name, value in vars(part).items() if (twin := with_own_buffers(value, own)) is not value}
    if changed:
        own[id(part)] = copy.copy(part)
        vars(own[id(part)]).update(changed)
    return own[id(part)]
