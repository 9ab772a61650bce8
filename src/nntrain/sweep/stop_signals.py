"""Ctrl-C and SIGTERM for the coordinator: the first lets workers save, the second leaves at once."""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType, TracebackType
from typing import Any

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """While entered, the first signal only sets ``received``; whoever waits looks at it a few times a second."""

    def __init__(self) -> None:
        self.received = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> StopSignals:
        self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _: FrameType | None) -> None:
        if self.received:  # workers see that the coordinator is gone, save, and leave by themselves
            if sys.stderr.isatty():
                os.write(2, b"\x1b[?25h\n")  # a live table hides the cursor
            os._exit(128 + number)
        self.received = number
