"""What an optimizer is: one operation on the flat parameter vector at every step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from nntrain.config.registry import Registry
from nntrain.kernels import pick
from nntrain.types import Array

F = TypeVar("F", bound=Callable[..., Any])

CACHE_BLOCK = 16_384
"""Scalars of a block: an update makes many passes, and its arrays should stay in the cache meanwhile."""

Views = tuple[Array, ...]


class Bench:
    """Where an optimizer works: θ, its gradient, and the slots that it keeps for every parameter.

    ``weights`` is the part of θ that penalties and decay concern.
    """

    def __init__(self, theta: Array, gradient: Array, weights: slice, compiled: bool = False) -> None:
        self.theta, self.gradient, self.weights = theta, gradient, weights
        self.compiled = compiled
        self.slots: dict[str, Array] = {}

    def slot(self, name: str) -> Array:
        """A vector like θ, zero at the start, that belongs into checkpoints."""
        return self.slots.setdefault(name, np.zeros_like(self.theta))

    def blocks(self, *slots: Array) -> list[Views]:
        """Views of (θ, gradient, each slot, scratch) in blocks that fit the cache; a compiled kernel needs but one."""
        return self._blocks(self.theta, self.gradient, *slots)

    @cached_property
    def weight_blocks(self) -> list[Views]:
        """Views of (weights, their gradient, scratch)."""
        return self._blocks(self.theta[self.weights], self.gradient[self.weights])

    def _blocks(self, *vectors: Array) -> list[Views]:
        size = vectors[0].size
        length = max(size if self.compiled else CACHE_BLOCK, 1)
        scratch = np.empty(min(CACHE_BLOCK, size), self.theta.dtype)
        blocks = [slice(start, min(start + length, size)) for start in range(0, size, length)]
        return [(*(vector[block] for vector in vectors), scratch[: block.stop - block.start]) for block in blocks]

    def pick(self, reference: F) -> F:
        """The implementation of a kernel that this bench works with."""
        return pick(reference, compiled=self.compiled)


class Optimizer(ABC):
    """Turns the gradient on its bench into a step of θ; ``lr`` is the base learning rate that schedules scale."""

    lr: float

    @abstractmethod
    def update(self, lr: float, step: int) -> None:
        """One step with learning rate ``lr``; ``step`` counts from 1."""


optimizers: Registry[Optimizer] = Registry("optimizer")
