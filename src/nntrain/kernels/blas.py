"""The matrix product of the BLAS that NumPy brings along: where it is, for compiled code to call."""

from __future__ import annotations

import ctypes
from functools import cache
from importlib import import_module

NAMES = {
    "scipy_cblas_sgemm64_": 64,
    "cblas_sgemm64_": 64,
    "cblas_sgemm$NEWLAPACK$ILP64": 64,
    "scipy_cblas_sgemm": 32,
    "cblas_sgemm$NEWLAPACK": 32,
    "cblas_sgemm": 32,
}
"""What NumPy's builds call the function, and the bits of its whole numbers."""


@cache
def find_sgemm() -> tuple[int, int] | None:
    """(address, bits of whole numbers) of the matrix product that NumPy itself uses; None where it is not to be found."""
    try:
        library = ctypes.CDLL(import_module("numpy._core._multiarray_umath").__file__)  # and what it links against
    except OSError:
        return None
    for name, bits in NAMES.items():
        if hasattr(library, name):
            address = ctypes.cast(getattr(library, name), ctypes.c_void_p).value
            return (address, bits) if address else None
    return None
