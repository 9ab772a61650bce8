"""Optimizers with a step size for every parameter, from the squares of its gradients."""

from __future__ import annotations

import math

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.types import Array, Fraction, NonNegative, Positive


@kernel
def adagrad_update(theta: Array, gradient: Array, total: Array, scratch: Array, lr: float, epsilon: float) -> None:
    """s ← s + g², θ ← θ − η g / (√s + ε)."""
    total += np.multiply(gradient, gradient, out=scratch)
    np.sqrt(total, out=scratch)
    scratch += epsilon
    np.divide(gradient, scratch, out=scratch)
    scratch *= lr
    theta -= scratch


@kernel
def rmsprop_update(
    theta: Array, gradient: Array, average: Array, scratch: Array, lr: float, rho: float, epsilon: float
) -> None:
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε)."""
    np.multiply(gradient, gradient, out=scratch)
    scratch *= 1.0 - rho
    average *= rho
    average += scratch
    np.sqrt(average, out=scratch)
    scratch += epsilon
    np.divide(gradient, scratch, out=scratch)
    scratch *= lr
    theta -= scratch


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
    (beta1, beta2), (c1, c2) = betas, corrections
    velocity *= beta1
    velocity += np.multiply(gradient, 1.0 - beta1, out=scratch)
    np.multiply(gradient, gradient, out=scratch)
    scratch *= 1.0 - beta2
    average *= beta2
    average += scratch
    np.sqrt(average, out=scratch)
    scratch *= 1.0 / math.sqrt(c2)  # of the same float type: np.sqrt would give a float64 and pull the block along
    scratch += epsilon
    np.divide(velocity, scratch, out=scratch)
    scratch *= lr / c1
    theta -= scratch


@optimizers
class Adagrad(Optimizer):
    """s ← s + g², θ ← θ − η g / (√s + ε): rare directions keep large steps (Duchi et al., 2011).

    YAML      adagrad        adagrad: {lr: 0.01}

    s only grows, so all steps die out in the end; RMSProp mends that. ε is added to the root, as in PyTorch.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.01, epsilon: Positive = 1e-10) -> None:
        self.lr, self.epsilon = lr, epsilon
        self.blocks, self.kernel = bench.blocks(bench.slot("sum_of_squares")), bench.pick(adagrad_update)

    def update(self, lr: float, step: int) -> None:
        """Accumulate g² and step."""
        for theta, gradient, total, scratch in self.blocks:
            self.kernel(theta, gradient, total, scratch, lr, self.epsilon)


@optimizers
class Rmsprop(Optimizer):
    """s ← ρ s + (1 − ρ) g², θ ← θ − η g / (√s + ε): Adagrad that forgets (Hinton, lecture 6e, 2012).

    YAML      rmsprop        rmsprop: {lr: 0.001, rho: 0.9}

    ρ = 0.9 is Hinton's and Keras's; PyTorch's default is 0.99. ε is added to the root, as in PyTorch.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.001, rho: Fraction = 0.9, epsilon: Positive = 1e-8) -> None:
        self.lr, self.rho, self.epsilon = lr, rho, epsilon
        self.blocks, self.kernel = bench.blocks(bench.slot("mean_of_squares")), bench.pick(rmsprop_update)

    def update(self, lr: float, step: int) -> None:
        """Average g² and step."""
        for theta, gradient, average, scratch in self.blocks:
            self.kernel(theta, gradient, average, scratch, lr, self.rho, self.epsilon)


@optimizers
class Adam(Optimizer):
    """Velocity and mean square together, both corrected for their start at 0 (Kingma & Ba, 2015, Algorithm 1).

    m ← β₁ m + (1 − β₁) g      v ← β₂ v + (1 − β₂) g²
    θ ← θ − η · m/(1 − β₁ᵗ) / (√(v/(1 − β₂ᵗ)) + ε)

    YAML      adam        adam: {lr: 0.001, beta1: 0.9, beta2: 0.999}

    ε is added to √v̂ as in the paper and PyTorch; Keras and scikit-learn add ε̂ to √v.
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
        self.blocks = bench.blocks(bench.slot("velocity"), bench.slot("mean_of_squares"))
        self.kernel = bench.pick(adam_update)

    def update(self, lr: float, step: int) -> None:
        """One step of Algorithm 1; ``step`` is its t."""
        beta1, beta2 = self.betas
        corrections = 1.0 - beta1**step, 1.0 - beta2**step
        for theta, gradient, velocity, average, scratch in self.blocks:
            self.kernel(theta, gradient, velocity, average, scratch, lr, self.betas, corrections, self.epsilon)


@optimizers
class Adamw(Optimizer):
    """Adam with decoupled weight decay: θ ← θ − η λ θ beside Adam's step (Loshchilov & Hutter, 2019).

    YAML      adamw        adamw: {lr: 0.001, weight_decay: 0.01}

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
        weight_decay: NonNegative = 0.01,
    ) -> None:
        self.lr, self.weight_decay = lr, weight_decay
        self.weights = bench.theta[bench.weights]
        self.adam = Adam(bench, lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon)

    def update(self, lr: float, step: int) -> None:
        """Shrink the weights, then step as Adam."""
        self.weights *= 1.0 - lr * self.weight_decay
        self.adam.update(lr, step)
