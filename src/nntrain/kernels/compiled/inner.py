"""Functions that only compiled code calls: they are lowered, but no machine code of their own is made.

Numba makes machine code of every function that it compiles, and again of whatever calls it. For the forty small functions
of a program that is half of the time that a first run waits.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar, cast

import numba
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

F = TypeVar("F", bound=Callable[..., Any])


@register_pass(mutates_CFG=True, analysis_only=False)
class LoweringOnly(NativeLowering):
    """Native lowering without its last step; callers link the library."""

    _name = "lowering_only"

    def run_pass(self, state: Any) -> bool:
        """Lower, and let callers know of the function by a stand-in for the code that there is not; nothing calls it."""
        state.flags.no_compile = True
        state.library = state.targetctx.codegen().create_library(state.func_id.func_qualname)
        _leave_to_callers(state.library)
        super().run_pass(state)
        lowered = state["cr"]
        module, name = lowered.fndesc.lookup_module(), lowered.fndesc.qualname
        stand_in = import_module("numba._dynfunc").make_function(module, name, "", 0, lowered.env, (state.library,))
        state.targetctx.insert_user_function(stand_in, lowered.fndesc, [state.library])
        state["cr"] = lowered._replace(cfunc=stand_in)
        return True


def _leave_to_callers(library: Any) -> None:
    """Neither optimise a library nor make machine code of it: whoever calls its functions links them and does so once for all."""

    def finalized() -> None:
        library._finalize_dynamic_globals()
        library._finalized = True

    library._optimize_final_module = lambda: None
    library._finalize_final_module = finalized


class InnerCompiler(CompilerBase):
    """Numba's pipeline with that pass."""

    def define_pipelines(self) -> list[Any]:
        """The passes in order."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        manager.passes = [(LoweringOnly if which is NativeLowering else which, text) for which, text in manager.passes]
        manager._finalized = False
        manager.finalize()
        return [manager]


def inner(function: F) -> F:
    """A function that only compiled code calls: nothing of its own in memory or on disk."""
    options: dict[str, Any] = {
        "nogil": True,
        "error_model": "numpy",
        "_nrt": False,
        "no_cpython_wrapper": True,
        "no_cfunc_wrapper": True,
    }
    return cast(F, numba.njit(pipeline_class=InnerCompiler, **options)(function))


def spliced(function: F) -> F:
    """A function whose lines are put where it is called: what returns a view must not be called."""
    return cast(F, numba.njit(inline="always")(function))
