"""Where the threads of a compiled program wait for each other: a counter that only grows.

They turn for a while, as the others are a fraction of a microsecond away; then they let others run, for a busy machine.
"""

from __future__ import annotations

import ctypes
import sys

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nntrain.kernels.compiled.inner import inner

PATIENCE = 20_000
"""Turns before a thread gives up its processor: about 50 µs."""


def yield_address() -> int:
    """The address of the system's function that gives up the processor."""
    if sys.platform == "win32":
        function = ctypes.windll.kernel32.SwitchToThread
    else:
        function = ctypes.CDLL(None).sched_yield
    return ctypes.cast(function, ctypes.c_void_p).value or 0


@intrinsic
def _arrive(typing_context, address):
    """Add 1 to the counter at an address, for all threads to see."""

    def generate(context, builder, signature, values):
        place = builder.inttoptr(values[0], ir.IntType(64).as_pointer())
        return builder.atomic_rmw("add", place, ir.IntType(64)(1), "seq_cst")

    return types.int64(types.uintp), generate


@intrinsic
def _arrived(typing_context, address):
    """The counter at an address, as the other threads left it."""

    def generate(context, builder, signature, values):
        place = builder.inttoptr(values[0], ir.IntType(64).as_pointer())
        return builder.load_atomic(place, "seq_cst", 8)

    return types.int64(types.uintp), generate


@intrinsic
def _give_way(typing_context, address):
    """Call the function at an address."""

    def generate(context, builder, signature, values):
        function_type = ir.FunctionType(ir.IntType(32), [])
        return builder.call(builder.inttoptr(values[0], function_type.as_pointer()), [])

    return types.int32(types.uintp), generate


@inner
def meet(counter, target, give_way):
    """Arrive, and wait until the counter has reached ``target``."""
    place = counter.ctypes.data
    _arrive(place)
    turns = 0
    while _arrived(place) < target:
        turns += 1
        if turns > PATIENCE:
            _give_way(give_way)


@inner
def together(sync, met):
    """Wait for all threads; ``met`` counts those that came so far."""
    if sync[2] > 1:
        met += sync[2]
        meet(sync[0], met, sync[4])
    return met
