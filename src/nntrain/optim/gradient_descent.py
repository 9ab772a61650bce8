"""Gradient descent, plain and with velocity."""

from __future__ import annotations

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.optim.rule import MOMENTUM, NESTEROV, SGD, Rule
from nntrain.types import Array, Fraction, Positive


@kernel
def sgd_update(theta: Array, gradient: Array, scratch: Array, lr: float) -> None:
    """θ ← θ − η g."""
    theta -= np.multiply(gradient, lr, out=scratch)


@kernel
def momentum_update(theta: Array, gradient: Array, velocity: Array, scratch: Array, lr: float, mu: float) -> None:
    """v ← μ v − η g, θ ← θ + v."""
    velocity *= mu
    velocity -= np.multiply(gradient, lr, out=scratch)
    theta += velocity


@kernel
def nesterov_update(theta: Array, gradient: Array, velocity: Array, scratch: Array, lr: float, mu: float) -> None:
    """v ← μ v − η g, θ ← θ + μ v − η g."""
    np.multiply(gradient, lr, out=scratch)
    velocity *= mu
    velocity -= scratch
    theta -= scratch
    theta += np.multiply(velocity, mu, out=scratch)


@optimizers
class Sgd(Optimizer):
    """Stochastic gradient descent: θ ← θ − η g (Robbins & Monro, 1951).

    YAML      sgd: 0.1        sgd: {lr: 0.1}
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.01) -> None:
        self.lr, self.blocks, self.kernel = lr, bench.blocks(), bench.pick(sgd_update)

    def update(self, lr: float, step: int) -> None:
        """θ ← θ − η g."""
        for theta, gradient, scratch in self.blocks:
            self.kernel(theta, gradient, scratch, lr)

    def rule(self) -> Rule:
        """Without slots."""
        return Rule(SGD)


@optimizers
class Momentum(Optimizer):
    """Gradient descent with velocity: v ← μ v − η g, θ ← θ + v (Polyak, 1964).

    YAML      momentum        momentum: {lr: 0.01, momentum: 0.9, nesterov: true}

    With ``nesterov`` the step looks ahead along the new velocity: θ ← θ + μ v − η g (Nesterov, 1983; Sutskever et al.,
    2013). η stands inside the velocity, as in the lecture; PyTorch keeps it outside, which is the same while η is
    constant.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.01, momentum: Fraction = 0.9, nesterov: bool = False) -> None:
        self.lr, self.mu, self.nesterov = lr, momentum, nesterov
        self.kernel = bench.pick(nesterov_update if nesterov else momentum_update)
        self.velocity = bench.slot("velocity")
        self.blocks = bench.blocks(self.velocity)

    def update(self, lr: float, step: int) -> None:
        """v ← μ v − η g, then θ follows v."""
        for theta, gradient, velocity, scratch in self.blocks:
            self.kernel(theta, gradient, velocity, scratch, lr, self.mu)

    def rule(self) -> Rule:
        """With the velocity."""
        return Rule(NESTEROV if self.nesterov else MOMENTUM, (self.mu,), (self.velocity,))


@optimizers
class Nesterov(Optimizer):
    """Momentum that looks ahead along its new velocity: v ← μ v − η g, θ ← θ + μ v − η g (Nesterov, 1983).

    YAML      nesterov        nesterov: {lr: 0.01, momentum: 0.9}

    The same as ``momentum: {nesterov: true}``, in the form of Sutskever et al. (2013) that needs no gradient ahead of θ.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.01, momentum: Fraction = 0.9) -> None:
        self.lr = lr
        self.momentum = Momentum(bench, lr=lr, momentum=momentum, nesterov=True)

    def update(self, lr: float, step: int) -> None:
        """One step of momentum with its look ahead."""
        self.momentum.update(lr, step)

    def rule(self) -> Rule:
        """That of momentum."""
        return self.momentum.rule()
