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
from numba.core.caching import CompileResultCacheImpl, FunctionCache

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


class OwnFolder:
    """Where Numba is to look for a function: in our folder. Its own setting would move the caches of whoever imports us too.

    Nothing is tried out: from a folder that can only be read, kernels are read.
    """

    def __init__(self, function: Callable[..., Any], path: str) -> None:
        self._line = function.__code__.co_firstlineno
        self._py_file = path  # which Numba's warnings name

    @classmethod
    def from_function(cls, function: Callable[..., Any], path: str) -> OwnFolder:
        """Of a function in a file, wherever that is."""
        return cls(function, path)

    def ensure_cache_path(self) -> None:
        """Before something is written: `cache_folder` made it, and somebody may have cleaned up since."""
        Path(self.get_cache_path()).mkdir(mode=0o700, parents=True, exist_ok=True)

    def get_cache_path(self) -> str:
        """The folder."""
        return str(FOLDER)

    def get_source_stamp(self) -> str:
        """What changes with the sources: the name of the folder holds their digest."""
        return str(FOLDER)

    def get_disambiguator(self) -> str:
        """Tells functions of one name in one module apart."""
        return str(self._line)


class OwnPlace(CompileResultCacheImpl):
    """What Numba keeps of a function, in no other folder."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self._locator_classes: list[Any] = [OwnFolder]
        super().__init__(function)


class ForgivingCache(FunctionCache):
    """Numba's cache, but what cannot be read is dropped and compiled again, and what cannot be written is not kept."""

    _impl_class = OwnPlace

    def load_overload(self, signature: Any, context: Any) -> Any:
        """A compiled function from the disk, or None."""
        try:
            with self._guard_against_spurious_io_errors():
                return self._load_overload(signature, context)
        except Exception:  # noqa: BLE001  # it unpickles a file that a crash may have cut or another program overwritten, which raises whatever the bytes say; compiling anew is always right
            with contextlib.suppress(OSError):
                self.flush()
            return None

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep a compiled function."""
        with contextlib.suppress(OSError):
            super().save_overload(signature, data)
