"""A forward and backward pass over several threads, each on its share of the batch with matrix products of one thread.

The threads share θ; each has its own buffers and gradient, and the gradients are summed in a fixed order. NumPy's products
and the kernels let go of the GIL, so on steps of a millisecond and more the shares really run beside each other.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels import kernel, pick
from nntrain.network import Loss, Network
from nntrain.training.step import backpropagate
from nntrain.types import Array, Batch


@kernel
def weighted_sum(gradient: Array, other: Array, own: float, its: float) -> None:
    """g ← own · g + its · other."""
    gradient *= own
    gradient += other * other.dtype.type(its)


@dataclass(frozen=True)
class Replica:
    """A network over the shared θ with buffers and gradient of its own, and its loss."""

    network: Network
    loss: Loss


class Helper:
    """A thread that does one share at a time; it waits without turning."""

    def __init__(self, replica: Replica) -> None:
        self.replica = replica
        self._begin, self._done = threading.Lock(), threading.Lock()
        self._begin.acquire()
        self._done.acquire()
        self._share: tuple[Batch, NDArray[Any]] | None = None
        self._loss = 0.0
        self._error: Exception | None = None
        threading.Thread(target=self._work, daemon=True, name="nntrain-share").start()

    def start(self, x: Batch, y: NDArray[Any]) -> None:
        """Begin with a share."""
        self._share = x, y
        self._begin.release()

    def finish(self) -> float:
        """Wait for the share; its mean loss."""
        self._done.acquire()
        if self._error is not None:
            raise self._error
        return self._loss

    def close(self) -> None:
        """Let the thread end."""
        self._share = None
        self._begin.release()

    def _work(self) -> None:
        with np.errstate(all="ignore"):  # a thread does not inherit it; steps check for non-finite numbers themselves
            while True:
                self._begin.acquire()
                if self._share is None:
                    return
                try:
                    self._loss = backpropagate(self.replica.network, self.replica.loss, *self._share)
                except Exception as error:  # noqa: BLE001  # carried over to the thread that waits
                    self._error = error
                self._done.release()


class SplitPass:
    """`backpropagate` over the main network and its replicas."""

    def __init__(self, main: Replica, others: Sequence[Replica], compiled: bool) -> None:
        self.main, self.helpers = main, [Helper(replica) for replica in others]
        self.sum = pick(weighted_sum, compiled=compiled)

    def __call__(self, x: Batch, y: NDArray[Any]) -> float:
        """The mean loss of the batch; ∂loss/∂θ into the main network's gradient vector."""
        rows, shares = len(x), len(self.helpers) + 1
        bounds = [rows * share // shares for share in range(shares + 1)]
        for helper, start, stop in zip(self.helpers, bounds[1:], bounds[2:], strict=False):
            helper.replica.network.clock.step = self.main.network.clock.step
            helper.start(x[start:stop], y[start:stop])
        loss = backpropagate(self.main.network, self.main.loss, x[: bounds[1]], y[: bounds[1]])
        done = bounds[1]
        gradient = self.main.network.vector.gradient
        for helper, stop in zip(self.helpers, bounds[2:], strict=True):
            share = helper.finish()
            self.sum(gradient, helper.replica.network.vector.gradient, done / stop, (stop - done) / stop)
            loss, done = loss * (done / stop) + share * ((stop - done) / stop), stop
        return loss

    def close(self) -> None:
        """End the threads."""
        for helper in self.helpers:
            helper.close()
