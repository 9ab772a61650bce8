from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import example, given, strategies as st
from numpy.typing import NDArray
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    KBinsDiscretizer,
    MinMaxScaler,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from nntrain.data.registries import scalers
from nntrain.data.scales import scales

JUDGES = {
    "standardize": StandardScaler,
    "min_max": MinMaxScaler,
    "robust": RobustScaler,
    "quantile": lambda: QuantileTransformer(n_quantiles=1_000, subsample=None, output_distribution="normal"),
    "robust_smooth_clip": lambda: make_pipeline(
        RobustScaler(), FunctionTransformer(lambda z: z / np.sqrt(1 + (z / 3) ** 2))
    ),
    "log1p": lambda: make_pipeline(FunctionTransformer(lambda x: np.sign(x) * np.log(1 + np.abs(x))), StandardScaler()),
    "bins": lambda: make_pipeline(
        KBinsDiscretizer(16, encode="ordinal", strategy="quantile", quantile_method="linear", subsample=None),
        MinMaxScaler((-1, 1)),
    ),
}
random = np.random.default_rng(3)
SAMPLES = {
    "normal": random.normal(50, 7, 1_500),
    "skewed": random.lognormal(0, 2, 1_200),
    "few values": random.integers(0, 6, 1_100).astype(float),
    "large offset": 1e9 + random.normal(size=1_300),
}


@pytest.mark.filterwarnings("ignore:Bins whose width are too small:UserWarning")  # few values: there are fewer bins
@pytest.mark.parametrize("sample", SAMPLES)
@pytest.mark.parametrize("name", JUDGES)
def test_agrees_with_scikit_learn(name: str, sample: str) -> None:
    values = SAMPLES[sample]
    new = np.concatenate([values, values[:50] + 0.123, [values.min() - 5, values.max() + 5]])
    judge = JUDGES[name]().fit(values[:, None])
    ours = scalers[name].build()(values)(new)
    np.testing.assert_allclose(ours, judge.transform(new[:, None])[:, 0], rtol=1e-7, atol=1e-7)


def test_none_changes_nothing() -> None:
    values = SAMPLES["normal"]
    np.testing.assert_array_equal(scalers["none"].build()(values)(values), values)


def test_robust_falls_back_on_the_standard_deviation() -> None:
    values = np.array([0.0] * 90 + [10.0] * 10)
    scale = scalers["robust"].build()(values)
    assert scale.scale == pytest.approx(3.0)


def test_smooth_clipping_falls_back_on_the_range_and_then_on_nothing() -> None:
    fit = scalers["robust_smooth_clip"].build()
    mostly_zero = fit(np.array([0.0] * 90 + [10.0] * 10))
    assert (mostly_zero.shift, mostly_zero.factor) == (0.0, 0.2)
    np.testing.assert_array_equal(fit(np.full(5, 7.0))(np.array([7.0, 1e9])), 0.0)
    np.testing.assert_allclose(mostly_zero(np.array([-1e300, 1e300])), [-3, 3])


def test_bins_of_a_column_that_is_nearly_one_value() -> None:
    scale = scalers["bins"].build(count=4)(np.array([0.0] * 99 + [5.0]))
    assert scale(np.array([-1.0, 0.0, 4.9, 5.0, 9.0])).tolist() == [-1, -1, -1, 1, 1]


@pytest.mark.parametrize("name", scalers.names)
@given(values=st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=60).map(np.array))
@example(values=np.array([0.0] * 11 + [-1.0] * 5 + [-8.69308059609788e-305, -5e-324]))  # a line too steep for float64
def test_finite_monotone_and_the_same_after_json(name: str, values: NDArray[np.float64]) -> None:
    scale = scalers[name].build()(values)
    ordered = np.sort(values)
    scaled = scale(ordered)
    assert np.all(np.isfinite(scaled))
    assert np.all(np.diff(scaled) >= -1e-9 * np.abs(scaled[1:]))
    restored = scales.restore(json.loads(json.dumps(scales.store(scale))))
    np.testing.assert_array_equal(restored(ordered), scaled)
