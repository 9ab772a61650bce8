"""Transformed targets: what is learnt, how it is turned back, and what cannot be transformed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import given, strategies as st
from numpy.typing import NDArray
from sklearn.compose import TransformedTargetRegressor
from sklearn.linear_model import LinearRegression

import nntrain
from nntrain.data.dataset import Dataset
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.target import Target
from nntrain.data.target_transform import target_transforms
from nntrain.errors import DataError
from tests.data.tables import NO_SPLIT, load, rows_of, written

PRICES = ["1,10", "2,100", "3,1000", "4,10000"]


def load_prices(folder: Path, *rows: str, transform: str = "log", **more: Any) -> Dataset:
    return load(folder, "a,price", *rows, target="price", task="regression", target_transform=transform, **more)


def test_logarithms_are_standardised_and_turned_back(tmp_path: Path) -> None:
    dataset = load_prices(tmp_path, *PRICES)
    logs = np.log([10, 100, 1000, 10000])
    np.testing.assert_allclose(dataset.train.y[:, 0], (logs - logs.mean()) / logs.std(), rtol=1e-6)
    target = dataset.preprocessing.target
    assert isinstance(target, Target)
    np.testing.assert_allclose(target.restore(dataset.train.y[:, 0].astype(float)), [10, 100, 1000, 10000], rtol=1e-6)
    assert target.constant.tolist() == [2777.5]  # the mean in the target's own units
    state = json.loads(json.dumps(dataset.preprocessing.state()))
    assert Preprocessing.from_state(state) == dataset.preprocessing


@pytest.mark.parametrize(
    ("transform", "value", "domain"), [("log", "0", "numbers above 0"), ("log1p", "-1", "numbers above −1")]
)
def test_what_has_no_logarithm_is_named_with_its_line(tmp_path: Path, transform: str, value: str, domain: str) -> None:
    with pytest.raises(
        DataError, match=rf"t.csv:6: error: target 'price': {value}; data.target_transform: {transform} is for {domain}"
    ):
        load_prices(tmp_path, *PRICES, f"5,{value}", transform=transform)
    test = written(tmp_path / "test.csv", rows_of("a,price", "1,5", f"2,{value}"))
    with pytest.raises(DataError, match=rf"test.csv:3: error: target 'price': {value}"):
        load_prices(tmp_path, *PRICES, transform=transform, test=test)


def test_classes_have_no_logarithm(tmp_path: Path) -> None:
    with pytest.raises(
        DataError, match=r"data.target_transform: log is for numbers .* the task here is classification"
    ):
        load(tmp_path, "a,label", "1,no", "2,yes", "3,no", "4,yes", target_transform="log")


@pytest.mark.parametrize("name", target_transforms.names)
@given(values=st.lists(st.floats(1e-6, 1e12), min_size=1, max_size=30).map(np.array))
def test_the_inverse_undoes_it(name: str, values: NDArray[np.float64]) -> None:
    transform = target_transforms[name].factory()
    np.testing.assert_allclose(transform.inverse(transform(values)), values, rtol=1e-9)
    assert transform.admits(values).all()
    assert np.isfinite(transform.inverse(np.array([1e9, -1e9]))).all()


def test_a_linear_network_agrees_with_scikit_learn(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    x = random.normal(size=(80, 2))
    price = np.exp(1.0 + x @ [0.7, -0.4] + 0.1 * random.normal(size=80))
    lines = [f"{a!r},{b!r},{p!r}" for (a, b), p in zip(x.tolist(), price.tolist(), strict=True)]
    data = {
        "train": written(tmp_path / "t.csv", rows_of("a,b,price", *lines)),
        "target": "price",
        "split": NO_SPLIT,
        "target_transform": "log",
    }
    config = {
        "data": data,
        "architecture": {"hidden": []},
        "optimizer": {"adam": {"lr": 0.1}},
        "schedule": "cosine",
        "training": {"epochs": 300, "batch_size": 80},
    }
    (tmp_path / "c.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    run = nntrain.fit(tmp_path / "c.yaml", out=tmp_path / "run")
    judge = TransformedTargetRegressor(LinearRegression(), func=np.log, inverse_func=np.exp).fit(x, price)
    ours = run.model.predict({"a": x[:, 0].tolist(), "b": x[:, 1].tolist()})
    np.testing.assert_allclose(ours, judge.predict(x), rtol=2e-3)
    rmse = float(np.sqrt(np.mean((ours - price) ** 2)))
    assert run.metrics["train"]["rmse"] == pytest.approx(rmse, rel=1e-4)
    assert run.summary["baseline"]["train"]["r2"] == pytest.approx(0.0, abs=1e-9)
