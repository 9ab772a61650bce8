"""What the study promises, in either database."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from nntrain.errors import StorageError
from nntrain.sweep.rows import Outcome
from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan

LONG, OVER = 3600.0, -1.0
"""Seconds of a lease that lasts, and of one that has run out."""
VALUES: dict[str, Any] = {
    "architecture.hidden": [{"dense": {"units": 8, "bias": None}}, [[], {}]],
    "text": "Übung „x“ \x00 \ud800",
    "numbers": [True, 1, 1.0, -0.0, 1e-300, 2**70, float("inf"), float("nan")],
}


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    store = Store.open(url, "sweep")
    yield store
    store.close()


def ids(store: Store) -> list[int]:
    return [row.id for row in store.rows()]


def claim(store: Store, owner: str = "a", lease: float = LONG, among: list[int] | None = None) -> int | None:
    row = store.claim(owner, lease, ids(store) if among is None else among)
    return None if row is None else row.id


class TestAdd:
    def test_rows_come_by_number_repeat_and_fold(self, store: Store) -> None:
        plans = [plan(number, repeat, fold) for number in (2, 0, 1) for repeat in (1, 0) for fold in (1, 0)]
        assert store.add(plans) == 12
        rows = store.rows()
        assert [row.plan for row in rows] == sorted(plans, key=lambda p: (p.number, p.repeat, p.fold))
        assert {(row.state, row.owner, row.attempts, row.outcome) for row in rows} == {("waiting", "", 0, None)}

    def test_what_is_there_is_left_alone(self, store: Store) -> None:
        store.add([plan(0), plan(1)])
        claimed = claim(store)
        assert claimed is not None
        store.settle(claimed, "a", finished())
        before = store.rows()
        assert store.add([plan(0), plan(1), plan(2), plan(2)]) == 1
        assert store.rows()[:2] == before
        assert store.add([]) == 0

    def test_neither_a_point_nor_a_number_is_planned_twice(self, store: Store) -> None:
        store.add([plan(0, point="x")])
        assert (
            store.add([plan(7, point="x"), plan(0, point="y"), plan(7, repeat=1, point="x"), plan(0, 2, 0, "y")]) == 2
        )
        assert [(row.plan.number, row.plan.repeat, row.plan.point) for row in store.rows()] == [
            (0, 0, "x"),
            (0, 2, "y"),
            (7, 1, "x"),
        ]

    def test_sweeps_of_other_names_are_apart(self, store: Store, url: str) -> None:
        store.add([plan(0), plan(1)])
        other = Store.open(url, "another sweep")
        assert other.rows() == []
        assert other.add([plan(0)]) == 1
        (own,) = ids(other)
        assert claim(other, among=[*ids(store), own]) == own
        assert not other.settle(ids(store)[0], "", finished())
        assert other.release_all() == 1
        assert len(other.changed()) == 1
        assert [row.attempts for row in store.rows()] == [0, 0]
        other.close()


class TestContent:
    def test_plans_and_outcomes_come_back_as_they_were(self, store: Store) -> None:
        planned = replace(plan(0), values=VALUES, marks=VALUES)
        store.add([planned])
        (run,) = ids(store)
        store.claim("a", LONG, [run])
        outcome = Outcome(
            "pruned", math.nan, {"loss": -math.inf}, [math.nan, 0.1], VALUES, 1, 2, 0.1, "bad \x00 \udcff"
        )
        assert store.settle(run, "a", outcome)
        assert store.settle(run, "a", outcome)
        (row,) = store.rows()
        assert repr(row.plan) == repr(planned)
        assert repr(row.outcome) == repr(outcome)
        assert repr(store.changed()) == repr([row])

    @pytest.mark.parametrize("value", [{1: 2}, [{None: 0}], b"x", {1, 2}, 1j])
    def test_what_would_not_come_back_is_refused(self, store: Store, value: Any) -> None:
        with pytest.raises(TypeError, match="cannot be stored"):
            store.add([plan(0), replace(plan(1), values={"key": value})])
        assert store.rows() == []


class TestClaim:
    def test_the_first_of_those_wanted(self, store: Store) -> None:
        store.add([plan(number, repeat) for number in (1, 0) for repeat in (1, 0)])
        first, second, third, fourth = ids(store)
        assert claim(store, among=[fourth, third, second]) == second
        assert claim(store, "b") == first
        assert claim(store, "c", among=[first, second]) is None
        assert claim(store, "c", among=[]) is None
        row = store.claim("c", LONG, ids(store))
        assert row is not None
        assert row == store.rows()[2]
        assert (row.id, row.state, row.owner, row.attempts) == (third, "running", "c", 1)

    def test_an_expired_lease_is_taken_over_once(self, store: Store) -> None:
        store.add([plan(0)])
        (run,) = ids(store)
        assert claim(store, "a", OVER) == run
        assert claim(store, "b") == run
        assert claim(store, "c") is None
        assert store.rows()[0].attempts == 2
        assert not store.settle(run, "a", finished())
        assert not store.release(run, "a")
        assert store.renew("a", LONG) == set()
        assert store.settle(run, "b", finished())

    def test_a_renewed_lease_is_not(self, store: Store) -> None:
        store.add([plan(0), plan(1), plan(2)])
        first, second, _ = ids(store)
        claim(store, "a", OVER), claim(store, "a", OVER, [second])
        assert store.renew("a", LONG) == {first, second}
        assert claim(store, "b", among=[first, second]) is None
        store.renew("a", OVER)
        assert claim(store, "b", among=[second]) == second
        assert store.renew("a", LONG) == {first}

    def test_an_owner_whose_claim_was_not_answered_gets_it_again(self, store: Store) -> None:
        store.add([plan(0), plan(1)])
        first, second = ids(store)
        assert claim(store) == first
        assert claim(store, among=[first, second]) == first
        assert claim(store, among=[second]) == second


class TestSettle:
    def test_only_what_is_the_owner_s(self, store: Store) -> None:
        store.add([plan(0), plan(1)])
        first, second = ids(store)
        claim(store, "a")
        assert not store.settle(first, "b", finished())
        assert not store.settle(second, "a", finished())
        assert not store.settle(second, "", finished())
        assert not store.settle(second + 1000, "a", finished())
        assert store.settle(first, "a", finished())
        row = store.rows()[0]
        assert (row.state, row.owner, row.attempts, row.outcome) == ("finished", "", 1, finished())
        assert claim(store, "b", among=[first]) is None

    def test_again_in_the_same_way_does_no_harm(self, store: Store) -> None:
        store.add([plan(0)])
        (run,) = ids(store)
        claim(store)
        assert store.settle(run, "a", finished())
        assert store.settle(run, "a", finished())
        assert not store.settle(run, "b", finished())
        assert not store.settle(run, "a", finished(0.25))
        assert not store.settle(run, "a", Outcome("failed", reason="diverged"))
        assert not store.release(run, "a")
        assert store.rows()[0].outcome == finished()

    def test_a_run_does_not_end_as_running(self, store: Store) -> None:
        with pytest.raises(ValueError, match="does not end as 'running'"):
            store.settle(1, "a", Outcome("running"))

    def test_a_released_run_waits_and_keeps_its_attempts(self, store: Store) -> None:
        store.add([plan(0), plan(1)])
        first, second = ids(store)
        claim(store)
        assert not store.release(first, "b")
        assert not store.release(second, "b")
        assert store.release(first, "a")
        assert store.release(first, "a")
        assert not store.settle(first, "a", finished())
        row = store.rows()[0]
        assert (row.state, row.owner, row.attempts) == ("waiting", "", 1)
        assert claim(store, "b") == first
        assert not store.release(first, "a")
        assert store.rows()[0].attempts == 2

    def test_release_all(self, store: Store) -> None:
        store.add([plan(number) for number in range(4)])
        claim(store, "a"), claim(store, "b"), claim(store, "c")
        store.settle(ids(store)[0], "a", finished())
        assert store.release_all() == 2
        assert [row.state for row in store.rows()] == ["finished", "waiting", "waiting", "waiting"]
        assert store.release_all() == 0


def test_what_changed_since_the_last_look(store: Store, url: str) -> None:
    other = Store.open(url, "sweep")
    store.add([plan(0), plan(1), plan(2)])
    assert other.changed() == store.rows()
    assert other.changed() == []
    first = claim(store)
    assert first is not None
    assert [(row.id, row.state) for row in other.changed()] == [(first, "running")]
    store.renew("a", LONG)
    assert other.changed() == []
    store.settle(first, "a", finished())
    store.add([plan(3)])
    assert [row.plan.number for row in other.changed()] == [0, 3]
    other.close()


def test_what_was_seen_of_plans_that_came_to_nothing_hides_no_others(store: Store) -> None:
    with suppress(KeyError), store.exclusive():
        store.add([plan(0)])
        assert len(store.changed()) == 1
        raise KeyError
    store.add([plan(1)])
    assert store.rows()[-1] in store.changed()


def test_a_bug_is_not_called_a_fault_of_the_database(store: Store) -> None:
    statement = "INSERT INTO nntrain_sweeps (name, format) VALUES ('sweep', 1)"
    with pytest.raises(IntegrityError):
        store._database.transact(lambda connection: connection.exec_driver_sql(statement))


def test_an_unusable_row_is_told_of(store: Store) -> None:
    store.add([plan(0)])
    store._database.transact(
        lambda connection: connection.exec_driver_sql("UPDATE nntrain_runs SET plan = '{'").close()
    )
    with pytest.raises(StorageError, match=r"error: run \d+ does not read back; the database is damaged"):
        store.rows()


def test_another_format_is_not_read(store: Store, url: str) -> None:
    store._database.transact(
        lambda connection: connection.exec_driver_sql("UPDATE nntrain_sweeps SET format = 2").close()
    )
    with pytest.raises(StorageError, match="sweep 'sweep' was written by another version of nntrain"):
        Store.open(url, "sweep")


def test_the_command_line_starts_without_sqlalchemy() -> None:
    code = "import sys, nntrain.cli.app, nntrain.sweep.storage_url; assert not {'sqlalchemy', 'psycopg'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
