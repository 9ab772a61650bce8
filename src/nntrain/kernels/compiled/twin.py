"""The decorator of twins: compile on first use, keep the result on disk.

No `fastmath`: NaN and infinity behave, and sums keep their order. No parallel loops: they fight with the threads of BLAS.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache

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
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    if FOLDER is not None:
        compiled._cache = ForgivingCache(function)  # type: ignore[attr-defined]  # where `cache=True` puts its own
    return cast(F, compiled)


class ForgivingCache(FunctionCache):
    """Numba's cache, but what cannot be read is dropped and compiled again, and what cannot be written is not kept."""

    def load_overload(self, signature: Any, context: Any) -> Any:
        """A compiled function from the disk, or None."""
        try:
            return super().load_overload(signature, context)
        except Exception:  # noqa: BLE001  # whatever a damaged pickle raises
            with contextlib.suppress(Exception):
                self.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep a compiled function."""
        with contextlib.suppress(OSError):
            super().save_overload(signature, data)
