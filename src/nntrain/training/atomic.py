"""Files that are whole at every moment: the old one or the new one, whatever happens in between.

Temporary file in the same folder → write → flush → read back → rename → flush the folder.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import numpy as np

from nntrain.errors import Problem, StorageError

Piece: TypeAlias = bytes | memoryview
"""Bytes of a file, or the memory in which they lie."""

CHUNK = 1 << 20
"""Bytes that are read back at a time."""


def write_atomically(path: Path, pieces: Sequence[Piece]) -> None:
    """Put a file of these pieces at ``path``; no copy of them is made."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)  # of a killed process with our number: in a container all may have the same
        with temporary.open("xb") as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if not reads_back(temporary, pieces):
            raise StorageError(Problem(str(path), "what was written does not read back the same; the disk is failing"))
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(Problem(str(path), f"cannot be written: {error.strerror or error}")) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def reads_back(path: Path, pieces: Sequence[Piece]) -> bool:
    """Whether a file holds just these pieces."""
    buffer = np.empty(CHUNK, np.uint8)
    with path.open("rb") as file:
        for expected in _chunks(pieces):
            found = buffer[: expected.size]
            if file.readinto(found.data) != expected.size or not np.array_equal(found, expected):
                return False
        return not file.read(1)


def _chunks(pieces: Sequence[Piece]) -> Iterator[np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    for piece in pieces:
        content = np.frombuffer(piece, np.uint8)
        for start in range(0, content.size, CHUNK):
            yield content[start : start + CHUNK]
