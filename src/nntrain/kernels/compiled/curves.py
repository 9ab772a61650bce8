"""Activations that leave their slope behind, by operations that compile to vectors; see `nntrain.network.curves`."""

from __future__ import annotations

from nntrain.kernels.compiled.exponential import exponential, exponential_less_one, logarithm_of_one_more
from nntrain.kernels.compiled.inner import inner

FAR, SATURATED = 12.0, 20.0
SCALE = 1.0507009873554805
SCALE_ALPHA = 1.7580993408473766
ROOT = 0.3989422804014327
"""1/√(2π)."""
C, K = 0.7978845608028654, 0.044715


@inner
def curve(y, slope, i, kind, a):
    """slope ← φ′(y), y ← φ(y) in row i. Each activation has a loop of its own, so that nothing is decided inside."""
    width = y.shape[1]
    number = y.dtype.type
    one, zero = number(1.0), number(0.0)
    above = number(SCALE) if kind == 7 else one
    below = number(SCALE_ALPHA) if kind == 7 else number(a)
    if kind == 3:
        for j in range(width):
            z = y[i, j]
            inside = abs(z) < one
            slope[i, j] = one if inside else zero
            y[i, j] = one if z >= one else (-one if z <= -one else z)
    elif kind == 5:
        for j in range(width):
            y[i, j], slope[i, j] = tanh(y[i, j], number)
    elif kind in (6, 7):
        for j in range(width):
            z = y[i, j]
            bracket = exponential_less_one(zero if z > zero else z)
            slope[i, j] = above if z > zero else below * (bracket + one)
            y[i, j] = above * z if z > zero else below * bracket
    elif kind == 10:
        for j in range(width):
            y[i, j], slope[i, j] = mish(y[i, j], number)
    elif kind == 11:
        gelu(y, slope, i)
    elif kind == 12:
        tanh_gelu(y, slope, i)
    else:
        for j in range(width):
            z = y[i, j]
            e = exponential(-abs(z))
            r = one / (one + e)
            small = e * r
            s = r if z >= zero else small
            if kind == 4:
                y[i, j] = s
                slope[i, j] = small * r
            elif kind == 9:
                y[i, j] = z * s
                slope[i, j] = s + z * s * (small if z >= zero else r)
            else:
                y[i, j] = (z if z > zero else zero) + logarithm_of_one_more(e)
                slope[i, j] = s


@inner
def tanh(x, number):
    """tanh x and 1 − tanh² x; with d = e^(−2|x|) − 1 the former is ∓d/(2 + d), exact near 0 too."""
    d = exponential_less_one(number(-2.0) * abs(x))
    q = number(1.0) / (number(2.0) + d)
    t = -d * q
    return (t if x >= number(0.0) else -t), number(4.0) * (number(1.0) + d) * q * q


@inner
def gelu(y, slope, i):
    """x Φ(x) and Φ(x) + x e^(−x²/2)/√(2π); Φ(−t) for t ≥ 0 by the quotient of `nntrain.network.gelu`."""
    number = y.dtype.type
    zero, half, far = number(0.0), number(0.5), number(FAR)
    for j in range(y.shape[1]):
        x = y[i, j]
        t = abs(x)
        t = far if t > far else t
        p = number(0.0352624965998911)
        p = p * t + number(0.700383064443688)
        p = p * t + number(6.37396220353165)
        p = p * t + number(33.912866078383)
        p = p * t + number(112.079291497871)
        p = p * t + number(221.213596169931)
        p = p * t + number(220.206867912376)
        q = number(0.0883883476483184)
        q = q * t + number(1.75566716318264)
        q = q * t + number(16.064177579207)
        q = q * t + number(86.7807322029461)
        q = q * t + number(296.564248779674)
        q = q * t + number(637.333633378831)
        q = q * t + number(793.826512519948)
        q = q * t + number(440.413735824752)
        bell = exponential(-half * t * t)
        s = bell * p / q
        bend = half - s + t * bell * number(ROOT)
        y[i, j] = (x if x > zero else zero) - t * s
        slope[i, j] = half + (bend if x >= zero else -bend)


@inner
def tanh_gelu(y, slope, i):
    """½ x (1 + tanh u), u = C x (1 + K x²), and its derivative; tanh as below."""
    number = y.dtype.type
    zero, one, two, half, far = number(0.0), number(1.0), number(2.0), number(0.5), number(SATURATED)
    for j in range(y.shape[1]):
        x = y[i, j]
        near = far if x > far else (-far if x < -far else x)
        square = number(K) * near * near
        u = number(C) * near * (one + square)
        d = exponential_less_one(-two * abs(u))
        q = one / (two + d)
        t = -d * q if u >= zero else d * q
        bend = two * (one + d) * q * q * number(C) * (one + number(3.0) * square)  # ½ (1 − tanh² u) u′
        y[i, j] = half * x * (one + t)
        slope[i, j] = half * (one + t) + near * bend


@inner
def mish(x, number):
    """x w/v and its derivative; see `nntrain.network.smooth_activation`."""
    one, two, far = number(1.0), number(2.0), number(SATURATED)
    e = exponential(far if x > far else x)
    w = e * (e + two)
    inverse = one / (w + two)
    return x * (w * inverse), e * inverse * (e + two + number(4.0) * x * (e + one) * inverse)
