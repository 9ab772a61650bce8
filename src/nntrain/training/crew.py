"""Threads beside the main one that do a piece of work at a time, and wait without turning in between."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import numpy as np


class Hand:
    """A thread that does what it is given."""

    def __init__(self) -> None:
        self._begin, self._done = threading.Lock(), threading.Lock()
        self._begin.acquire()
        self._done.acquire()
        self._work: Callable[[], Any] | None = None
        self._result: Any = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._live, daemon=True, name="nntrain-hand")
        self._thread.start()

    def start(self, work: Callable[[], Any]) -> None:
        """Begin with a piece of work."""
        if not self._thread.is_alive():
            raise RuntimeError("this thread has ended")
        self._work = work
        self._begin.release()

    def finish(self) -> Any:
        """Wait for the work; what it returned."""
        self._done.acquire()
        if self._error is not None:
            raise self._error
        return self._result

    def close(self) -> None:
        """Let the thread end."""
        self._work = None
        self._begin.release()
        self._thread.join()

    def _live(self) -> None:
        with np.errstate(all="ignore"):  # a thread does not inherit it; steps check for non-finite numbers themselves
            while True:
                self._begin.acquire()
                if self._work is None:
                    return
                try:
                    self._result = self._work()
                except Exception as error:  # noqa: BLE001  # carried over to the thread that waits
                    self._error = error
                self._done.release()
