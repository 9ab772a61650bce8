"""Ctrl-C and SIGTERM: the first asks the loop to stop after the batch in hand, the second leaves at once."""

from __future__ import annotations

import os
import signal
import sys
import threading
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """While entered, signals only set ``received``; the loop reads it between batches.

    Python handles a signal only between two of its own instructions, and a large matrix product is one. So a thread
    reads the signals as they come in (`signal.set_wakeup_fd`), and leaves the process at the second.
    """

    def __init__(self) -> None:
        self.received = 0
        self._previous: dict[int, Any] = {}
        self._pipe: tuple[int, int] | None = None
        self._wakeup = -1

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._note) for number in SIGNALS}
            self._pipe = os.pipe()
            os.set_blocking(self._pipe[1], False)
            self._wakeup = signal.set_wakeup_fd(self._pipe[1], warn_on_full_buffer=False)
            threading.Thread(target=_leave_at_the_second, args=(self._pipe[0],), daemon=True, name="signals").start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)
        if self._pipe is not None:
            signal.set_wakeup_fd(self._wakeup)
            os.close(self._pipe[1])  # the thread sees the end, and closes its own side
            self._pipe = None

    def _note(self, number: int, _: FrameType | None) -> None:
        self.received = number


def _leave_at_the_second(pipe: int) -> None:
    """Count the signals that come through ``pipe``, and end the process at the second."""
    count = 0
    while coming := os.read(pipe, 1):
        count += coming[0] in SIGNALS
        if count == 2:
            if sys.stderr.isatty():
                os.write(2, b"\x1b[?25h\n")  # a live table hides the cursor
            os._exit(128 + coming[0])
    os.close(pipe)
