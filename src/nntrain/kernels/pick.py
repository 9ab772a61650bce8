"""The one place that decides which implementation of a kernel runs.

A reference kernel is a NumPy function beside its user, and reads like the formula. A *twin* is a compiled function of
the same name and signature in `twins`; where there is none, the reference runs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

F = TypeVar("F", bound=Callable[..., Any])

twins: dict[str, Callable[..., Any]] = {}
"""Fused implementations by the name of the reference kernel that they stand for."""


def kernel(reference: F) -> F:
    """Declare a reference kernel: its twin, where there is one, else itself."""
    return twins.get(reference.__name__, reference)  # type: ignore[return-value]  # a twin has the same signature
