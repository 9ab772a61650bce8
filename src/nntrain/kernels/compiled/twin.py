"""The decorator of twins: compile on first use, keep the result on disk.

No `fastmath`: NaN and infinity behave, and sums keep their order. No parallel loops: they fight with the threads of BLAS.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core.caching import FunctionCache
from numba.core.runtime.nrt import rtsys

from nntrain.kernels.compiled.cache import cache_folder

F = TypeVar("F", bound=Callable[..., Any])

twins: dict[str, Callable[..., Any]] = {}
"""The compiled twins by name."""


def sources_digest() -> str:
    """A digest of the sources of all compiled code: Numba does not see that a function that another one calls has changed."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


FOLDER: Path | None = cache_folder(f"{numba.__version__}-{sources_digest()}")
if FOLDER is not None:
    numba.config.CACHE_DIR = str(FOLDER)  # type: ignore[attr-defined]  # Numba makes the names of its config at run time


def twin(function: F) -> F:
    """Compile a function for the types that it is first called with."""
    compiled = compile_(function)
    twins[function.__name__] = compiled
    return compiled


def compile_(function: F) -> F:
    """Without the GIL, as NumPy treats division by zero, kept on disk where that is possible."""
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
    compiled = numba.njit(**options)(function)
    if FOLDER is not None:
        compiled._cache = ForgivingCache(function)  # where `cache=True` puts its own
    return cast(F, compiled)


class ForgivingCache(FunctionCache):
    """Numba's cache, but what cannot be read is dropped and compiled again, and what cannot be written is not kept."""

    def load_overload(self, signature: Any, context: Any) -> Any:
        """A compiled function from the disk, or None."""
        try:
            rtsys.initialize(context)  # all that loading needs; `super` prepares for compiling: 0.15 s, 13 MiB
            with self._guard_against_spurious_io_errors():
                return self._load_overload(signature, context)
        except Exception:  # noqa: BLE001  # unpickling damaged bytes may raise anything; the kernel is compiled anew
            with contextlib.suppress(Exception):
                self.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep a compiled function."""
        with contextlib.suppress(OSError):
            super().save_overload(signature, data)
