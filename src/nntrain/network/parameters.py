"""All trained parameters of a network as one flat vector, and what else it must remember as another.

Weights stand first, then biases, scales and embeddings: what concerns weights alone (penalties, decay) is one slice.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nntrain.errors import ConfigError, Problem
from nntrain.kernels.memory import aligned_zeros
from nntrain.types import Array

Role: TypeAlias = Literal["weight", "bias", "scale", "embedding"]
Shape: TypeAlias = tuple[int, ...]
Draw: TypeAlias = Callable[[np.random.Generator, Shape], NDArray[np.floating]]
"""An initializer with its settings: (generator, shape) → values."""

ROLES: tuple[Role, ...] = ("weight", "bias", "scale", "embedding")


class Parameter:
    """A named view into the flat vectors: ``value`` and its gradient ``grad``, both of ``shape``."""

    def __init__(self, name: str, role: Role, shape: Shape, draw: Draw) -> None:
        self.name, self.role, self.shape, self.draw = name, role, shape, draw
        self.offset = 0  # in the flat vector
        self.value: Array = np.empty(0)
        self.grad: Array = np.empty(0)

    @property
    def size(self) -> int:
        """The number of scalars."""
        return math.prod(self.shape)


class Memory:
    """A named view of what a layer remembers without training it, such as running statistics."""

    def __init__(self, name: str, shape: Shape, initial: float) -> None:
        self.name, self.shape, self.initial = name, shape, initial
        self.offset = 0  # in the network's memory
        self.value: Array = np.empty(0)


class ParameterVector:
    """The flat vectors θ (``values``), ∂loss/∂θ (``gradient``) and ``memory``, with the views into them."""

    def __init__(self, parameters: list[Parameter], memories: list[Memory], dtype: DTypeLike) -> None:
        self.parameters = [p for role in ROLES for p in parameters if p.role == role]
        self.memories = memories
        self.values = aligned_zeros(sum(p.size for p in parameters), dtype)
        self.gradient = aligned_zeros(self.values.size, dtype)
        self.memory = np.zeros(sum(math.prod(m.shape) for m in memories), dtype)
        self.weights = slice(0, sum(p.size for p in parameters if p.role == "weight"))
        start = 0
        for p in self.parameters:
            p.offset, end = start, start + p.size
            p.value = self.values[start:end].reshape(p.shape)
            p.grad = self.gradient[start:end].reshape(p.shape)
            start = end
        start = 0
        for m in memories:
            m.offset, end = start, start + math.prod(m.shape)
            m.value = self.memory[start:end].reshape(m.shape)
            m.value[...] = m.initial
            start = end

    def initialize(self, stream_of: Callable[[str], np.random.Generator]) -> None:
        """Draw every parameter from the stream that belongs to its name; given numbers may not fit: say so of all."""
        problems: list[Problem] = []
        for p in self.parameters:
            try:
                p.value[...] = p.draw(stream_of(p.name), p.shape)
            except ConfigError as error:
                problems += [Problem(found.place, f"{p.name}: {found.message}") for found in error.problems]
        if problems:
            raise ConfigError(problems)

    def layout(self) -> list[list[object]]:
        """Names and shapes in order: what a checkpoint must match."""
        views: list[Parameter | Memory] = [*self.parameters, *self.memories]
        return [[view.name, list(view.shape)] for view in views]
