"""Large arrays of .npz files are mapped: they stay in the file, and the system brings in the pages that are looked at."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAPPED_FROM = 1 << 28
"""Bytes from which on an array is mapped. Smaller ones are read: then nothing that happens to the file matters any more."""

LOCAL_HEADER = struct.Struct("<4s22xHH")
"""What stands in front of a member of a zip file: ``PK\\3\\4``, and the lengths of its name and of an extra field."""
READERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
PIECE = 1 << 20


def mapped_array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any] | None:
    """The array of a member of an .npz file; None if it has to be read, or is too small to matter.

    The checksum of the file is compared all the same; raises what `zipfile` raises for a damaged one.
    """
    member = archive.NameToInfo.get(name)
    if member is None or member.compress_type != zipfile.ZIP_STORED or member.file_size < MAPPED_FROM:
        return None
    with archive.open(member) as stored:
        read_header = READERS.get(np.lib.format.read_magic(stored))
        if read_header is None:
            return None
        shape, is_fortran, dtype = read_header(stored)
        header = stored.tell()
        if dtype.hasobject:
            return None
        while stored.read(PIECE):  # to the end, where it compares the checksum
            pass
    with path.open("rb") as file:
        file.seek(member.header_offset)
        signature, name_length, extra_length = LOCAL_HEADER.unpack(file.read(LOCAL_HEADER.size))
    if signature != b"PK\x03\x04":
        return None
    start = member.header_offset + LOCAL_HEADER.size + name_length + extra_length + header
    order: Any = "F" if is_fortran else "C"
    return np.asarray(
        np.memmap(path, dtype, "c", start, shape, order)
    )  # writable, as compiled code asks; never the file
