"""Threads beside the caller's: pieces of work that run at the same time, each on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from nntrain.kernels.denormals import flush_denormals

T = TypeVar("T")


def _prepare() -> None:
    """What a thread does not inherit: steps check for non-finite numbers themselves, and take denormals for zero."""
    np.seterr(all="ignore")
    flush_denormals()


class Crew:
    """``helpers`` threads that wait without turning in between."""

    def __init__(self, helpers: int) -> None:
        self.helpers = helpers
        self._pool = ThreadPoolExecutor(max(helpers, 1), "nntrain-crew", initializer=_prepare)

    def run(self, own: Callable[[], T], others: Sequence[Callable[[], T]] = ()) -> list[T]:
        """Do ``own`` here and the ``others`` beside it; what they returned, when all have ended, or the first one's error."""
        futures = [self._pool.submit(work) for work in others]
        try:
            first = own()
        finally:
            for future in futures:
                future.exception()  # waits
        return [first, *(future.result() for future in futures)]

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
