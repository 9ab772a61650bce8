"""Points from their runs: means, spreads, order, and which differences the seeds alone explain."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest

from nntrain.sweep.results import Noise, noise, point_result, point_results, tied
from nntrain.sweep.rows import Row, State
from tests.sweep.runs_made_up import repeated, row

INF, NAN = math.inf, math.nan


def numbers(rows: list[Row], *, higher: bool = False) -> list[int]:
    return [point.number for point in point_results(rows, higher_is_better=higher)]


class TestOrder:
    def test_the_best_point_comes_first(self) -> None:
        rows = [row(0, 0.3), row(1, 0.1), row(2, 0.2)]
        assert numbers(rows) == [1, 2, 0]
        assert numbers(rows, higher=True) == [0, 2, 1]

    @pytest.mark.parametrize("higher", [False, True])
    def test_equal_points_stand_by_number(self, higher: bool) -> None:
        assert numbers([row(2, 0.1), row(0, 0.1), row(1, 0.1)], higher=higher) == [0, 1, 2]

    @pytest.mark.parametrize("higher", [False, True])
    def test_points_without_a_value_come_last(self, higher: bool) -> None:
        rows = [row(3, state="failed"), row(1, 0.1, state="pruned"), row(0, 0.9), row(2, state="waiting")]
        assert numbers(rows, higher=higher) == [0, 1, 2, 3]

    @pytest.mark.parametrize("higher", [False, True])
    def test_what_is_no_number_is_worse_than_any(self, higher: bool) -> None:
        rows = [row(3, NAN), row(1, -INF if higher else INF), row(2, 0.5), row(0, state="failed")]
        assert numbers(rows, higher=higher) == [2, 1, 3, 0]

    def test_rows_may_come_in_any_order(self) -> None:
        rows = [*repeated(0, 0.1, 0.2), *repeated(1, 0.3, 0.0)]
        found = {tuple(numbers(list(order))) for order in itertools.permutations(rows)}
        assert len(found) == 1


class TestPoint:
    def test_all_repeats_and_folds_count(self) -> None:
        rows = [row(0, 0.1 * (3 * repeat + fold), repeat=repeat, fold=fold) for fold in range(3) for repeat in range(2)]
        point = point_result(rows)
        assert point.value == pytest.approx(0.25)
        assert point.repeats == pytest.approx([0.1, 0.4])
        assert point.spread == pytest.approx(statistics.stdev([0.1, 0.4]))
        assert [(run.plan.repeat, run.plan.fold) for run in point.rows[:2]] == [(0, 0), (0, 1)]

    def test_folds_are_no_repeats(self) -> None:
        point = point_result([row(0, 0.1, fold=0), row(0, 0.5, fold=1)])
        assert point.value == pytest.approx(0.3)
        assert point.spread is None

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            (["finished", "finished"], "finished"),
            (["finished", "pruned"], "pruned"),
            (["pruned", "failed"], "failed"),
            (["finished", "running"], "running"),
            (["finished", "waiting"], "waiting"),
            (["failed", "waiting"], "failed"),
        ],
    )
    def test_a_point_is_finished_where_all_its_runs_are(self, states: list[State], expected: State) -> None:
        point = point_result([row(0, repeat=repeat, state=state) for repeat, state in enumerate(states)])
        assert point.state == expected
        assert (point.value is not None) == (expected == "finished")

    def test_an_infinite_repeat_is_no_crash(self) -> None:
        point = point_result(repeated(0, 0.1, INF))
        assert point.value == INF
        assert point.spread is not None
        assert math.isnan(point.spread)


class TestNoise:
    def test_unknown_from_one_repeat(self) -> None:
        assert noise(point_results([row(0, 0.1), row(1, 0.2), row(1, 0.3, fold=1)], higher_is_better=False)) is None

    def test_it_is_pooled(self) -> None:
        groups = [[0.10, 0.14, 0.12], [0.20, 0.22], [0.30, 0.31, 0.35, 0.30]]
        rows = [run for number, group in enumerate(groups) for run in repeated(number, *group)]
        found = noise(point_results(rows, higher_is_better=False))
        assert found is not None
        squares = sum(np.sum((np.array(group) - np.mean(group)) ** 2) for group in groups)
        assert found.deviation == pytest.approx(math.sqrt(squares / (2 + 1 + 3)))
        assert found.margin == pytest.approx(2 * found.deviation * math.sqrt(2 / 2))

    @pytest.mark.parametrize("higher", [False, True])
    def test_bad_points_do_not_make_all_others_equal(self, higher: bool) -> None:
        sign = -1.0 if higher else 1.0
        good = [repeated(n, *(sign * (0.1 * (n + 1) + d) for d in (0.0, 0.01, 0.02))) for n in range(5)]
        bad = [repeated(n, sign * 5.0, sign * 60.0, sign * 20.0) for n in range(5, 20)]
        points = point_results(itertools.chain(*good, *bad), higher_is_better=higher)
        found = noise(points)
        assert found is not None
        assert found.deviation == pytest.approx(0.01)
        assert tied(points, found) == []

    def test_infinite_repeats_are_left_out(self) -> None:
        points = point_results([*repeated(0, 0.1, 0.3), *repeated(1, -INF, 0.1)], higher_is_better=False)
        found = noise(points)
        assert found is not None
        assert found.deviation == pytest.approx(statistics.stdev([0.1, 0.3]))

    def test_of_equal_points_about_95_of_100_are_within(self) -> None:
        draws = np.random.default_rng(3)
        within = 0
        for _ in range(300):
            rows = [run for number in range(40) for run in repeated(number, *draws.normal(1.0, 0.1, 3).tolist())]
            points = sorted(point_results(rows, higher_is_better=False), key=lambda point: point.number)
            found = noise(points)
            assert found is not None
            within += found.explains(points[-1], points[-2])
        assert 0.90 < within / 300 < 0.99

    def test_points_of_fewer_repeats_are_less_certain(self) -> None:
        one, other, single = (
            point_result(repeated(n, *values)) for n, values in enumerate([[0.0] * 4, [0.15] * 4, [0.15]])
        )
        found = Noise(0.1, 0.1)
        assert not found.explains(one, other)
        assert found.explains(one, single)


class TestTied:
    def test_those_within_the_noise_of_the_best(self) -> None:
        rows = [*repeated(0, 0.10, 0.12), *repeated(1, 0.115, 0.125), *repeated(2, 0.5, 0.52)]
        points = point_results(rows, higher_is_better=False)
        assert [point.number for point in tied(points, noise(points))] == [1]

    def test_equal_ones_even_where_the_noise_is_unknown(self) -> None:
        points = point_results([row(0, 1.0), row(1, 1.0), row(2, 0.99), row(3, state="failed")], higher_is_better=True)
        assert [point.number for point in tied(points, None)] == [1]

    @pytest.mark.parametrize("rows", [[], [row(0, state="failed")], [row(0)]])
    def test_nothing_where_there_are_no_two_points(self, rows: list[Row]) -> None:
        assert tied(point_results(rows, higher_is_better=False), Noise(1.0, 1.0)) == []
