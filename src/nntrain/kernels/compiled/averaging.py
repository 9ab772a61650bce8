"""The moving average of the parameters in one pass."""

from __future__ import annotations

from nntrain.kernels.compiled.twin import twin


@twin
def move_towards(average, theta, scratch, share):
    """a ← a + c (θ − a)."""
    c = average.dtype.type(share)
    for i in range(average.size):
        average[i] += (theta[i] - average[i]) * c
