"""The one place that decides which implementation of a kernel runs.

A reference kernel is a NumPy function beside its user, declared with ``@kernel``, and reads like the formula. Its *twin* is
a function of the same name and signature in `nntrain.kernels.compiled`, compiled by Numba, which makes one pass where NumPy
makes many. Where there is no twin, the reference runs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

references: dict[str, Callable[..., Any]] = {}
"""Every reference kernel by name."""


def kernel(reference: F) -> F:
    """Declare a reference kernel."""
    references[reference.__name__] = reference
    return reference


def pick(reference: F, *, compiled: bool) -> F:
    """The implementation to run: the compiled twin, where it is wanted and there is one, else the reference."""
    if not compiled:
        return reference
    from nntrain.kernels.compiled import twins

    return cast(F, twins.get(reference.__name__, reference))


def can_compile() -> bool:
    """Whether Numba is installed."""
    return find_spec("numba") is not None


def must_compile(kernels: str) -> bool:
    """Whether no run with these kernels (`TrainStep.kernels`) has compiled them yet, as far as the cache knows."""
    from nntrain.kernels.compiled.cache import is_marked
    from nntrain.kernels.compiled.twin import FOLDER

    return not is_marked(FOLDER, kernels)


def have_compiled(kernels: str) -> None:
    """Note that they are kept on disk now."""
    from nntrain.kernels.compiled.cache import mark
    from nntrain.kernels.compiled.twin import FOLDER

    mark(FOLDER, kernels)


STEP_OVERHEAD = 4e-5
"""Seconds that compiled kernels save at every step in calls alone."""
SAVED_PER_PRODUCT = 4e-11
"""Seconds that they save for each multiplication of a step's forward products."""
WORTH_COMPILING = 1.0
"""Seconds that must be saved in a run: importing Numba and loading kernels takes more than half of that."""


def worth_compiling(steps: int, products: int) -> bool:
    """Whether a run is long enough for compiled kernels: a function of its size, never of timing."""
    return can_compile() and steps * (STEP_OVERHEAD + products * SAVED_PER_PRODUCT) >= WORTH_COMPILING
