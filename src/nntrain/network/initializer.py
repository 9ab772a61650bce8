"""How weights begin: small enough not to blow up, large enough not to die out (the lecture's initialisation).

An initializer is a function (generator, shape) → values; a weight has shape (fan_in, fan_out).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nntrain.config.registry import Registry
from nntrain.network.parameters import Shape
from nntrain.types import Array, NonNegative

initializers: Registry[Callable[..., Array]] = Registry("initializer")


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight (n, m); a vector of m counts as (1, m)."""
    return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])


@initializers
def he_normal(rng: np.random.Generator, shape: Shape, *, negative_slope: NonNegative = 0.0) -> Array:
    """W ~ N(0, 2 / ((1 + a²) n)): keeps the variance of relu networks (He et al., 2015).

    ``negative_slope`` is a, the slope of leaky_relu below zero. Plain normal as in PyTorch; Keras truncates at 2 σ.
    """
    fan_in, _ = fans(shape)
    return rng.normal(0.0, math.sqrt(2.0 / ((1.0 + negative_slope**2) * fan_in)), shape)


@initializers
def he_uniform(rng: np.random.Generator, shape: Shape, *, negative_slope: NonNegative = 0.0) -> Array:
    """W ~ U(−l, l), l = √(6 / ((1 + a²) n)): the variance of he_normal, without tails (He et al., 2015)."""
    fan_in, _ = fans(shape)
    limit = math.sqrt(6.0 / ((1.0 + negative_slope**2) * fan_in))
    return rng.uniform(-limit, limit, shape)


@initializers
def xavier_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ N(0, 2 / (n + m)): keeps the variance of tanh networks both ways (Glorot & Bengio, 2010)."""
    fan_in, fan_out = fans(shape)
    return rng.normal(0.0, math.sqrt(2.0 / (fan_in + fan_out)), shape)


@initializers
def xavier_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ U(−l, l), l = √(6 / (n + m)): the variance of xavier_normal, without tails (Glorot & Bengio, 2010)."""
    fan_in, fan_out = fans(shape)
    limit = math.sqrt(6.0 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, shape)


@initializers
def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """Everything 0. For weights of hidden layers that means that all units stay the same: nothing is learnt."""
    return np.zeros(shape)


@initializers
def constant(rng: np.random.Generator, shape: Shape, *, value: float) -> Array:
    """Everything ``value``."""
    return np.full(shape, value)
