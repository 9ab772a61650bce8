"""Scaling of numeric columns: each is fitted to the training values in float64 and then is a fixed map."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeAlias

import numpy as np
from annotated_types import Ge, Le

from nntrain.data.columns import Numbers
from nntrain.data.registries import scalers
from nntrain.data.scales import Affine, NormalQuantiles, Scale, SignedLog, SmoothClip, Steps, signed_log

KNOTS = 1_000
"""How many quantiles of the training values `quantile` stores at most."""

Scaler: TypeAlias = Callable[[Numbers], Scale]
SMALLEST = 1e-290
"""A distance below this has no reciprocal."""
Bins = Annotated[int, Ge(2), Le(10_000)]


def _spread(values: Numbers) -> float:
    """The population standard deviation; 1 where all values are equal."""
    return float(np.std(values)) or 1.0


@scalers
def standardize(values: Numbers) -> Affine:
    """z = (x − mean) / σ, with the mean and the population standard deviation of the training values.

    YAML      numeric: standardize
    """
    return Affine(float(np.mean(values)), _spread(values))


@scalers
def min_max(values: Numbers) -> Affine:
    """z = (x − min) / (max − min): training values lie in [0, 1], others may lie outside.

    YAML      numeric: min_max
    """
    low, high = float(np.min(values)), float(np.max(values))
    return Affine(low, (high - low) or 1.0)


@scalers
def robust(values: Numbers) -> Affine:
    """z = (x − median) / (third quartile − first quartile): outliers do not move it.

    YAML      numeric: robust

    Where the quartiles coincide, as in a column that is mostly 0, the standard deviation stands in for their distance;
    scikit-learn's RobustScaler divides by 1 there.
    """
    first, median, third = np.percentile(values, [25, 50, 75])
    return Affine(float(median), float(third - first) or _spread(values))


@scalers
def quantile(values: Numbers) -> NormalQuantiles:
    """z = Φ⁻¹(rank of x among the training values): whatever their distribution was, it becomes a normal one.

    YAML      numeric: quantile

    As scikit-learn's QuantileTransformer(output_distribution="normal") with 1,000 quantiles of all rows, clipped at ±5.2.
    """
    shares = np.linspace(0, 1, min(KNOTS, len(values)))
    knots = np.maximum.accumulate(np.quantile(values, shares))  # rounding must not break the order
    return NormalQuantiles(tuple(knots.tolist()))


@scalers
def none(values: Numbers) -> Affine:
    """z = x, unchanged.

    YAML      numeric: none
    """
    del values
    return Affine(0.0, 1.0)


@scalers
def robust_smooth_clip(values: Numbers) -> SmoothClip:
    """z = f · (x − median), then z / √(1 + (z/3)²): outliers neither move it nor reach beyond ±3 (Holzmüller et al., 2024).

    YAML      numeric: robust_smooth_clip

    f = 1 / (third quartile − first quartile); where these coincide 2 / (max − min). Made for RealMLP.
    """
    first, median, third = np.percentile(values, [25, 50, 75])
    low, high = float(np.min(values)), float(np.max(values))
    distance = float(third - first) or (high / 2 - low / 2)
    return SmoothClip(float(median), 1.0 / distance if distance >= SMALLEST else 0.0)


@scalers
def log1p(values: Numbers) -> SignedLog:
    """z = (sign(x) · log(1 + |x|) − mean) / σ, mean and σ of the logarithms: for amounts that span several powers of ten.

    YAML      numeric: log1p
    """
    logs = signed_log(values)
    return SignedLog(float(np.mean(logs)), _spread(logs))


@scalers
def bins(values: Numbers, *, count: Bins = 16) -> Steps:
    """The number of the bin that x falls in, from −1 (the first) to 1 (the last); bins hold equally many training rows.

    YAML      numeric: {bins: 10}

    One input, whose order the network sees; for one input a bin take the layer piecewise_linear, which does not lose what lies
    within a bin either. Where quantiles coincide, bins are fewer. The edges are those of scikit-learn's KBinsDiscretizer
    (strategy="quantile", quantile_method="linear").
    """
    distinct = np.unique(values)
    edges = np.unique(np.quantile(values, np.linspace(0, 1, count + 1)))[1:-1]
    if not len(edges):  # nearly all values are one
        edges = distinct[1:2] if len(distinct) > 1 else distinct
    return Steps(tuple(edges.tolist()))
