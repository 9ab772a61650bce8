"""Main effects and importances of points whose objective is known to depend on some keys and not on others."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest

from nntrain.sweep.dimensions import Choices, Dimension, Interval
from nntrain.sweep.effects import FEWEST, Effect, effects, importances
from nntrain.sweep.results import PointResult, point_results
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.space import Space
from tests.sweep.runs_made_up import row

LR = Interval("optimizer.adam.lr", 1e-4, 1e-1, log=True, steps=4)
HIDDEN = Choices("architecture.hidden", ([64], [128, 64]), ordered=False)
BATCH = Choices("training.batch_size", (32, 64, 128), ordered=True)
GRID = Space([LR, BATCH, HIDDEN])


def points_of(
    space: Space, found: list[tuple[Coordinates, float | None]], *, higher: bool = False
) -> list[PointResult]:
    rows = [
        row(number, value, state="failed" if value is None else "finished", coordinates=at, values=space.values(at))
        for number, (at, value) in enumerate(found)
    ]
    return point_results(rows, higher_is_better=higher)


def grid(sign: float = 1.0) -> list[PointResult]:
    """The rate matters much, the hidden layers a little, the batch size not at all."""
    effect = {LR.key: (2.0, 0.3, 0.1, 0.5), HIDDEN.key: (0.04, 0.0), BATCH.key: (0.0, 0.0, 0.0)}
    found: list[tuple[Coordinates, float | None]] = [
        (at, sign * sum(effect[key][int(level)] for key, level in at.items())) for at in GRID.grid()
    ]
    return points_of(GRID, found, higher=sign < 0)


def of(found: list[Effect], key: str) -> Effect:
    return next(effect for effect in found if effect.key == key)


def texts(dimension: Dimension, coordinates: list[float]) -> list[tuple[str, int]]:
    space = Space([dimension])
    points = points_of(space, [({dimension.key: at}, float(number)) for number, at in enumerate(coordinates)])
    (effect,) = effects(space, points, higher_is_better=False)
    return [(level.text, level.points) for level in effect.levels]


class TestLevels:
    def test_means_over_all_else(self) -> None:
        rate = of(effects(GRID, grid(), higher_is_better=False), LR.key)
        assert [level.text for level in rate.levels] == ["0.0001", "0.001", "0.01", "0.1"]
        assert [level.mean for level in rate.levels] == pytest.approx([2.02, 0.32, 0.12, 0.52])
        assert [level.best for level in rate.levels] == pytest.approx([2.0, 0.3, 0.1, 0.5])
        assert {level.points for level in rate.levels} == {6}
        assert rate.size == pytest.approx(1.9)

    def test_the_best_of_a_level_may_be_the_highest(self) -> None:
        rate = of(effects(GRID, grid(-1.0), higher_is_better=True), LR.key)
        assert [level.best for level in rate.levels] == pytest.approx([-2.0, -0.3, -0.1, -0.5])

    def test_the_most_important_key_comes_first(self) -> None:
        assert next(effect.key for effect in effects(GRID, grid(), higher_is_better=False)) == LR.key

    def test_of_few_points_the_one_with_the_largest_range(self) -> None:
        space = Space([BATCH, HIDDEN])
        points = points_of(space, [({BATCH.key: b, HIDDEN.key: h}, 0.1 * b + h) for b in range(3) for h in range(2)])
        found = effects(space, points, higher_is_better=False)
        assert [(effect.key, effect.importance) for effect in found] == [(HIDDEN.key, None), (BATCH.key, None)]

    def test_points_that_did_not_finish_do_not_count(self) -> None:
        space = Space([BATCH])
        points = points_of(space, [({BATCH.key: 0}, 1.0), ({BATCH.key: 0}, None), ({BATCH.key: 1}, math.inf)])
        (effect,) = effects(space, points, higher_is_better=False)
        assert [(level.text, level.points, level.mean) for level in effect.levels] == [("32", 1, 1.0)]

    def test_quarters_of_an_interval(self) -> None:
        assert texts(Interval("x", 0.0, 0.4), [0.0, 0.05, 0.15, 0.39, 0.4]) == [
            ("0 to 0.1", 2),
            ("0.1 to 0.2", 1),
            ("0.3 to 0.4", 2),
        ]

    def test_quarters_of_a_logarithm(self) -> None:
        assert texts(Interval("x", 1e-4, 1.0, log=True), [1e-4, 5e-4, 2e-3, 0.5, 1.0]) == [
            ("0.0001 to 0.001", 2),
            ("0.001 to 0.01", 1),
            ("0.1 to 1", 2),
        ]

    def test_few_whole_numbers_stand_alone(self) -> None:
        assert texts(Interval("x", 1, 6, whole=True), [1, 2, 2, 6]) == [("1", 1), ("2", 2), ("6", 1)]

    def test_many_whole_numbers_by_those_that_were_there(self) -> None:
        assert texts(Interval("x", 0, 100, whole=True), [3, 20, 30, 100]) == [("3 to 20", 2), ("30", 1), ("100", 1)]

    def test_many_values_in_order_by_quarters(self) -> None:
        values = Choices("x", tuple(range(10, 30, 2)), ordered=True)
        assert texts(values, list(range(10))) == [("10 to 14", 3), ("16 to 18", 2), ("20 to 24", 3), ("26 to 28", 2)]

    def test_components_by_their_names(self) -> None:
        choices = Choices("optimizer", ({"adam": {}}, {"rmsprop": {"decay": 0.95}}), ordered=False)
        assert texts(choices, [0, 1]) == [("adam", 1), ("rmsprop (decay 0.95)", 1)]

    def test_no_points_no_effects(self) -> None:
        assert effects(GRID, [], higher_is_better=False) == []


class TestImportances:
    @pytest.mark.parametrize("sign", [1.0, -1.0])
    def test_what_matters_has_the_largest_share(self, sign: float) -> None:
        shares = importances(GRID, grid(sign), higher_is_better=sign < 0)
        assert sum(shares.values()) == pytest.approx(1.0)
        assert shares[LR.key] > 0.9

    def test_which_points_are_the_better_ones(self) -> None:
        found: list[tuple[Coordinates, float | None]] = [
            (at, 5.0 if at[HIDDEN.key] == 1 else -float(at[BATCH.key])) for at in GRID.grid()
        ]
        assert importances(GRID, points_of(GRID, found, higher=True), higher_is_better=True)[BATCH.key] < 0.1
        assert importances(GRID, points_of(GRID, found), higher_is_better=False)[BATCH.key] > 0.3

    def test_a_key_that_exists_at_some_points_only(self) -> None:
        space = Space(
            [Choices("optimizer", ("adam", "rmsprop"), ordered=False), Interval("optimizer.adam.beta1", 0.5, 1.0)],
            {"optimizer.adam.beta1": ("optimizer", frozenset([0]))},
        )
        found: list[tuple[Coordinates, float | None]] = [
            ({"optimizer": 0, "optimizer.adam.beta1": 0.5 + n / 60}, 0.1 + n / 60) for n in range(30)
        ]
        found += [({"optimizer": 1}, 0.5 + n / 100) for n in range(30)]
        shares = importances(space, points_of(space, found), higher_is_better=False)
        assert set(shares) == {"optimizer", "optimizer.adam.beta1"}
        assert shares["optimizer.adam.beta1"] > 0.3

    def test_one_point_under_a_choice_is_no_reason_to_warn(self) -> None:
        space = Space([BATCH, Interval("x", 0.0, 1.0)], {"x": (BATCH.key, frozenset([0, 1]))})
        found: list[tuple[Coordinates, float | None]] = [({BATCH.key: 2}, 1.0)]
        found += [({BATCH.key: n % 2, "x": n / 40}, n / 40) for n in range(40)]
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert importances(space, points_of(space, found), higher_is_better=False)

    def test_few_points_tell_nothing(self) -> None:
        assert importances(GRID, grid()[: FEWEST - 1], higher_is_better=False) == {}
        assert importances(GRID, grid()[:FEWEST], higher_is_better=False) != {}

    def test_nor_do_equal_ones(self) -> None:
        points = points_of(GRID, [(at, 1.0) for at in GRID.grid()], higher=True)
        assert importances(GRID, points, higher_is_better=True) == {}

    def test_a_key_of_one_value_has_none(self) -> None:
        space = Space([LR, Choices("only", (1,), ordered=False)])
        found: list[tuple[Coordinates, float | None]] = [({LR.key: n % 4, "only": 0}, 0.1 * n) for n in range(20)]
        assert set(importances(space, points_of(space, found), higher_is_better=False)) == {LR.key}

    def test_optuna_says_nothing(self, capfd: pytest.CaptureFixture[str]) -> None:
        importances(GRID, grid(), higher_is_better=False)
        assert capfd.readouterr() == ("", "")

    def test_chance_is_not_mistaken_for_a_cause(self) -> None:
        draws = np.random.default_rng(0)
        order = [dict(at) for at in GRID.grid()]
        worst = 0.0
        for _ in range(10):
            chosen = [order[n] for n in draws.permutation(len(order))[:FEWEST]]
            found: list[tuple[Coordinates, float | None]] = [
                (at, (2.0, 0.3, 0.1, 0.5)[int(at[LR.key])] + float(draws.normal(0.0, 0.02))) for at in chosen
            ]
            worst = max(worst, importances(GRID, points_of(GRID, found), higher_is_better=False)[HIDDEN.key])
        assert worst < 0.5


def test_every_coordinate_has_a_level() -> None:
    whole = Interval("w", 1, 40, log=True, whole=True)
    fractions = Interval("f", 0.3, 0.7)
    space = Space([whole, fractions, LR, BATCH])
    draws = np.random.default_rng(1).random((60, 4))
    found: list[tuple[Coordinates, float | None]] = [
        ({d.key: d.draw(float(share)) for d, share in zip(space.dimensions, shares, strict=True)}, float(shares[0]))
        for shares in draws
    ]
    for effect in effects(space, points_of(space, found), higher_is_better=False):
        assert sum(level.points for level in effect.levels) == 60
        assert len({level.text for level in effect.levels}) == len(effect.levels)
        assert all(one.text != other.text for one, other in itertools.pairwise(effect.levels))
