"""RMSProp: Adagrad that forgets, plain, with velocity, and centered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.averages import divisor, move, move_squares, step_against
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.rule import RMSPROP, Rule
from nntrain.types import Array, Fraction, Positive


@kernel
def rmsprop_update(
    theta: Array, gradient: Array, average: Array, scratch: Array, lr: float, rho: float, epsilon: float
) -> None:
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε)."""
    move_squares(average, gradient, rho, scratch)
    step_against(theta, gradient, divisor(average, epsilon, scratch), lr, scratch)


@kernel
def rmsprop_momentum_update(
    theta: Array,
    gradient: Array,
    average: Array,
    velocity: Array,
    scratch: Array,
    lr: float,
    rho: float,
    epsilon: float,
    mu: float,
) -> None:
    """s ← ρ s + (1 − ρ) g², v ← μ v − η g / (√s + ε), θ ← θ + v."""
    move_squares(average, gradient, rho, scratch)
    velocity *= mu
    step_against(velocity, gradient, divisor(average, epsilon, scratch), lr, scratch)
    theta += velocity


@kernel
def rmsprop_centered_update(
    theta: Array,
    gradient: Array,
    average: Array,
    mean: Array,
    velocity: Array,
    scratch: Array,
    lr: float,
    rho: float,
    epsilon: float,
    mu: float,
) -> None:
    """s ← ρ s + (1 − ρ) g², m ← ρ m + (1 − ρ) g, v ← μ v − η g / (√(s − m²) + ε), θ ← θ + v."""
    move_squares(average, gradient, rho, scratch)
    move(mean, gradient, rho, scratch)
    np.multiply(mean, mean, out=scratch)
    np.subtract(average, scratch, out=scratch)
    np.maximum(scratch, 0.0, out=scratch)  # rounding alone makes a variance negative
    velocity *= mu
    step_against(velocity, gradient, divisor(scratch, epsilon, scratch), lr, scratch)
    theta += velocity


@optimizers
class Rmsprop(Optimizer):
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε): Adagrad that forgets (Hinton, lecture 6e, 2012).

    YAML      rmsprop        rmsprop: {lr: 0.001, rho: 0.9}        rmsprop: {centered: true, momentum: 0.9}

    With ``momentum`` μ the step drives a velocity: v ← μ v − η g / (√s + ε), θ ← θ + v. ``centered`` divides by the
    deviation of the gradient, √(s − m²) with m ← ρ m + (1 − ρ) g, instead of its size (Graves, 2013): a direction
    whose gradient hardly varies then takes very long steps, so it wants noise (small batches) or a smaller rate.

    ρ = 0.9 is Hinton's and Keras's; PyTorch's default is 0.99. ε is added to the root, as in PyTorch. η stands inside the
    velocity, as in Graves and Keras; PyTorch keeps it outside, which is the same while η is constant.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        lr: Positive = 0.001,
        rho: Fraction = 0.9,
        epsilon: Positive = 1e-8,
        centered: bool = False,
        momentum: Fraction = 0.0,
    ) -> None:
        self.lr, self.rho, self.epsilon, self.mu = lr, rho, epsilon, momentum
        self.kernel: Callable[..., None]
        self.extra: tuple[float, ...] = (momentum,)
        slots = [bench.slot("mean_of_squares")]
        if centered:
            slots += [bench.slot("mean"), bench.slot("velocity")]
            self.kernel = bench.pick(rmsprop_centered_update)
        elif momentum:
            slots += [bench.slot("velocity")]
            self.kernel = bench.pick(rmsprop_momentum_update)
        else:
            self.kernel, self.extra = bench.pick(rmsprop_update), ()
        self.slots = tuple(slots)
        self.blocks = bench.blocks(*slots)

    def update(self, lr: float, step: int) -> None:
        """Average g² and step."""
        for views in self.blocks:
            self.kernel(*views, lr, self.rho, self.epsilon, *self.extra)

    def rule(self) -> Rule | None:
        """With s; only plain."""
        return Rule(RMSPROP, (self.rho, self.epsilon), self.slots) if len(self.slots) == 1 else None
