"""Searches: proposals are functions of number, seed and past; they stay inside the space and get better."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings, strategies as st

from nntrain.errors import ConfigError
from nntrain.sweep.dimensions import Choices, Interval
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.search import Past, Question, Search, Sequential, searches
from nntrain.sweep.space import Space, ends

SPACE = Space(
    [
        Choices("optimizer", ("adam", "rmsprop"), ordered=False),
        Choices("training.batch_size", (16, 32, 64), ordered=True),
        Interval("lr", 1e-4, 1e-1, log=True),
        Interval("layers", 1, 6, whole=True),
        Interval("dropout", 0.0, 0.5, steps=3),
        Interval("optimizer.adam.beta1", 0.5, 0.99),
    ],
    {"optimizer.adam.beta1": ("optimizer", frozenset([0]))},
)
NAMES = ["random", "qmc", "tpe", "cma_es", "gp"]


def made(name: str, **given: Any) -> Sequential:
    search = searches.build(name, **given)
    assert isinstance(search, Sequential)
    return search


def loss(at: Coordinates) -> float:
    """Best at lr = 10^−2.5 and one layer."""
    return abs(math.log10(at["lr"]) + 2.5) + 0.2 * at["layers"] + 0.1 * at["dropout"]


def swept(search: Sequential, count: int, seed: int = 0, parallel: int = 1) -> list[Past]:
    """So many points, each proposed with what it may know."""
    known: list[Past] = []
    for number in range(count):
        past = [point if point.number <= number - parallel else hidden(point) for point in known]
        at, marks = search.propose(SPACE, Question(past, number, seed))
        known.append(Past(number, at, "finished", loss(at), (loss(at),), marks))
    return known


def hidden(point: Past) -> Past:
    return Past(point.number, point.coordinates, "running", marks=point.marks)


def inside(at: Coordinates) -> bool:
    expected = {d.key for d in SPACE.dimensions if SPACE.exists(d.key, at)}
    return set(at) == expected and all(
        min(ends(SPACE.by_key[key])) <= value <= max(ends(SPACE.by_key[key])) for key, value in at.items()
    )


@pytest.mark.parametrize("name", NAMES)
def test_points_lie_in_the_space_and_come_again(name: str) -> None:
    count = 14 if name == "gp" else 25
    first, again = swept(made(name), count, parallel=3), swept(made(name), count, parallel=3)
    assert all(inside(point.coordinates) for point in first)
    assert [point.coordinates for point in first] == [point.coordinates for point in again]
    assert len({tuple(point.coordinates.items()) for point in first}) == count


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_other_points(name: str) -> None:
    assert [p.coordinates for p in swept(made(name), 3)] != [p.coordinates for p in swept(made(name), 3, seed=1)]


@pytest.mark.parametrize("name", ["tpe", "cma_es"])
def test_a_search_that_learns_finds_better_points_than_chance(name: str) -> None:
    def late(search: Sequential) -> float:
        found = [point for seed in range(3) for point in swept(search, 60, seed)[30:]]
        return sum(loss(point.coordinates) for point in found) / len(found)

    assert made(name).learns
    assert late(made(name)) < 0.8 * late(made("random"))


@pytest.mark.parametrize("name", ["tpe", "cma_es", "gp"])
def test_what_a_point_may_not_know_changes_nothing(name: str) -> None:
    search, known = made(name, **({} if name == "cma_es" else {"startup": 3})), swept(made("random"), 12)
    proposals = []
    for value in (0.0, 100.0):
        late = Past(11, known[11].coordinates, "finished", value, (value,))
        proposals.append(search.propose(SPACE, Question([*known[:11], hidden(late)], 12, 5))[0])
    assert proposals[0] == proposals[1]


def test_results_change_what_tpe_proposes() -> None:
    known = swept(made("random"), 20)
    turned = [Past(p.number, p.coordinates, p.state, -(p.value or 0.0)) for p in known]
    one, other = (made("tpe").propose(SPACE, Question(past, 20, 0))[0] for past in (known, turned))
    assert one != other


def test_failed_and_pruned_points_are_understood() -> None:
    known = swept(made("random"), 12)
    known[3] = Past(3, known[3].coordinates, "failed")
    known[4] = Past(4, known[4].coordinates, "pruned", 5.0, (6.0, 5.0))
    for name in ("tpe", "cma_es", "gp"):
        assert inside(made(name).propose(SPACE, Question(known, 12, 0))[0])
    everything_failed = [Past(p.number, p.coordinates, "failed") for p in known]
    for name in ("tpe", "cma_es"):
        assert inside(made(name).propose(SPACE, Question(everything_failed, 12, 0))[0])


def test_failed_points_repel() -> None:
    """High rates fail: TPE must not go on proposing them as if they had never been tried."""
    known: list[Past] = []
    for number in range(60):
        at, marks = made("tpe").propose(SPACE, Question(known, number, 3))
        failed = at["lr"] > 1e-3
        known.append(Past(number, at, "failed" if failed else "finished", None if failed else 1.0, (), marks))
    assert sum(point.state == "failed" for point in known[30:]) < 10


@settings(max_examples=30)
@given(st.sampled_from(["random", "qmc"]), st.integers(0, 2**62), st.integers(0, 5000))
def test_drawn_points_depend_on_nothing_else(name: str, seed: int, number: int) -> None:
    at, _ = made(name).propose(SPACE, Question((), number, seed))
    assert inside(at)
    assert made(name).propose(SPACE, Question((), number, seed))[0] == at


def test_qmc_fills_an_interval_more_evenly_than_chance() -> None:
    space = Space([Interval("x", 0.0, 1.0)])
    drawn = [made("qmc").propose(space, Question((), number, 9))[0]["x"] for number in range(16)]
    assert sorted(int(x * 16) for x in drawn) == list(range(16))


def test_every_search_but_the_grid_is_sequential() -> None:
    built = {name: searches.build(name) for name in searches.names}
    assert [name for name, search in built.items() if not isinstance(search, Sequential)] == ["grid"]
    assert [name for name, search in built.items() if search.complete] == ["grid"]
    assert set(built) == {"grid", *NAMES}


def test_a_missing_package_is_named() -> None:
    class Far(Search):
        needs: ClassVar = {"no_such_module": "no-such-package", "json": "nothing"}

    with pytest.raises(ConfigError, match=r"search: this search needs another package: pip install no-such-package$"):
        Far().require()
