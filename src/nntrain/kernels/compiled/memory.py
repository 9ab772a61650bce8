"""What Numba has no words for: copying a stretch of memory, and a hint to the processor to fetch some."""

from __future__ import annotations

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def prefetch(typing_context, address):
    """Begin to load the cache line at an address for reading."""

    def generate(context, builder, signature, values):
        pointer, small = ir.IntType(8).as_pointer(), ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [pointer, small, small, small])
        function = cgutils.get_or_insert_function(builder.module, function_type, "llvm.prefetch.p0")
        builder.call(function, [builder.inttoptr(values[0], pointer), small(0), small(3), small(1)])
        return context.get_dummy_value()

    return types.void(types.uintp), generate


@intrinsic
def copy_bytes(typing_context, target, source, count):
    """Copy ``count`` bytes between two addresses that do not overlap."""

    def generate(context, builder, signature, values):
        pointer = ir.IntType(8).as_pointer()
        target, source = (builder.inttoptr(value, pointer) for value in values[:2])
        cgutils.raw_memcpy(builder, target, source, values[2], 1)
        return context.get_dummy_value()

    return types.void(types.uintp, types.uintp, types.int64), generate
