"""What an optimizer is: one operation on the flat parameter vector at every step."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

import numpy as np

from nntrain.config.registry import Registry
from nntrain.config.scheduled import Follower
from nntrain.kernels import pick
from nntrain.kernels.memory import aligned_zeros
from nntrain.optim.rule import Rule
from nntrain.types import Array

F = TypeVar("F", bound=Callable[..., Any])

CACHE_BLOCK = 16_384
"""Scalars of a block: an update makes many passes, and its arrays should stay in the cache meanwhile."""

Views = tuple[Array, ...]


class Bench:
    """Where an optimizer works: θ, its gradient, and the slots that it keeps for every parameter.

    ``weights`` is the part of θ that penalties and decay concern; ``followers`` are the scheduled numbers of who works here.
    """

    def __init__(self, theta: Array, gradient: Array, weights: slice, compiled: bool = False) -> None:
        self.theta, self.gradient, self.weights = theta, gradient, weights
        self.compiled = compiled
        self.slots: dict[str, Array] = {}
        self.followers: list[Follower] = []
        self._stretches: dict[tuple[int, int], list[Views]] = {}
        self._whole: tuple[Bench, slice] | None = None

    def slot(self, name: str, like: Array | None = None) -> Array:
        """A vector like θ (or ``like``), zero at the start, that belongs into checkpoints."""
        if self._whole is not None:
            whole, where = self._whole
            return whole.slot(name, like) if like is not None else whole.slot(name)[where]
        if name not in self.slots:
            found = self.theta if like is None else like
            self.slots[name] = aligned_zeros(found.size, found.dtype).reshape(found.shape)
        return self.slots[name]

    def part(self, begin: int, end: int) -> Bench:
        """The bench of a stretch of θ: everything on it is a view, its slots of those of the whole."""
        where, ends = slice(begin, end), (self.weights.start, self.weights.stop)
        first, last = (min(max(place - begin, 0), end - begin) for place in ends)
        part = Bench(self.theta[where], self.gradient[where], slice(first, last), self.compiled)
        part.followers, part._whole = self.followers, (self, where)
        return part

    def blocks(self, *slots: Array, scratches: int = 1) -> list[Views]:
        """Views of (θ, gradient, each slot, scratch…) in blocks that fit the cache; a compiled kernel needs but one."""
        return self.blocks_of(self.theta, self.gradient, *slots, scratches=scratches)

    @property
    def weight_blocks(self) -> list[Views]:
        """Those of the weights."""
        return self.stretch_blocks(self.weights.start, self.weights.stop)

    def stretch_blocks(self, begin: int, end: int) -> list[Views]:
        """Views of (parameters, their gradient, scratch) from ``begin`` to ``end``; made once."""
        if (begin, end) not in self._stretches:
            self._stretches[begin, end] = self.blocks_of(self.theta[begin:end], self.gradient[begin:end])
        return self._stretches[begin, end]

    def blocks_of(self, *vectors: Array, scratches: int = 1) -> list[Views]:
        """Views of vectors of one size and scratch."""
        size = vectors[0].size
        length = max(size if self.compiled else CACHE_BLOCK, 1)
        scratch = [np.empty(min(CACHE_BLOCK, size), self.theta.dtype) for _ in range(scratches)]
        blocks = [slice(start, min(start + length, size)) for start in range(0, size, length)]
        return [
            (*(vector[block] for vector in vectors), *(rest[: block.stop - block.start] for rest in scratch))
            for block in blocks
        ]

    def pick(self, reference: F) -> F:
        """The implementation of a kernel that this bench works with."""
        return pick(reference, compiled=self.compiled)


class Optimizer(ABC):
    """Turns the gradient on its bench into a step of θ; ``lr`` is the base learning rate that schedules scale."""

    lr: float

    @abstractmethod
    def update(self, lr: float, step: int) -> None:
        """One step with learning rate ``lr``; ``step`` counts from 1."""

    def rule(self) -> Rule | None:
        """The same for compiled programs, where they know it."""
        return None

    def kept(self) -> AbstractContextManager[None]:
        """Meanwhile θ holds what is validated and kept as the best: itself, but for averages."""
        return nullcontext()


optimizers: Registry[Optimizer] = Registry("optimizer")
