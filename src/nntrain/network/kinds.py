"""The numbers of the activations that fused kernels know.

Up to `LEAKY_RELU` the way back recognises φ′ by y; the others leave φ′, times dropout's, in an array of its own (`keeps_slope`).
"""

from __future__ import annotations

IDENTITY, RELU, LEAKY_RELU = 0, 1, 2
HARD_TANH, SIGMOID, TANH, ELU, SELU, SOFTPLUS, SILU, MISH, GELU, TANH_GELU = range(3, 13)


def keeps_slope(kind: int) -> bool:
    """Whether an activation's derivative is found on the way there, and kept."""
    return kind > LEAKY_RELU
