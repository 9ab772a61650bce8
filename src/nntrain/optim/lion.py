"""Lion: steps of one size, in the direction of a sign."""

from __future__ import annotations

import numpy as np

from nntrain.kernels import kernel
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.types import Array, Fraction, Positive


@kernel
def lion_update(
    theta: Array,
    gradient: Array,
    velocity: Array,
    scratch: Array,
    spare: Array,
    lr: float,
    betas: tuple[float, float],
) -> None:
    """θ ← θ − η sign(β₁ m + (1 − β₁) g), m ← β₂ m + (1 − β₂) g."""
    beta1, beta2 = betas
    np.multiply(velocity, beta1, out=scratch)
    scratch += np.multiply(gradient, 1.0 - beta1, out=spare)
    np.sign(scratch, out=scratch)
    scratch *= lr
    theta -= scratch
    velocity *= beta2
    velocity += np.multiply(gradient, 1.0 - beta2, out=spare)


@optimizers
class Lion(Optimizer):
    """Every parameter moves by η, to where velocity and gradient together point (Chen et al., 2023, Algorithm 2).

    θ ← θ − η sign(β₁ m + (1 − β₁) g)      m ← β₂ m + (1 − β₂) g

    YAML      lion        lion: {lr: 0.0001, beta1: 0.9, beta2: 0.99}

    As all steps have the length η, the rate should be 3 to 10 times smaller than Adam's, and the decay as many times
    larger: ``regularization: {weight_decay: 0.1}`` is the λ of the paper's Algorithm 2.
    """

    def __init__(self, bench: Bench, *, lr: Positive = 0.0001, beta1: Fraction = 0.9, beta2: Fraction = 0.99) -> None:
        self.lr, self.betas = lr, (beta1, beta2)
        self.blocks, self.kernel = bench.blocks(bench.slot("velocity"), scratches=2), bench.pick(lion_update)

    def update(self, lr: float, step: int) -> None:
        """Step by a sign, then average."""
        for theta, gradient, velocity, scratch, spare in self.blocks:
            self.kernel(theta, gradient, velocity, scratch, spare, lr, self.betas)
