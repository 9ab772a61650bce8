from __future__ import annotations

import numpy as np
import pytest

from nntrain.network.mixed import mix
from nntrain.report.augmented import aim, cell
from nntrain.types import Feature

TOWN = [
    Feature("town=a", "town", "flag"),
    Feature("town=b", "town", "flag"),
    Feature("town is missing", "town", "flag"),
]
AGE = [Feature("age", "age"), Feature("age is missing", "age", "flag")]


@pytest.mark.parametrize(
    ("features", "values", "text"),
    [
        (TOWN, [1, 0, 0], "a"),
        (TOWN, [0, 0, 1], "is missing"),
        (TOWN, [0, 0, 0], "nothing"),
        (TOWN, [0.7, 0.3, 0], "0.7 a + 0.3 b"),
        (AGE, [0.25, 0], "0.25"),
        (AGE, [0, 1], "0 + is missing"),
        ([Feature("street", "street", "code", 5)], [3], "3"),
    ],
)
def test_cells_in_words(features: list[Feature], values: list[float], text: str) -> None:
    assert cell(features, np.array(values)) == text


def test_targets_in_words() -> None:
    y = np.array([0, 1, 1])
    mixed = mix(y, np.array([1, 2, 0]), np.array([0.25, 0.5, 1.0]))
    assert [aim(mixed[row : row + 1], ["no", "yes"]) for row in range(3)] == [
        "0.75 yes + 0.25 no",
        "1.00 yes",
        "1.00 yes",
    ]
    assert aim(y[1:2], ["no", "yes"]) == "yes"
    assert aim(np.array([[0.5, -1.25]]), None) == "0.5, -1.25"
