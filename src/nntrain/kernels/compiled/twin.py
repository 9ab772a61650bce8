"""The decorator of twins: compile on first use, keep the result on disk.

No `fastmath`: NaN and infinity behave, and sums keep their order. No parallel loops: they fight with the threads of BLAS.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, TypeVar, cast

import llvmlite
import numba
import numpy as np
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile

from nntrain.kernels.compiled.cache import cache_folder

F = TypeVar("F", bound=Callable[..., Any])

twins: dict[str, Callable[..., Any]] = {}
"""The compiled twins by name."""


def sources_digest() -> str:
    """A digest of all that kept code comes from: Numba does not see that a function that another one calls has changed.

    It names types of NumPy, and runs in LLVM, whose versions belong to it too.
    """
    digest = hashlib.sha256(f"{np.__version__} {llvmlite.__version__}".encode())
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


class SealedFiles(IndexDataCacheFile):
    """Numba's files, each with a digest at its end: one that is not as it was written is never unpickled, let alone run.

    A crash may have cut it, a disk changed it, another program overwritten it; the function is then compiled anew.
    """

    def _load_index(self) -> Any:
        """Where each compiled version of the function stands; nowhere, if that cannot be trusted."""
        return super()._load_index() if is_sealed(Path(self._index_path)) else {}

    def _load_data(self, name: str) -> Any:
        """One of them; a file that cannot be trusted counts as one that is gone."""
        if not is_sealed(Path(self._data_path(name))):
            raise FileNotFoundError(name)
        return super()._load_data(name)

    @contextlib.contextmanager
    def _open_for_write(self, path: str) -> Iterator[IO[bytes]]:
        """A file that takes its place when it is whole; what reads pickles does not look behind their end."""
        with super()._open_for_write(path) as file:
            content = io.BytesIO()
            yield content
            file.write(content.getvalue() + hashlib.sha256(content.getvalue()).digest())


def is_sealed(path: Path) -> bool:
    """Whether a file is there and ends with the digest of what stands before."""
    try:
        content = path.read_bytes()
    except OSError:
        return False
    size = hashlib.sha256().digest_size
    return hashlib.sha256(content[:-size]).digest() == content[-size:]


class ForgivingCache(FunctionCache):
    """Numba's cache, but what is not as it was written is compiled again, and what cannot be written is not kept."""

    _impl_class = OwnPlace

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        locator = self._impl.locator
        self._cache_file = SealedFiles(self._cache_path, self._impl.filename_base, locator.get_source_stamp())

    def load_overload(self, signature: Any, context: Any) -> Any:
        """A compiled function from the disk, or None."""
        return self._load_overload(signature, context)  # `super` first prepares for compiling: 0.15 s, 13 MiB

    def save_overload(self, signature: Any, data: Any) -> None:
        """Keep a compiled function."""
        with contextlib.suppress(OSError):
            super().save_overload(signature, data)
