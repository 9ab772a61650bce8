"""The decorator of twins: compile on first use, keep the result on disk, survive a broken cache.

No `fastmath`: NaN and infinity behave, and sums keep their order. No parallel loops: they fight with the threads of BLAS.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from nntrain.kernels.compiled.cache import cache_folder

F = TypeVar("F", bound=Callable[..., Any])

twins: dict[str, Callable[..., Any]] = {}
"""The compiled twins by name."""

FOLDER: Path | None = cache_folder(numba.__version__)
if FOLDER is not None:
    numba.config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]  # set when Numba starts


def twin(function: F) -> F:
    """Compile a function for the types that it is first called with."""
    compiled = compile_(function)
    twins[function.__name__] = compiled
    return compiled


def compile_(function: F) -> F:
    """Without the GIL, as NumPy treats division by zero, kept on disk where that is possible."""
    return cast(F, numba.njit(cache=FOLDER is not None, nogil=True, error_model="numpy")(function))


def drop_cache() -> None:
    """Delete what was kept on disk."""
    if FOLDER is not None:
        shutil.rmtree(FOLDER, ignore_errors=True)
