from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray
from sklearn.preprocessing import MinMaxScaler, QuantileTransformer, RobustScaler, StandardScaler

from nntrain.data.registries import scalers
from nntrain.data.scaling import scales

JUDGES = {
    "standardize": StandardScaler,
    "min_max": MinMaxScaler,
    "robust": RobustScaler,
    "quantile": lambda: QuantileTransformer(n_quantiles=1_000, subsample=None, output_distribution="normal"),
}
random = np.random.default_rng(3)
SAMPLES = {
    "normal": random.normal(50, 7, 1_500),
    "skewed": random.lognormal(0, 2, 1_200),
    "few values": random.integers(0, 6, 1_100).astype(float),
    "large offset": 1e9 + random.normal(size=1_300),
}


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


@pytest.mark.parametrize("name", scalers.names)
@given(values=st.lists(st.floats(-1e12, 1e12), min_size=2, max_size=60).map(np.array))
def test_finite_monotone_and_the_same_after_json(name: str, values: NDArray[np.float64]) -> None:
    scale = scalers[name].build()(values)
    ordered = np.sort(values)
    scaled = scale(ordered)
    assert np.all(np.isfinite(scaled))
    assert np.all(np.diff(scaled) >= -1e-9 * np.abs(scaled[1:]))
    restored = scales.restore(json.loads(json.dumps(scales.store(scale))))
    np.testing.assert_array_equal(restored(ordered), scaled)
