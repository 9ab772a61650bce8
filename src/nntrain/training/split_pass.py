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
from nntrain.training.crew import Hand
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
        self.main, self.others, self.hands = main, others, [Hand() for _ in others]

    def __call__(self, x: Batch, y: AnyTargets) -> float:
        """The mean loss of the batch; ∂loss/∂θ into the main network's gradient vector."""
        rows, count = len(x), len(self.hands) + 1
        bounds = [rows * number // count for number in range(count + 1)]
        shares = [(stop - start) / rows for start, stop in itertools.pairwise(bounds)]
        parts = [
            (x[start:stop], y[start:stop], share)
            for start, stop, share in zip(bounds, bounds[1:], shares, strict=False)
        ]
        for hand, replica, part in zip(self.hands, self.others, parts[1:], strict=True):
            replica.network.clock.step = self.main.network.clock.step
            hand.start(partial(backpropagate, replica.network, replica.loss, *part))
        loss = shares[0] * backpropagate(self.main.network, self.main.loss, *parts[0])
        gradient = self.main.network.vector.gradient
        for hand, replica, share in zip(self.hands, self.others, shares[1:], strict=True):
            loss += share * float(hand.finish())
            gradient += replica.network.vector.gradient
        return loss

    def close(self) -> None:
        """End the threads."""
        for hand in self.hands:
            hand.close()


class SharedUpdate(Optimizer):
    """An optimizer on each stretch of θ, one for every thread of a split pass, which have nothing to do meanwhile."""

    def __init__(self, build: Callable[[Bench], Optimizer], bench: Bench, hands: Sequence[Hand]) -> None:
        self.hands, count = hands, len(hands) + 1
        bounds = [bench.theta.size * number // count for number in range(count + 1)]
        self.parts = [build(bench.part(start, stop)) for start, stop in itertools.pairwise(bounds)]
        self.lr = self.parts[0].lr

    def update(self, lr: float, step: int) -> None:
        """One step on all stretches."""
        for hand, part in zip(self.hands, self.parts[1:], strict=True):
            hand.start(partial(part.update, lr, step))
        self.parts[0].update(lr, step)
        for hand in self.hands:
            hand.finish()
