"""Optimizers with a step size for every parameter, from sums and means of squares: adagrad and adadelta."""

from __future__ import annotations

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.averages import divisor, move_squares, step_against
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.rule import ADAGRAD, Rule
from nntrain.types import Array, Fraction, Positive


@kernel
def adagrad_update(theta: Array, gradient: Array, total: Array, scratch: Array, lr: float, epsilon: float) -> None:
    """s ← s + g², θ ← θ − η g / (√s + ε)."""
    total += np.multiply(gradient, gradient, out=scratch)
    step_against(theta, gradient, divisor(total, epsilon, scratch), lr, scratch)


@kernel
def adadelta_update(
    theta: Array,
    gradient: Array,
    average: Array,
    steps: Array,
    scratch: Array,
    spare: Array,
    lr: float,
    rho: float,
    epsilon: float,
) -> None:
    """s ← ρ s + (1 − ρ) g², Δ = g √((d + ε)/(s + ε)), d ← ρ d + (1 − ρ) Δ², θ ← θ − η Δ; d is ``steps``."""
    move_squares(average, gradient, rho, scratch)
    np.add(average, epsilon, out=spare)
    np.add(steps, epsilon, out=scratch)
    scratch /= spare
    np.sqrt(scratch, out=scratch)
    scratch *= gradient  # Δ
    move_squares(steps, scratch, rho, spare)
    scratch *= lr
    theta -= scratch


@optimizers
class Adagrad(Optimizer):
    """s ← s + g², θ ← θ − η g / (√s + ε): rare directions keep large steps (Duchi et al., 2011).

    YAML      adagrad        adagrad: {lr: 0.01}

    s only grows, so all steps die out in the end; RMSProp mends that. ε is added to the root, as in PyTorch.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.01, epsilon: Positive = 1e-10) -> None:
        self.lr, self.epsilon = lr, epsilon
        self.total = bench.slot("sum_of_squares")
        self.blocks, self.kernel = bench.blocks(self.total), bench.pick(adagrad_update)

    def update(self, lr: float, step: int) -> None:
        """Accumulate g² and step."""
        for theta, gradient, total, scratch in self.blocks:
            self.kernel(theta, gradient, total, scratch, lr, self.epsilon)

    def rule(self) -> Rule:
        """With s."""
        return Rule(ADAGRAD, (self.epsilon,), (self.total,))


@optimizers
class Adadelta(Optimizer):
    """RMSProp whose step has the units of θ, from the mean square d of earlier steps (Zeiler, 2012, Algorithm 1).

    s ← ρ s + (1 − ρ) g²      Δ = g √(d + ε) / √(s + ε)      d ← ρ d + (1 − ρ) Δ²      θ ← θ − η Δ

    YAML      adadelta        adadelta: {lr: 1.0, rho: 0.9, epsilon: 1e-6}

    η = 1 is the paper's and PyTorch's (Keras: 0.001). ε stands inside both roots; it decides how fast the first steps
    grow from nothing.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 1.0, rho: Fraction = 0.9, epsilon: Positive = 1e-6) -> None:
        self.lr, self.rho, self.epsilon = lr, rho, epsilon
        slots = bench.slot("mean_of_squares"), bench.slot("mean_of_squared_steps")
        self.blocks, self.kernel = bench.blocks(*slots, scratches=2), bench.pick(adadelta_update)

    def update(self, lr: float, step: int) -> None:
        """Average g², step, and average the square of the step."""
        for theta, gradient, average, steps, scratch, spare in self.blocks:
            self.kernel(theta, gradient, average, steps, scratch, spare, lr, self.rho, self.epsilon)
