"""A checkpoint: one safetensors file that holds all of a run, with a digest over the whole file.

The file's metadata has a single key, whose value is JSON: format, digest, config, preprocessing, layout, state and
versions. The history, which grows without bound, is an array of bytes: the header of a safetensors file has a limit. A
reader trusts nothing: it checks structure and digest before it makes an array. Nothing is in memory twice: arrays are
written from where they are, and read one by one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.errors import CheckpointError, Problem
from nntrain.training.atomic import Piece, write_atomically
from nntrain.training.stored_arrays import Extent, StoredArrays
from nntrain.types import Array

FORMAT = 1
KEY = "nntrain"
ZEROS = "0" * 64
DIGEST = re.compile(rb'\\"digest\\":\\"([0-9a-f]{64})\\"')
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "U8": np.dtype("u1")}
CODES = {dtype: code for code, dtype in DTYPES.items()}
HISTORY = "history"
MAX_HEADER = 100_000_000
ALIGNMENT = 8


@dataclass(frozen=True)
class Checkpoint:
    """What a run is at one moment: ``header`` is plain JSON data, ``arrays`` are 1-D float vectors by name."""

    header: dict[str, Any]
    arrays: Mapping[str, Array]

    def holds(self, name: str, like: Array) -> bool:
        """Whether there is an array of that name with the shape and type of ``like``."""
        if isinstance(self.arrays, StoredArrays):
            return self.arrays.holds(name, like)
        array = self.arrays.get(name)
        return array is not None and array.shape == like.shape and array.dtype == like.dtype

    def fill(self, name: str, target: Array) -> None:
        """Copy the array of that name, which must be like ``target``, into it; out of a file at once."""
        if isinstance(self.arrays, StoredArrays):
            self.arrays.fill(name, target)
        else:
            target[...] = self.arrays[name]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write so that at every moment ``path`` is a whole checkpoint, the old one or the new one."""
    write_atomically(path, pieces(checkpoint))


def pieces(checkpoint: Checkpoint) -> list[Piece]:
    """The bytes of a checkpoint file: its header, then the memory of its arrays. Equal checkpoints give equal bytes."""
    header: dict[str, Any] = {"digest": ZEROS, "format": FORMAT}  # this file's own, not those of one that was read
    header |= {key: value for key, value in checkpoint.header.items() if key not in header}
    arrays: dict[str, NDArray[Any]] = dict(checkpoint.arrays)
    state = header.get("state")
    if isinstance(state, dict) and HISTORY in state:
        header["state"] = {key: value for key, value in state.items() if key != HISTORY}
        arrays[HISTORY] = np.frombuffer(_json(state[HISTORY]).encode(), np.uint8)
    arrays = {name: np.ascontiguousarray(array, array.dtype.newbyteorder("<")) for name, array in arrays.items()}
    order = sorted(arrays, key=lambda name: (-arrays[name].itemsize, name))  # as safetensors does: all are aligned
    payload: list[Piece] = [arrays[name].view(np.uint8).data for name in order if arrays[name].size]
    head = _head(_json(header), {name: arrays[name] for name in order})
    digest = hashlib.sha256(head)
    for piece in payload:
        digest.update(piece)
    return [_sealed(head, digest.hexdigest()), *payload]


def _head(text: str, arrays: dict[str, NDArray[Any]]) -> bytes:
    """The header of a safetensors file with its length before it."""
    table: dict[str, Any] = {"__metadata__": {KEY: text}}
    start = 0
    for name, array in arrays.items():
        end = start + array.nbytes
        table[name] = {"dtype": CODES[array.dtype], "shape": [array.size], "data_offsets": [start, end]}
        start = end
    content = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    content += b" " * (-len(content) % ALIGNMENT)
    return len(content).to_bytes(8, "little") + content


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint file; its arrays are read from it when they are looked up."""
    try:
        file = path.open("rb")
        try:
            return _read(file, str(path))
        except BaseException:
            file.close()
            raise
    except OSError as error:
        raise CheckpointError(Problem(str(path), f"cannot be read: {error.strerror or error}")) from None


def _read(file: BufferedReader, name: str) -> Checkpoint:
    def refuse(reason: str) -> CheckpointError:
        return CheckpointError(Problem(name, f"not a whole checkpoint: {reason}"))

    size = os.fstat(file.fileno()).st_size
    if size < 8:
        raise refuse(f"it has {size} bytes")
    head = file.read(8)
    length = int.from_bytes(head, "little")
    if not 2 <= length <= min(MAX_HEADER, size - 8):
        raise refuse("its header is cut off, or it is no safetensors file")
    head += file.read(length)
    found = DIGEST.search(head)
    if found is None:
        raise refuse("it was not written by nntrain (no digest)")
    content = hashlib.sha256(_sealed(head, ZEROS))
    if hashlib.file_digest(file, lambda: content).hexdigest() != found[1].decode():  # goes on with the rest of the file
        raise refuse("its content does not match its digest; it was truncated or altered")
    try:
        table = json.loads(head[8:], object_pairs_hook=_unique)
        header = json.loads(table.pop("__metadata__")[KEY], object_pairs_hook=_unique)
        if not isinstance(header, dict):
            raise TypeError("it is no mapping")
        extents = {key: _extent(entry, len(head), size) for key, entry in table.items()}
        history = extents.pop(HISTORY, None)
        arrays = StoredArrays(file, name, extents)
        if history is not None:
            header["state"][HISTORY] = json.loads(arrays.read(history).tobytes())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refuse(f"its header is malformed ({error})") from None
    if header.get("format") != FORMAT:
        raise CheckpointError(Problem(name, f"format {header.get('format')!r}; this nntrain reads format {FORMAT}"))
    return Checkpoint(header, arrays)


def _extent(entry: dict[str, Any], start: int, size: int) -> Extent:
    """Where the array of an entry lies, in a file of ``size`` bytes whose arrays begin at ``start``."""
    (count,), (first, end) = entry["shape"], entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    if not all(type(number) is int for number in (count, first, end)):
        raise TypeError("sizes and places of arrays are whole numbers")
    if not 0 <= first <= end <= size - start or end - first != count * dtype.itemsize:
        raise ValueError("an array does not fit into the file")
    return Extent(start + first, count, dtype)


def _sealed(head: bytes, digest: str) -> bytes:
    """The same header with another digest in the digest's place."""
    found = DIGEST.search(head)
    if found is None:
        raise ValueError("no digest in the header")
    start, end = found.span(1)
    return head[:start] + digest.encode() + head[end:]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key occurs twice")
    return result
