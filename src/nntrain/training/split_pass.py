"""A forward and backward pass over several threads, each on its share of the batch with matrix products of one thread.

The threads share θ; each has its own buffers and gradient, and the gradients are summed in a fixed order. NumPy's products
and the kernels let go of the GIL, so on steps of a millisecond and more the shares really run beside each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from nntrain.network import Loss, Network
from nntrain.network.mixed import AnyTargets
from nntrain.optim import Bench, Optimizer
from nntrain.training.crew import Crew
from nntrain.training.step import backpropagate
from nntrain.types import Batch


@dataclass(frozen=True)
class Replica:
    """A network over the shared θ with buffers and gradient of its own, and its loss."""

    network: Network
    loss: Loss


class SplitPass:
    """`backpropagate` over the main network and its replicas; each takes its gradient times its share of the rows."""

    def __init__(self, main: Replica, others: Sequence[Replica]) -> None:
        self.main, self.others, self.crew = main, others, Crew(len(others))

    def __call__(self, x: Batch, y: AnyTargets) -> float:
        """The mean loss of the batch; ∂loss/∂θ into the main network's gradient vector."""
        rows, replicas = len(x), [self.main, *self.others]
        bounds = [rows * number // len(replicas) for number in range(len(replicas) + 1)]
        shares = [(stop - start) / rows for start, stop in itertools.pairwise(bounds)]
        works = []
        for replica, start, stop, share in zip(replicas, bounds, bounds[1:], shares, strict=False):
            replica.network.clock.step = self.main.network.clock.step
            works.append(partial(backpropagate, replica.network, replica.loss, x[start:stop], y[start:stop], share))
        losses = self.crew.run(works[0], works[1:])
        gradient = self.main.network.vector.gradient
        for replica in self.others:
            gradient += replica.network.vector.gradient
        return sum(share * loss for share, loss in zip(shares, losses, strict=True))

    def close(self) -> None:
        """End the threads."""
        self.crew.close()


class SharedUpdate(Optimizer):
    """An optimizer on each stretch of θ, one for every thread of a split pass, which have nothing to do meanwhile."""

    def __init__(self, build: Callable[[Bench], Optimizer], bench: Bench, crew: Crew) -> None:
        self.crew, count = crew, crew.helpers + 1
        bounds = [bench.theta.size * number // count for number in range(count + 1)]
        self.parts = [build(bench.part(start, stop)) for start, stop in itertools.pairwise(bounds)]
        self.lr = self.parts[0].lr

    def update(self, lr: float, step: int) -> None:
        """One step on all stretches."""
        works = [partial(part.update, lr, step) for part in self.parts]
        self.crew.run(works[0], works[1:])
