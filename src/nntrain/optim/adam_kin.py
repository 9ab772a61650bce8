"""Adam's kin that weigh its averages anew at every step: nadam and radam."""

from __future__ import annotations

import math

from nntrain.kernels import kernel
from nntrain.optim.adam import adam_update, bias_corrections, moving_averages
from nntrain.optim.averages import divisor, step_against
from nntrain.optim.optimizer import Bench, Optimizer, optimizers
from nntrain.types import Array, Fraction, NonNegative, Positive


@kernel
def nadam_update(
    theta: Array,
    gradient: Array,
    velocity: Array,
    average: Array,
    scratch: Array,
    spare: Array,
    lr: float,
    betas: tuple[float, float],
    shares: tuple[float, float],
    correction: float,
    epsilon: float,
) -> None:
    """m and v as in adam_update, θ ← θ − η (a g + b m) / (√(v/c₂) + ε); a and b are ``shares``."""
    moving_averages(gradient, velocity, average, scratch, betas)
    own, ahead = shares
    divided_by = divisor(average, epsilon, scratch, correction)
    step_against(theta, gradient, divided_by, lr * own, spare)
    step_against(theta, velocity, divided_by, lr * ahead, spare)


@optimizers
class Nadam(Optimizer):
    """Adam with Nesterov's look ahead (Dozat, 2016).

    m and v as in Adam      μ_t = β₁ (1 − ½ · 0.96^(ψ t))      Π_t = μ₁ μ₂ … μ_t
    θ ← θ − η · [(1 − μ_t)/(1 − Π_t) · g + μ_{t+1}/(1 − Π_{t+1}) · m] / (√(v/(1 − β₂ᵗ)) + ε)

    YAML      nadam        nadam: {lr: 0.002, beta1: 0.9, beta2: 0.999, momentum_decay: 0.004}

    ψ is ``momentum_decay``; μ rises from β₁/2 to β₁. As in PyTorch: only the look ahead follows μ, the average m keeps β₁.
    """

    def __init__(
        self,
        bench: Bench,
        *,
        lr: Positive = 0.002,
        beta1: Fraction = 0.9,
        beta2: Fraction = 0.999,
        epsilon: Positive = 1e-8,
        momentum_decay: NonNegative = 0.004,
    ) -> None:
        self.lr, self.betas, self.epsilon, self.psi = lr, (beta1, beta2), epsilon, momentum_decay
        slots = bench.slot("velocity"), bench.slot("mean_of_squares")
        self.blocks, self.kernel = bench.blocks(*slots, scratches=2), bench.pick(nadam_update)
        self.reached, self.product = 0, 1.0

    def update(self, lr: float, step: int) -> None:
        """Average, and step along gradient and velocity; ``step`` is t."""
        correction, shares = bias_corrections(self.betas, step)[1], self.shares(step)
        for theta, gradient, velocity, average, scratch, spare in self.blocks:
            views = theta, gradient, velocity, average, scratch, spare
            self.kernel(*views, lr, self.betas, shares, correction, self.epsilon)

    def shares(self, step: int) -> tuple[float, float]:
        """The weights of g and m at step t. Π_t depends on t alone: it is found anew where a run goes on."""
        if step <= self.reached:
            self.reached, self.product = 0, 1.0
        while self.reached < step:
            self.reached += 1
            self.product *= self.mu(self.reached)
        ahead = self.mu(step + 1)
        return (1.0 - self.mu(step)) / (1.0 - self.product), ahead / (1.0 - self.product * ahead)

    def mu(self, step: int) -> float:
        """μ_t."""
        return float(self.betas[0] * (1.0 - 0.5 * 0.96 ** (step * self.psi)))


@optimizers
class Radam(Optimizer):
    """Adam without divisor until the variance of v is tractable, then with a rectified one (Liu et al., 2020).

    m and v as in Adam      ρ∞ = 2/(1 − β₂) − 1      ρ_t = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ)
    r_t = √[(ρ_t − 4)(ρ_t − 2) ρ∞ / ((ρ∞ − 4)(ρ∞ − 2) ρ_t)]
    θ ← θ − η · m/(1 − β₁ᵗ) · r_t √(1 − β₂ᵗ)/(√v + ε)      where ρ_t > 5
    θ ← θ − η · m/(1 − β₁ᵗ)                                before (the first 5 steps at β₂ = 0.999)

    YAML      radam        radam: {lr: 0.001, beta1: 0.9, beta2: 0.999}

    As in PyTorch, with ε added to √v and the bound 5; Algorithm 2 of the paper has no ε and the bound 4.
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
        """Adam's step times r_t; before, c₂ = ∞ and ε = 1 make its divisor 1."""
        c1, c2 = bias_corrections(self.betas, step)
        rate, corrections, epsilon = lr, (c1, math.inf), 1.0
        if (rectification := self.rectification(step)) is not None:
            rate, corrections, epsilon = lr * rectification, (c1, c2), self.epsilon / math.sqrt(c2)
        for theta, gradient, velocity, average, scratch in self.blocks:
            self.kernel(theta, gradient, velocity, average, scratch, rate, self.betas, corrections, epsilon)

    def rectification(self, step: int) -> float | None:
        """r_t; None while ρ_t ≤ 5."""
        beta2 = self.betas[1]
        limit = 2.0 / (1.0 - beta2) - 1.0
        length = limit - 2.0 * step * beta2**step / (1.0 - beta2**step)
        if length <= 5.0:
            return None
        return math.sqrt((length - 4.0) * (length - 2.0) * limit / ((limit - 4.0) * (limit - 2.0) * length))
