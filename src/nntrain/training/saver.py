"""Saves a run as it goes: `best` when an epoch is the best so far, `last` to go on from.

Epochs of milliseconds would spend their time in the disk's flushes, so between two saves lies at least a second, and
fifty times what a save takes; except at the end of a run, when it is interrupted, and where ``checkpoint_every_steps``
asks for one. A best epoch waits in memory meanwhile, whole as it was; a large one, of which a copy would take as much
memory as training, goes to the disk at once.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.training.checkpoint import Checkpoint
from nntrain.training.run_folder import BEST, LAST, RunFolder
from nntrain.types import Array

INTERVAL = 1.0
"""Seconds between saves of short epochs."""
SHARE = 0.02
"""The share of the time that may go into saving."""
WORTH_COPYING = 32 * 2**20
"""Bytes of arrays up to which a best epoch waits in memory."""


class Saver:
    """Writes snapshots of a run into its folder; ``header`` is what does not change during it."""

    def __init__(self, folder: RunFolder, header: dict[str, Any]) -> None:
        self.folder, self.header = folder, header
        self._waiting: dict[str, Any] | None = None
        """The state of a best epoch that is not written yet; ``_copies`` are its arrays."""
        self._copies: dict[str, Array] = {}
        self._next = time.monotonic() + INTERVAL

    def note_best(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        """This moment is to be ``best``: written at once if it is large, else copied and written with the next save."""
        if sum(array.nbytes for array in arrays.values()) > WORTH_COPYING:
            self._write_best(state, arrays)
            return
        for name, array in arrays.items():
            if name not in self._copies:
                self._copies[name] = np.empty_like(array)
            np.copyto(self._copies[name], array)
        self._waiting = state

    def save(self, capture: Callable[[], tuple[dict[str, Any], dict[str, Array]]], *, now: bool) -> Path | None:
        """Write ``best``, where there is a new one, then ``last``; unless it is too soon and not asked for ``now``.

        Best goes first: a run that is killed in between goes on from an older ``last`` and finds the same best again.
        """
        began = time.monotonic()
        if not now and began < self._next:
            return None
        self.flush_best()
        state, arrays = capture()
        path = self.folder.save(LAST, Checkpoint({**self.header, "state": state}, arrays))
        ended = time.monotonic()
        self._next = ended + max(INTERVAL, (ended - began) / SHARE)
        return path

    def flush_best(self) -> None:
        """Write ``best`` alone, where there is a new one: after a failure ``last`` stays as it was."""
        if self._waiting is not None:
            self._write_best(self._waiting, self._copies)

    def _write_best(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        self.folder.save(BEST, Checkpoint({**self.header, "state": state}, arrays))
        self._waiting = None
