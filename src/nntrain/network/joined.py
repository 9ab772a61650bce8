"""Runs of layers that are inferred in one compiled call: dense, and batch_norm and relu behind one.

A run gives the bits that its layers give one by one, so it does not matter to anybody but the clock which of them computes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from nntrain.kernels.blas import find_sgemm
from nntrain.kernels.memory import aligned_zeros
from nntrain.network.activation import Relu
from nntrain.network.batch_norm import BatchNorm
from nntrain.network.dense import Dense
from nntrain.network.dropout import Dropout
from nntrain.network.layer import Layer
from nntrain.types import Array, Batch


class Infers(Protocol):
    """A layer, or several in one."""

    def infer(self, x: Batch) -> Batch:
        """y = f(x) outside training."""


class JoinedLayers:
    """A run of layers, for blocks of up to ``capacity`` rows; parameters as they were at the latest `refresh`."""

    def __init__(self, layers: Sequence[Layer], capacity: int) -> None:
        from nntrain.kernels.compiled.inferring import infer

        found = find_sgemm()
        assert found is not None  # whoever joins layers asked before
        self._product = found[0]
        self._function: Callable[..., int] = infer
        self.layers = list(layers)
        self._work = aligned_zeros(2 * capacity * max(layer.width for layer in layers))
        self.refresh()

    def refresh(self) -> None:
        """Read the parameters anew."""
        steps: list[list[int]] = []
        vectors: list[Array] = []
        size = 0
        for layer in self.layers:
            if isinstance(layer, Relu):
                steps[-1][5] = 1
                continue
            address, own = 0, _vectors(layer)
            if isinstance(layer, Dense):
                address = layer.W.value.ctypes.data
            centre = size if isinstance(layer, BatchNorm) else -1
            shift = size + (len(own) - 1) * layer.width if own else -1
            steps.append([_inputs(layer), layer.width, address, centre, shift, 0])
            vectors += own
            size += len(own) * layer.width
        self._steps = np.array(steps, np.int64)
        self._vectors = np.concatenate([*vectors, np.zeros(0, np.float32)])

    def infer(self, x: Batch) -> Batch:
        """y of the last layer, valid until the next call."""
        x = np.ascontiguousarray(x, np.float32)  # another layer's output may lie otherwise
        place = self._function(x.ctypes.data, len(x), self._steps, self._vectors, self._work, self._product)
        width = self.layers[-1].width
        return self._work[place : place + len(x) * width].reshape(len(x), width)


def _inputs(layer: Layer) -> int:
    return layer.W.shape[0] if isinstance(layer, Dense) else layer.width


def _vectors(layer: Layer) -> list[Array]:
    """What stands behind a product or an input: μ and scale of a normalisation, then what is added."""
    if isinstance(layer, BatchNorm):
        return [layer.running_mean.value, layer.running_scale(), layer.beta.value]
    return [layer.b.value] if isinstance(layer, Dense) and layer.b is not None else []


def join(layers: Sequence[Layer], capacity: int) -> list[Infers]:
    """The layers, with runs of those that can be joined in one; layers that infer nothing are left out."""
    joined: list[Infers] = []
    run: list[Layer] = []
    for layer in [layer for layer in layers if type(layer) is not Dropout]:
        if _begins(layer) or (run and type(layer) in (BatchNorm, Relu)):
            run.append(layer)
            continue
        joined += _ended(run, capacity)
        joined.append(layer)
        run = []
    return joined + _ended(run, capacity)


def _ended(run: list[Layer], capacity: int) -> list[Infers]:
    return [JoinedLayers(run, capacity)] if run else []


def _begins(layer: Layer) -> bool:
    """A dense that NumPy, too, gives to the product of matrices: a single row or column is one of a vector, with other bits."""
    return type(layer) is Dense and min(layer.W.shape) > 1 and layer.W.value.dtype == np.float32
