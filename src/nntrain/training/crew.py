"""Threads beside the caller's: pieces of work that run at the same time, each on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Crew:
    """``helpers`` threads that wait without turning in between."""

    def __init__(self, helpers: int) -> None:
        self.helpers = helpers
        quiet = partial(np.seterr, all="ignore")  # a thread does not inherit it; steps check for non-finite numbers
        self._pool = ThreadPoolExecutor(max(helpers, 1), "nntrain-crew", initializer=quiet)

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
