"""Training by a compiled program: whole steps in one call, or the pass there and back alone; see `kernels.compiled.program`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.kernels.blas import find_sgemm
from nntrain.kernels.instructions import Code
from nntrain.network import Loss, Network, Weighted
from nntrain.network.mixed import AnyTargets, Mixed
from nntrain.optim import Regularization
from nntrain.optim.rule import Rule
from nntrain.streams import row_numbers
from nntrain.training.crew import Crew
from nntrain.training.rows import Rows
from nntrain.training.steps import Outcome, Stretch
from nntrain.types import Array, Batch, ClassIndices

EVERYBODY = 1 << 62
"""A counter of arrivals that no thread waits for any longer."""


class Machine:
    """A program with its workspace and its threads; θ and gradient are those of the network's flat vector."""

    def __init__(self, code: Code, network: Network, rule: Rule, regularization: Regularization) -> None:
        from nntrain.kernels.compiled.meeting import yield_address
        from nntrain.kernels.compiled.program import PART, run

        found = find_sgemm()
        assert found is not None  # whoever builds a machine asked before (`find_sgemm`)
        self.function: Callable[..., int] = run
        self.network, self.code = network, code
        vector, shares = network.vector, code.shares
        one, two = {1: (rule.slots, (None, None)), 2: ((None,), rule.slots)}.get(
            len(rule.slots), ((None,), (None, None))
        )
        clip = regularization.clip_norm or 0.0
        vectors = (vector.values, vector.gradient, *one, *two)
        self.given: tuple[Any, ...] = (code.finished(), rule.numbers(vector.weights.stop), vectors)
        self.given += (vector.memory if vector.memory.size else None, code.workspace())
        self._penalties = np.array([regularization.l1, regularization.l2, clip])
        self._parts = np.zeros((shares, PART))
        self._own = np.empty(code.capacity, np.int32), np.empty((code.capacity, network.outputs), np.float32)
        self._counter = np.zeros(1, np.int64)
        self._sync = [(self._counter, thread, shares, found[0], yield_address()) for thread in range(shares)]
        self._crew = Crew(shares - 1)

    def run(self, table: Rows, stretch: Stretch) -> tuple[int, NDArray[np.float64]]:
        """The steps of a stretch over rows of a table: how many went well, and the losses, of the one after them too."""
        losses, rates = np.empty(len(stretch.rates)), np.array(stretch.rates)
        x, classes, targets = typed(table)
        keys = self._keys(stretch.step, len(rates))
        arguments = (
            *self.given,
            (x, classes, targets, *self._own),
            stretch.order,
            stretch.bounds,
            rates,
            stretch.step,
            keys,
        )
        work = partial(self.function, *arguments, self._penalties, self._parts, losses)
        self._counter[0] = 0
        own, *others = [partial(self._share, work, sync) for sync in self._sync]
        return self._crew.run(own, others)[0], losses

    def _share(self, work: Callable[..., int], sync: tuple[Any, ...]) -> int:
        """One thread's share of a stretch. If it fails, nobody waits for it: the others would turn for ever."""
        try:
            return int(work(sync))
        except BaseException:
            self._counter[0] = EVERYBODY
            raise

    def _keys(self, step: int, count: int) -> NDArray[np.uint32]:
        """The keys of all random masks at every step, (steps, masks, 2)."""
        keys = np.zeros((count, len(self.code.keys), 2), np.uint32)
        if self.code.keys:
            for number in range(count):
                self.network.clock.step = step + number
                keys[number] = [key() for key in self.code.keys]
        return keys

    def close(self) -> None:
        """End the threads."""
        self._crew.close()


class WholeSteps:
    """`Steps` by a machine whose program ends with the optimizer's update."""

    def __init__(self, machine: Machine, train: Rows) -> None:
        self.machine, self.train = machine, train

    def run(self, stretch: Stretch) -> Outcome:
        """All steps in one call."""
        done, losses = self.machine.run(self.train, stretch)
        if done == len(losses):
            return Outcome(losses.tolist())
        return Outcome(losses[:done].tolist(), "gradient" if math.isfinite(losses[done]) else "loss")

    def close(self) -> None:
        """End the threads."""
        self.machine.close()


class Differentiation:
    """`backpropagate` by a machine, for an optimizer or a penalty that a program has no instruction for."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def __call__(self, x: Batch, y: AnyTargets) -> float:
        """The mean loss of the batch; ∂loss/∂θ into the network's gradient vector."""
        rows = len(x)
        assert not isinstance(y, Mixed)  # a run with augmentation has no program (`choose_strategy`)
        stretch = Stretch(row_numbers(rows), np.array([0, rows]), [0.0], self.machine.network.clock.step)
        return float(self.machine.run(Rows(x, y), stretch)[1][0])

    def close(self) -> None:
        """End the threads."""
        self.machine.close()


def program_name(network: Network, loss: Loss, rule: Rule) -> str:
    """What the compiled code of a program depends on: what is None among its arguments."""
    norm = "norm" if network.vector.memory.size else "plain"
    return f"program-{'regression' if loss.task == 'regression' else 'classes'}-{norm}-{len(rule.slots)}"


def typed(table: Rows) -> tuple[Array, ClassIndices | None, Array | None]:
    """Rows as the compiled function takes them: class indices or targets, and None for the other.

    What is None, here and in `Machine.given`, leaves code away: a first run waits for no kernel that it does not use.
    """
    x, y = table.x, table.y
    assert not isinstance(y, Weighted)  # no program knows the kernel of a weighted loss (`Loss.kernel_name`)
    if y.ndim == 1:
        return x, y.astype(np.int32, copy=False), None
    return x, None, y
