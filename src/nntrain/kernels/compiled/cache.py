"""Where compiled kernels are kept between processes: in the user's cache folder, closed to others.

The folder's name holds the versions of Numba and Python, so that another version finds nothing rather than something wrong.
Numba writes through temporary files and renames, so two processes may start at once.
"""

from __future__ import annotations

import contextlib
import os
import platform
import stat
import sys
from pathlib import Path


def cache_folder(numba_version: str) -> Path | None:
    """The folder, made if need be; None where it cannot be made or belongs to somebody else."""
    home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    name = f"numba-{numba_version}-python-{platform.python_version()}-{sys.implementation.name}"
    folder = Path(home) / "nntrain" / name
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.stat()
    except OSError:
        return None
    if state.st_uid != os.getuid() or stat.S_IMODE(state.st_mode) & 0o022:
        return None  # others could put code there
    return folder


def is_marked(folder: Path | None, kernels: str) -> bool:
    """Whether a run noted that these are kept there."""
    return folder is not None and (folder / f"{kernels}.compiled").exists()


def mark(folder: Path | None, kernels: str) -> None:
    """Note it."""
    if folder is not None:
        with contextlib.suppress(OSError):
            (folder / f"{kernels}.compiled").touch()
