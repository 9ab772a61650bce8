"""The search of every variant goes by the validation loss, and what it leaves of the error is counted on the test rows."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import ConfigError
from nntrain.lecture import Scene
from nntrain.lecture.ablations import ablations

DATA = Path(__file__).resolve().parents[2] / "data"
SPLIT = {"validation": 0.2, "test": 0.2}
BASE: dict[str, Any] = {
    "architecture": {"hidden": [8]},
    "optimizer": {"sgd": {"lr": 0.1}},
    "training": {"epochs": 5, "batch_size": 16},
}
TABLES: dict[str, dict[str, Any]] = {
    "iris": {"train": "iris.csv", "target": "species", "split": SPLIT},
    "diabetes": {"train": "diabetes.csv", "target": "progression", "split": SPLIT},
}
HOPELESS, GOOD = {"optimizer.sgd.lr": 1e-9}, {"optimizer.sgd.lr": 0.1}


def test_the_try_with_the_lowest_validation_loss_counts() -> None:
    shown = ablations(
        Scene(0, DATA),
        base=BASE,
        tables=TABLES,
        variants={"both": {}, "one": {}},
        search=[HOPELESS, GOOD],
        searches={"one": [HOPELESS]},
    )
    both, one = shown.outcomes["both"].figures, shown.outcomes["one"].figures
    assert both["iris_try"] == both["diabetes_try"] == 2
    assert one["iris_try"] == 1
    assert both["iris"] < 0.8 < one["iris"]
    assert both["left"] == pytest.approx(math.sqrt(both["iris"] * both["diabetes"]))


def test_a_try_that_diverges_is_never_chosen_where_another_is_not() -> None:
    wild = {"optimizer.sgd.lr": 1e30}
    tables = {"diabetes": TABLES["diabetes"]}
    shown = ablations(
        Scene(0, DATA),
        base=BASE,
        tables=tables,
        variants={"a": {}, "b": {}},
        search=[wild, GOOD],
        searches={"b": [wild]},
    )
    assert shown.outcomes["a"].figures["diabetes_try"] == 2
    assert shown.outcomes["b"].figures["left"] == 1.0


def test_a_search_for_no_variant_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"searches: unknown variant 'recipes' \(did you mean 'recipe'\?\)"):
        ablations(
            Scene(0, DATA),
            base=BASE,
            tables=TABLES,
            variants={"recipe": {}},
            search=[GOOD],
            searches={"recipes": [GOOD]},
        )
