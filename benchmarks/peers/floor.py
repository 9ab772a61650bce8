"""The floor: nothing but the matrix products of a training step, in NumPy's BLAS, into buffers made beforehand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from benchmarks.peers.trainer import Trainer, epoch_by_epoch


def products(case: Case, x: NDArray[np.float32], y: NDArray[np.int64]) -> Trainer:
    """y = x W forward, dW = xᵀ dy and dx = dy Wᵀ backward; the first layer's dx is never needed."""
    del y
    random = np.random.default_rng(0)
    B = case.batch
    W = [random.standard_normal(shape, dtype=np.float32) / np.float32(shape[0] ** 0.5) for shape in case.weights]
    dW = [np.empty_like(weights) for weights in W]
    inputs = [x[:B].copy(), *(np.empty((B, width), np.float32) for width in case.hidden)]  # of each layer
    outputs = [*inputs[1:], np.empty((B, case.outputs), np.float32)]
    gradients = [random.standard_normal((B, width), dtype=np.float32) for width in case.widths]

    def epoch() -> float:
        for _ in range(case.steps):
            for layer, weights in enumerate(W):
                np.dot(inputs[layer], weights, out=outputs[layer])
            for layer in reversed(range(len(W))):
                np.dot(inputs[layer].T, gradients[layer + 1], out=dW[layer])
                if layer:
                    np.dot(gradients[layer + 1], W[layer].T, out=gradients[layer])
        return 0.0

    return epoch_by_epoch(epoch)
