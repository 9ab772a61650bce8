"""A site is where a layer stands while a network is built: what comes in, and what the layer may own there.

Layers ask their site for parameters, memory, buffers and random masks; the plan behind all sites of a network makes
the flat vectors when every layer has asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from nntrain.network.parameters import Draw, Memory, Parameter, Role, Shape
from nntrain.streams import stream_key
from nntrain.types import Array, Feature


@dataclass
class Clock:
    """The number of the training step, which random layers key their draws with."""

    step: int = 0


@dataclass
class Plan:
    """What the layers of one network share while it is built.

    ``capacity`` is the largest number of rows of a batch, ``default_draw`` the initializer of layers that name none
    (None: it follows from the activation behind the layer). ``replica`` tells apart networks that share a batch: their
    random masks differ.
    """

    capacity: int
    dtype: DTypeLike = np.float32
    seed: int = 0
    replica: int = 0
    default_draw: Draw | None = None
    clock: Clock = field(default_factory=Clock)
    parameters: list[Parameter] = field(default_factory=list)
    memories: list[Memory] = field(default_factory=list)
    buffers: list[NDArray[Any]] = field(default_factory=list)


def zero(rng: np.random.Generator, shape: Shape) -> Array:
    """The start of biases."""
    return np.zeros(shape)


def one(rng: np.random.Generator, shape: Shape) -> Array:
    """The start of scales."""
    return np.ones(shape)


@dataclass
class Site:
    """One layer's place: its ``name``, the ``width`` n of its input, the initializer that fits its activation."""

    plan: Plan
    name: str
    width: int
    fitting_draw: Draw
    outputs: int = 0
    """The width that the task asks of the output layer."""
    features: tuple[Feature, ...] | None = None
    """What each input stands for, where the inputs still are those of the network."""

    def weight(self, n: int, m: int, draw: Draw | None = None) -> Parameter:
        """A weight (n, m), drawn by ``draw``, else by the network's initializer, else by the fitting one."""
        return self._parameter("W", "weight", (n, m), draw or self.plan.default_draw or self.fitting_draw)

    def bias(self, m: int, draw: Draw | None = None) -> Parameter:
        """A bias (m,); zero at the start."""
        return self._parameter("b", "bias", (m,), draw or zero)

    def scale(self, m: int, draw: Draw | None = None) -> Parameter:
        """A factor for each of m features; one at the start."""
        return self._parameter("scale", "scale", (m,), draw or one)

    def embedding(self, name: str, n: int, m: int, draw: Draw) -> Parameter:
        """A part (n, m) of an embedding: no penalty pulls it to 0, as what it holds is no weight of a sum."""
        return self._parameter(name, "embedding", (n, m), draw)

    def memory(self, name: str, m: int, initial: float) -> Memory:
        """m numbers that the layer keeps up itself and that belong into checkpoints."""
        memory = Memory(f"{self.name}/{name}", (m,), initial)
        self.plan.memories.append(memory)
        return memory

    def buffer(self, width: int) -> Array:
        """Room for the largest batch, (capacity, width); a smaller batch is a slice of it."""
        return self._room(width, self.plan.dtype)

    def switches(self, width: int) -> NDArray[np.bool_]:
        """Room for one truth value for each entry of the largest batch."""
        return self._room(width, np.bool_)

    def mask_key(self) -> Callable[[], tuple[int, int]]:
        """Two 32-bit keys for this layer's random bits, new at every step."""
        base, clock = stream_key(self.plan.seed, f"mask/{self.name}/{self.plan.replica}") & 0xFFFFFFFF, self.plan.clock

        def key() -> tuple[int, int]:
            mixed = stream_key(base, "step", clock.step)
            return mixed & 0xFFFFFFFF, mixed >> 32 & 0xFFFFFFFF

        return key

    def _room(self, width: int, dtype: DTypeLike) -> NDArray[Any]:
        self.plan.buffers.append(np.empty((self.plan.capacity, width), dtype))
        return self.plan.buffers[-1]

    def _parameter(self, name: str, role: Role, shape: Shape, draw: Draw) -> Parameter:
        parameter = Parameter(f"{self.name}/{name}", role, shape, draw)
        self.plan.parameters.append(parameter)
        return parameter
