"""Saves a run as it goes: `best` when an epoch is the best so far, `last` to go on from.

Epochs of milliseconds would spend their time in the disk's flushes, so between two saves lies at least a second, and
fifty times what a save takes; except at the end of a run, when it is interrupted, and where ``checkpoint_every_steps``
asks for one. A best epoch waits in memory meanwhile, whole as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nntrain.training.checkpoint import Checkpoint
from nntrain.training.run_folder import BEST, LAST, RunFolder
from nntrain.types import Array

INTERVAL = 1.0
"""Seconds between saves of short epochs."""
SHARE = 0.02
"""The share of the time that may go into saving."""


class Saver:
    """Writes snapshots of a run into its folder; ``header`` is what does not change during it."""

    def __init__(self, folder: RunFolder, header: dict[str, Any]) -> None:
        self.folder, self.header = folder, header
        self._best: Checkpoint | None = None
        self._next = time.monotonic() + INTERVAL

    def note_best(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Keep a copy of this moment, to be written as ``best`` with the next save."""
        copies = {name: array.copy() for name, array in arrays.items()}
        self._best = Checkpoint({**self.header, "state": state}, copies)

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
        if self._best is not None:
            self.folder.save(BEST, self._best)
            self._best = None
