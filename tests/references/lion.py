"""Lion in PyTorch, which has none: Algorithm 2 of Chen et al. (2023), line by line, as the judge of ours."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


class Lion(torch.optim.Optimizer):  # type: ignore[misc]  # mypy leaves torch unread (pyproject.toml), so that its classes are Any
    """c ← β₁ m + (1 − β₁) g; θ ← θ − η (sign(c) + λ θ); m ← β₂ m + (1 − β₂) g."""

    def __init__(
        self, params: Any, lr: float, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0
    ) -> None:
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        for group in self.param_groups:
            beta1, beta2 = group["betas"]
            for theta in group["params"]:
                m: Tensor = self.state[theta].setdefault("m", torch.zeros_like(theta))
                c = beta1 * m + (1 - beta1) * theta.grad
                theta.sub_(group["lr"] * (c.sign() + group["weight_decay"] * theta))
                m.copy_(beta2 * m + (1 - beta2) * theta.grad)
