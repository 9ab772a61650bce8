"""The arrays of a checkpoint file, read one by one when they are asked for: they need not fit into memory beside a network."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedReader
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.errors import CheckpointError, Problem
from nntrain.types import Array


@dataclass(frozen=True)
class Extent:
    """Where an array lies in the file: its first byte, its size and what its numbers are."""

    start: int
    size: int
    dtype: np.dtype[Any]


class StoredArrays(Mapping[str, Array]):
    """Arrays by name; each look-up reads anew, into memory of its own. The file stays open as long as this lives.

    A file that is replaced meanwhile is still there for us; one that is written to, which nntrain never does, is refused.
    """

    def __init__(self, file: BufferedReader, name: str, extents: dict[str, Extent]) -> None:
        self._file, self._name, self._extents = file, name, extents
        self._stamp = _stamp(file)
        weakref.finalize(self, file.close)

    def __getitem__(self, key: str) -> Array:
        return self.read(self._extents[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._extents)

    def __len__(self) -> int:
        return len(self._extents)

    def holds(self, key: str, like: Array) -> bool:
        """Whether there is an array of that name with the shape and type of ``like``; nothing is read."""
        extent = self._extents.get(key)
        return extent is not None and (extent.size,) == like.shape and extent.dtype == like.dtype

    def read(self, extent: Extent) -> NDArray[Any]:
        """The array that lies there."""
        array = np.empty(extent.size, extent.dtype)
        self._fill(array, extent)
        return array

    def fill(self, key: str, target: Array) -> None:
        """Read an array into one that is like it."""
        self._fill(target, self._extents[key])

    def _fill(self, target: NDArray[Any], extent: Extent) -> None:
        try:
            self._file.seek(extent.start)
            count = self._file.readinto(target.view(np.uint8).data)
            changed = _stamp(self._file) != self._stamp
        except OSError as error:
            raise CheckpointError(Problem(self._name, f"cannot be read: {error.strerror or error}")) from None
        if changed or count != target.nbytes:
            raise CheckpointError(Problem(self._name, "was changed while it was being read"))


def _stamp(file: BufferedReader) -> tuple[int, int]:
    state = os.fstat(file.fileno())
    return state.st_size, state.st_mtime_ns
