"""A checkpoint: one safetensors file that holds all of a run, with a digest over the whole file.

The file's metadata has a single key, whose value is JSON: format, digest, config, preprocessing, layout, state and
versions. The history, which grows without bound, is an array of bytes: the header of a safetensors file has a limit. A
reader trusts nothing: it checks structure and digest before it makes an array.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.errors import CheckpointError, Problem, StorageError
from nntrain.types import Array

FORMAT = 1
KEY = "nntrain"
ZEROS = "0" * 64
DIGEST = re.compile(rb'\\"digest\\":\\"([0-9a-f]{64})\\"')
DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F64": np.dtype("<f8"), "U8": np.dtype("u1")}
HISTORY = "history"
MAX_HEADER = 100_000_000


@dataclass(frozen=True)
class Checkpoint:
    """What a run is at one moment: ``header`` is plain JSON data, ``arrays`` are 1-D float vectors by name."""

    header: dict[str, Any]
    arrays: dict[str, Array]


def encode(checkpoint: Checkpoint) -> bytes:
    """The bytes of a checkpoint file; equal checkpoints give equal bytes."""
    from safetensors.numpy import save

    header: dict[str, Any] = {
        "digest": ZEROS,
        "format": FORMAT,
    }  # the file's own, also where a header was read from one
    header |= {key: value for key, value in checkpoint.header.items() if key not in header}
    arrays = {name: np.ascontiguousarray(array) for name, array in checkpoint.arrays.items()}
    state = header.get("state")
    if isinstance(state, dict) and HISTORY in state:
        header["state"] = {key: value for key, value in state.items() if key != HISTORY}
        arrays[HISTORY] = np.frombuffer(_json(state[HISTORY]).encode(), np.uint8)
    text = _json(header)
    content = save(arrays, metadata={KEY: text})
    return _sealed(content, hashlib.sha256(content).hexdigest())


def decode(content: bytes, name: str) -> Checkpoint:
    """Read back what `encode` wrote; anything else is refused with the reason."""

    def refuse(reason: str) -> CheckpointError:
        return CheckpointError(Problem(name, f"not a whole checkpoint: {reason}"))

    if len(content) < 8:
        raise refuse(f"it has {len(content)} bytes")
    length = int.from_bytes(content[:8], "little")
    if not 2 <= length <= min(MAX_HEADER, len(content) - 8):
        raise refuse("its header is cut off, or it is no safetensors file")
    found = DIGEST.search(content, 8, 8 + length)
    if found is None:
        raise refuse("it was not written by nntrain (no digest)")
    digest = found[1].decode()
    if hashlib.sha256(_sealed(content, ZEROS)).hexdigest() != digest:
        raise refuse("its content does not match its digest; it was truncated or altered")
    try:
        table = json.loads(content[8 : 8 + length], object_pairs_hook=_unique)
        header = json.loads(table.pop("__metadata__")[KEY], object_pairs_hook=_unique)
        if not isinstance(header, dict):
            raise TypeError("it is no mapping")
        arrays = {key: _array(content[8 + length :], entry) for key, entry in table.items()}
        if HISTORY in arrays:
            header["state"][HISTORY] = json.loads(arrays.pop(HISTORY).tobytes())
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refuse(f"its header is malformed ({error})") from None
    if header.get("format") != FORMAT:
        raise CheckpointError(Problem(name, f"format {header.get('format')!r}; this nntrain reads format {FORMAT}"))
    return Checkpoint(header, arrays)


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write so that at every moment ``path`` is a whole checkpoint, the old one or the new one."""
    content = encode(checkpoint)
    write_atomically(path, content)


def load_checkpoint(path: Path) -> Checkpoint:
    """Read and check a checkpoint file."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(Problem(str(path), f"cannot be read: {error.strerror}")) from None
    return decode(content, str(path))


def write_atomically(path: Path, content: bytes) -> None:
    """Temporary file in the same folder → write → flush → read back → rename → flush the folder."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.unlink(missing_ok=True)  # of a killed process with our number: in a container all may have the same
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if temporary.read_bytes() != content:
            raise StorageError(Problem(str(path), "what was written does not read back the same; the disk is failing"))
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise StorageError(Problem(str(path), f"cannot be written: {error.strerror}")) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sealed(content: bytes, digest: str) -> bytes:
    """The same bytes with another digest in the digest's place."""
    found = DIGEST.search(content)
    if found is None:
        raise ValueError("no digest in the header")
    start, end = found.span(1)
    return content[:start] + digest.encode() + content[end:]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a key occurs twice")
    return result


def _array(payload: bytes, entry: dict[str, Any]) -> Array:
    (size,), (start, end) = entry["shape"], entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    if not 0 <= start <= end <= len(payload) or end - start != size * dtype.itemsize:
        raise ValueError("an array does not fit into the file")
    return np.frombuffer(payload[start:end], dtype).copy()
