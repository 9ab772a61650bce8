from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from nntrain.network.mixed import mix
from nntrain.report.augmented import aim, cell
from nntrain.types import Feature
from tests.cli.conftest import Cli, cli  # noqa: F401  # a fixture
from tests.report.test_png import decode

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


def test_check_shows_what_changes(cli: Cli) -> None:  # noqa: F811  # the fixture
    option = ("--set", "augmentation=[{swap_noise: 0.5}, {mixup: 1.0}]")
    done = cli("check", "c.yaml", "--augment", *option)
    assert done.code == 0, done.err
    assert "row 4" in done.out
    assert "town [/]" in done.out
    assert " → " in done.out
    found = json.loads(cli("check", "c.yaml", "--augment", "--json", *option).out)
    assert found["picture"] is None
    assert len(found["rows"]) == 4
    assert list(found["rows"][0]) == ["a[/b]", "[bold]x", "town [/]", "class[/x]"]
    assert not list(Path().glob("*.png"))
    assert "augmentation  swap_noise (rate 0.5), mixup (alpha 1.0)" in cli("check", "c.yaml", *option).out
    assert "augmentation  swap_noise" in cli("fit", "c.yaml", *option).err


def test_check_needs_augmentation_to_show_some(cli: Cli) -> None:  # noqa: F811  # the fixture
    done = cli("check", "c.yaml", "--augment")
    assert done.code == 2
    assert "augmentation: nothing to show" in done.err


def test_check_writes_pictures(cli: Cli) -> None:  # noqa: F811  # the fixture
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 16, (60, 20))
    lines = [",".join([*(f"p{pixel}" for pixel in range(20)), "y"])]
    lines += [",".join([*map(str, row), "ab"[int(row[0] > 7)]]) for row in rows]
    Path("p.csv").write_text("\n".join(lines) + "\n")
    Path("p.yaml").write_text("data: {train: p.csv, target: y, image: [4, 5]}\naugmentation: [flip, {shift: 1}]\n")
    done = cli("check", "p.yaml", "--augment")
    assert done.code == 0, done.err
    assert "p-augmentation.png" in done.out
    grey = decode(Path("p-augmentation.png").read_bytes())
    assert grey.shape == (8 * (4 * 20 + 4), 8 * (5 * 20 + 4))
    assert {grey.min(), grey.max()} == {0, 255}
