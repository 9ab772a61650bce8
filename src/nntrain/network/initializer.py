"""How weights begin: small enough not to blow up, large enough not to die out (the lecture's initialisation).

An initializer is a function (generator, shape) → values; a weight has shape (fan_in, fan_out) = (n, m).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from nntrain.config.registry import Registry
from nntrain.network.parameters import Shape
from nntrain.types import Array, NonNegative, Positive

initializers: Registry[Callable[..., Array]] = Registry("initializer")


def fans(shape: Shape) -> tuple[int, int]:
    """(fan_in, fan_out) of a weight (n, m); a vector of m counts as (1, m)."""
    return (shape[0], shape[1]) if len(shape) == 2 else (1, shape[0])


def _normal(rng: np.random.Generator, shape: Shape, variance: float) -> Array:
    return rng.normal(0.0, math.sqrt(variance), shape)


def _uniform(rng: np.random.Generator, shape: Shape, variance: float) -> Array:
    limit = math.sqrt(3.0 * variance)  # the variance of U(−l, l) is l²/3
    return rng.uniform(-limit, limit, shape)


def _he(shape: Shape, negative_slope: float) -> float:
    return 2.0 / ((1.0 + negative_slope**2) * fans(shape)[0])


def _xavier(shape: Shape) -> float:
    return 2.0 / sum(fans(shape))


def _lecun(shape: Shape) -> float:
    return 1.0 / fans(shape)[0]


@initializers
def he_normal(rng: np.random.Generator, shape: Shape, *, negative_slope: NonNegative = 0.0) -> Array:
    """W ~ N(0, 2 / ((1 + a²) n)): keeps the variance of relu networks (He et al., 2015, equations 10 and 15).

    YAML      initializer: he_normal        initializer: {he_normal: {negative_slope: 0.2}}

    ``negative_slope``  a, the slope of the activation below zero; left out, leaky_relu and prelu say theirs

    Plain normal as in PyTorch; Keras truncates at 2 σ.
    """
    return _normal(rng, shape, _he(shape, negative_slope))


@initializers
def he_uniform(rng: np.random.Generator, shape: Shape, *, negative_slope: NonNegative = 0.0) -> Array:
    """W ~ U(−l, l), l = √(6 / ((1 + a²) n)): the variance of he_normal, without tails (He et al., 2015).

    YAML      initializer: he_uniform

    ``negative_slope``  a, the slope of the activation below zero
    """
    return _uniform(rng, shape, _he(shape, negative_slope))


@initializers
def xavier_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ N(0, 2 / (n + m)): keeps the variance of tanh networks both ways (Glorot & Bengio, 2010).

    YAML      initializer: xavier_normal
    """
    return _normal(rng, shape, _xavier(shape))


@initializers
def xavier_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ U(−l, l), l = √(6 / (n + m)): the variance of xavier_normal, without tails (Glorot & Bengio, 2010).

    YAML      initializer: xavier_uniform
    """
    return _uniform(rng, shape, _xavier(shape))


@initializers
def lecun_normal(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ N(0, 1 / n): keeps the variance of linear and selu networks (LeCun et al., 1998; Klambauer et al., 2017).

    YAML      initializer: lecun_normal
    """
    return _normal(rng, shape, _lecun(shape))


@initializers
def lecun_uniform(rng: np.random.Generator, shape: Shape) -> Array:
    """W ~ U(−l, l), l = √(3 / n): the variance of lecun_normal, without tails (LeCun et al., 1998).

    YAML      initializer: lecun_uniform
    """
    return _uniform(rng, shape, _lecun(shape))


@initializers
def orthogonal(rng: np.random.Generator, shape: Shape, *, gain: Positive = 1.0) -> Array:
    """W = gain · Q with orthonormal columns (n ≥ m) or rows: no direction grows or dies (Saxe et al., 2014).

    YAML      initializer: orthogonal        initializer: {orthogonal: 1.414}

    ``gain``  for relu √2, as it halves the variance

    Q is that of the QR factors of a normal matrix, with the signs that make diag R positive: so it is uniform over all (Mezzadri,
    2007), as in PyTorch.
    """
    n, m = fans(shape)
    q, r = np.linalg.qr(rng.normal(size=(max(n, m), min(n, m))))
    q *= np.where(np.diag(r) < 0.0, -1.0, 1.0)
    return gain * (q if n >= m else q.T).reshape(shape)


@initializers
def normal(rng: np.random.Generator, shape: Shape, *, std: NonNegative) -> Array:
    """W = a · N(0, 1), whatever the shape: the lecture's first try, which is too large or too small in deep networks.

    YAML      initializer: {normal: 0.01}

    ``std``  a
    """
    return std * rng.normal(size=shape)


@initializers
def uniform(rng: np.random.Generator, shape: Shape, *, limit: NonNegative) -> Array:
    """W ~ U(−l, l), whatever the shape.

    YAML      initializer: {uniform: 0.05}

    ``limit``  l
    """
    return rng.uniform(-limit, limit, shape)


@initializers
def zeros(rng: np.random.Generator, shape: Shape) -> Array:
    """Everything 0. For weights of hidden layers that means that all units stay the same: nothing is learnt.

    YAML      output: {initializer: zeros}
    """
    return np.zeros(shape)


@initializers
def constant(rng: np.random.Generator, shape: Shape, *, value: float) -> Array:
    """Everything ``value``: for biases; the same number in all weights makes all units the same.

    YAML      dense: {units: 64, bias_initializer: {constant: 0.1}}
    """
    return np.full(shape, value)
