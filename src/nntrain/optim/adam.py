"""Adam and its kin with the same two averages: adamw and amsgrad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nntrain.config.scheduled import Scheduled, ScheduledAmount, follow
from nntrain.kernels import kernel
from nntrain.optim.averages import divisor, move, move_squares, step_against
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.rule import ADAM, Rule
from nntrain.types import Array, Fraction, Positive


def moving_averages(
    gradient: Array, velocity: Array, average: Array, scratch: Array, betas: tuple[float, float]
) -> None:
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g²."""
    move(velocity, gradient, betas[0], scratch)
    move_squares(average, gradient, betas[1], scratch)


def bias_corrections(betas: tuple[float, float], step: int) -> tuple[float, float]:
    """(1 − β₁ᵗ, 1 − β₂ᵗ): the sum of the weights that a moving average has given by step t."""
    return 1.0 - betas[0] ** step, 1.0 - betas[1] ** step


@kernel
def adam_update(
    theta: Array,
    gradient: Array,
    velocity: Array,
    average: Array,
    scratch: Array,
    lr: float,
    betas: tuple[float, float],
    corrections: tuple[float, float],
    epsilon: float,
) -> None:
    """m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − η (m/c₁) / (√(v/c₂) + ε)."""
    moving_averages(gradient, velocity, average, scratch, betas)
    c1, c2 = corrections
    step_against(theta, velocity, divisor(average, epsilon, scratch, c2), lr / c1, scratch)


@kernel
def amsgrad_update(
    theta: Array,
    gradient: Array,
    velocity: Array,
    average: Array,
    greatest: Array,
    scratch: Array,
    lr: float,
    betas: tuple[float, float],
    corrections: tuple[float, float],
    epsilon: float,
) -> None:
    """m and v as in adam_update, u ← max(u, v), θ ← θ − η (m/c₁) / (√(u/c₂) + ε)."""
    moving_averages(gradient, velocity, average, scratch, betas)
    c1, c2 = corrections
    np.maximum(greatest, average, out=greatest)
    step_against(theta, velocity, divisor(greatest, epsilon, scratch, c2), lr / c1, scratch)


@optimizers
class Adam(Optimizer):
    """Velocity and mean square together, both corrected for their start at 0 (Kingma & Ba, 2015, Algorithm 1).

    m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
    θ ← θ − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)

    YAML      adam        adam: {lr: 0.001, beta1: 0.9, beta2: 0.999}        adam: {bias_correction: false}

    Without ``bias_correction`` m and v stand as they are, which is the lecture's form: the first steps are then
    (1 − β₁)/√(1 − β₂) ≈ 3 times as long. ε is added to √v̂ as in the paper and PyTorch; Keras and scikit-learn add ε̂ to √v.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        lr: Positive = 0.001,
        beta1: Fraction = 0.9,
        beta2: Fraction = 0.999,
        epsilon: Positive = 1e-8,
        bias_correction: bool = True,
    ) -> None:
        self.lr, self.betas, self.epsilon, self.bias_correction = lr, (beta1, beta2), epsilon, bias_correction
        self.slots = bench.slot("velocity"), bench.slot("mean_of_squares")
        self.blocks, self.kernel = bench.blocks(*self.slots), bench.pick(adam_update)

    def update(self, lr: float, step: int) -> None:
        """One step of Algorithm 1; ``step`` is its t."""
        corrections = bias_corrections(self.betas, step) if self.bias_correction else (1.0, 1.0)
        for theta, gradient, velocity, average, scratch in self.blocks:
            self.kernel(theta, gradient, velocity, average, scratch, lr, self.betas, corrections, self.epsilon)

    def rule(self) -> Rule:
        """With m and v."""
        return Rule(ADAM, (*self.betas, self.epsilon, float(self.bias_correction)), self.slots)


@optimizers
class Adamw(Optimizer):
    """Adam with decoupled weight decay: θ ← θ − η λ θ beside Adam's step (Loshchilov & Hutter, 2019).

    YAML      adamw        adamw: {lr: 0.001, weight_decay: 0.01}
              adamw: {weight_decay: {value: 0.05, schedule: cosine}}

    λ is multiplied by the learning rate, as in PyTorch. Only weights decay; biases and scales do not.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        lr: Positive = 0.001,
        beta1: Fraction = 0.9,
        beta2: Fraction = 0.999,
        epsilon: Positive = 1e-8,
        weight_decay: ScheduledAmount = 0.01,
    ) -> None:
        self.lr, self.scheduled = lr, isinstance(weight_decay, Scheduled)
        self.weight_decay = follow(bench.followers, "adamw weight_decay", weight_decay, self.decay_by)
        self.weights = bench.theta[bench.weights]
        self.adam = Adam(bench, lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def update(self, lr: float, step: int) -> None:
        """Shrink the weights, then step as Adam."""
        self.weights *= 1.0 - lr * self.weight_decay
        self.adam.update(lr, step)

    def decay_by(self, weight_decay: float) -> None:
        """λ from now on."""
        self.weight_decay = weight_decay

    def rule(self) -> Rule | None:
        """Adam's, with decay; a program's rule is the same at every step."""
        return None if self.scheduled else replace(self.adam.rule(), decay=self.weight_decay)


@optimizers
class Amsgrad(Optimizer):
    """Adam that divides by the greatest mean square so far, so that no step size rises again (Reddi et al., 2018).

    m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²      u ← max(u, v)
    θ ← θ − η · m/(1 − β₁ᵗ) / (√(u/(1 − β₂ᵗ)) + ε)

    YAML      amsgrad        amsgrad: {lr: 0.001, beta1: 0.9, beta2: 0.999}

    Corrected as Adam is, like PyTorch's ``amsgrad=True``; Algorithm 2 of the paper has no corrections.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        lr: Positive = 0.001,
        beta1: Fraction = 0.9,
        beta2: Fraction = 0.999,
        epsilon: Positive = 1e-8,
    ) -> None:
        self.lr, self.betas, self.epsilon = lr, (beta1, beta2), epsilon
        slots = bench.slot("velocity"), bench.slot("mean_of_squares"), bench.slot("greatest_mean_of_squares")
        self.blocks, self.kernel = bench.blocks(*slots), bench.pick(amsgrad_update)

    def update(self, lr: float, step: int) -> None:
        """Average, note the greatest, and step; ``step`` is t."""
        corrections = bias_corrections(self.betas, step)
        for theta, gradient, velocity, average, greatest, scratch in self.blocks:
            views = theta, gradient, velocity, average, greatest, scratch
            self.kernel(*views, lr, self.betas, corrections, self.epsilon)
