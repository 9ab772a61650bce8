"""Matrix products in compiled code, by the BLAS that NumPy brings along: C ← op(A) op(B) + β C, row by row in memory.

Numba's own `np.dot` would need SciPy and a second BLAS. The function's address travels as a number, so that compiled code
can be kept on disk.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from nntrain.kernels.blas import find_sgemm

ROW_MAJOR, PLAIN, TRANSPOSED = 101, 111, 112


def _declare(bits: int) -> Any:
    """A function for compiled code that calls `cblas_sgemm` at an address, with α = 1."""

    @intrinsic
    def call(typing_context, address, trans_a, trans_b, m, n, k, a, lda, b, ldb, beta, c, ldc):
        whole, place = types.int64, types.uintp
        signature = types.void(
            whole, whole, whole, whole, whole, whole, place, whole, place, whole, types.float64, place, whole
        )

        def generate(context, builder, signature, values):
            small, wide, number = ir.IntType(32), ir.IntType(bits), ir.FloatType()
            pointer = ir.IntType(8).as_pointer()
            kinds = [small] * 3 + [wide] * 3 + [number, pointer, wide, pointer, wide, number, pointer, wide]
            function_type = ir.FunctionType(ir.VoidType(), kinds)
            address, trans_a, trans_b, m, n, k, a, lda, b, ldb, beta, c, ldc = values
            given = [small(ROW_MAJOR), trans_a, trans_b, m, n, k, number(1.0), a, lda, b, ldb, beta, c, ldc]
            arguments = [_fitted(builder, value, kind) for value, kind in zip(given, kinds, strict=True)]
            builder.call(builder.inttoptr(address, function_type.as_pointer()), arguments)
            return context.get_dummy_value()

        return signature, generate

    return call


def _fitted(builder: Any, value: Any, kind: Any) -> Any:
    """A value as the type that the C function expects."""
    if value.type == kind:
        return value
    if isinstance(kind, ir.FloatType):
        return builder.fptrunc(value, kind)
    return builder.inttoptr(value, kind) if isinstance(kind, ir.PointerType) else builder.trunc(value, kind)


found = find_sgemm()
sgemm = _declare(found[1] if found is not None else 64)
"""``sgemm(address, trans_a, trans_b, m, n, k, a, lda, b, ldb, beta, c, ldc)``; matrices by their addresses."""
