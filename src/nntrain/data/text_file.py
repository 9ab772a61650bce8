"""Opens text files strictly: gzip checked to its end, UTF-8, no NUL; whatever is wrong becomes a DataError with a line."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from pathlib import Path

from nntrain.config.messages import shorten
from nntrain.data.table import shown_path
from nntrain.errors import DataError, Problem

PIECE = 1 << 20
"""Bytes that are decoded at a time."""


def read_bytes(path: Path) -> bytes:
    """The content of a file, unpacked if its name ends in ``.gz``."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise DataError(Problem(shown_path(path), f"cannot be read: {error.strerror or error}")) from None
    if path.suffix != ".gz":
        return packed
    try:
        return gzip.decompress(packed)
    except (EOFError, OSError, zlib.error) as error:
        raise DataError(Problem(shown_path(path), f"not a whole gzip file: {error}")) from None


def open_text(path: Path) -> io.TextIOWrapper:
    """The text of a file, checked to be UTF-8 without NUL; a byte order mark is no part of it."""
    content = read_bytes(path)
    label = shown_path(path)
    if not content:
        raise DataError(Problem(label, "the file is empty"))
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(Problem(f"{label}:1", "the file is UTF-16; save it as UTF-8"))
    nul = content.find(b"\0")
    if nul >= 0:
        message = "a NUL byte: this is no text file, or it is damaged"
        raise DataError(Problem(f"{label}:{line_of(content, nul)}", message))
    if (start := undecodable(content)) is not None:
        line = line_of(content, start)
        before = content[max(0, start - 20) : start].split(b"\n")[-1]
        after = content[start : start + 20].split(b"\n")[0]
        around = (before + after).decode("utf-8", "backslashreplace").strip()
        message = f"not UTF-8: '{shorten(around)}'; save the file as UTF-8"
        raise DataError(Problem(f"{label}:{line}", message))
    return io.TextIOWrapper(io.BytesIO(content), "utf-8-sig", newline="")


def undecodable(content: bytes) -> int | None:
    """Where the first bytes stand that are not UTF-8; looks at a piece at a time, as the text takes more room than they."""
    if content.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), PIECE):
        begun, _ = decoder.getstate()
        try:
            decoder.decode(content[start : start + PIECE], final=start + PIECE >= len(content))
        except UnicodeDecodeError as error:
            return start - len(begun) + error.start
    return None


def line_of(content: bytes, position: int) -> int:
    """The number of the line (from 1) that holds a position."""
    return content.count(b"\n", 0, position) + 1
