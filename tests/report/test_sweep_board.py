"""What is counted of a sweep as its events come."""

from __future__ import annotations

import random
import time

import pytest

from nntrain.report.sweep_board import Board
from nntrain.sweep.events import RunBegan, RunLost, RunProgressed, RunSettled
from nntrain.sweep.results import point_results
from nntrain.sweep.rows import State
from tests.report.sweep_events import Clock, started
from tests.sweep.runs_made_up import repeated, row


def board(*, runs: int = 10, higher: bool = False, clock: Clock | None = None) -> Board:
    made = Board(clock or Clock())
    made.see(started(runs, higher=higher))
    return made


def test_what_is_done_and_how_it_ended() -> None:
    made = Board()
    made.see(started(10, [row(0), row(1, state="failed")]))
    made.see(RunSettled(row(2, state="pruned")))
    made.see(RunSettled(row(3)))
    assert (made.done, made.total) == (4, 10)
    assert made.states == {"finished": 2, "failed": 1, "pruned": 1}


def test_a_run_that_is_heard_of_twice_counts_once() -> None:
    made = board()
    for _ in range(2):
        made.see(RunSettled(row(2, 0.25)))
    assert (made.done, made.states["finished"], len(made.best(9))) == (1, 1, 1)


def test_more_runs_than_were_expected() -> None:
    made = board(runs=1)
    made.see(RunSettled(row(0)))
    made.see(RunSettled(row(1)))
    assert (made.done, made.total) == (2, 2)


@pytest.mark.parametrize("higher", [False, True])
def test_the_best_points_are_those_of_the_results(higher: bool) -> None:
    draws = random.Random(4)
    states: list[State] = ["finished", "finished", "finished", "finished", "failed", "pruned"]
    rows = [
        row(number, draws.choice([0.1, 0.2, draws.random()]), repeat=repeat, state=draws.choice(states))
        for number in range(60)
        for repeat in range(3)
    ]
    draws.shuffle(rows)
    made = board(runs=len(rows), higher=higher)
    for count, run in enumerate(rows, start=1):
        made.see(RunSettled(run))
        if count % 20 == 0:
            expected = [p for p in point_results(rows[:count], higher_is_better=higher) if p.value is not None]
            assert made.best(8) == expected[:8]


def test_a_point_with_a_failed_repeat_is_not_among_the_best() -> None:
    made = board()
    for run in [*repeated(0, 0.1), row(1, 0.5), row(0, state="failed", repeat=1)]:
        made.see(RunSettled(run))
    assert [point.number for point in made.best(8)] == [1]


def test_runs_in_hand() -> None:
    made = board()
    made.see(RunBegan(row(0), resumed=True, epochs_done=5))
    made.see(RunBegan(row(1, values={"training.epochs": 40}), resumed=False, epochs_done=0))
    made.see(RunProgressed(row(0), 6, 0.75))
    made.see(RunProgressed(row(9), 6, 0.75))
    first, second = made.running.values()
    assert (first.epoch, first.epochs, first.value, first.resumed) == (6, 12, 0.75, True)
    assert (second.epoch, second.epochs, second.value) == (0, 40, None)
    made.see(RunSettled(row(0)))
    made.see(RunLost(row(1), "was killed"))
    assert (made.running, made.lost) == ({}, 1)


class TestTimeLeft:
    def test_unknown_before_the_first_run_has_ended(self) -> None:
        clock = Clock()
        made = board(clock=clock)
        clock.now += 60.0
        made.see(RunBegan(row(0), resumed=False, epochs_done=0))
        made.see(RunProgressed(row(0), 11, 0.5))
        assert made.seconds_left() is None

    def test_from_the_runs_of_this_sitting(self) -> None:
        clock = Clock()
        made = Board(clock)
        made.see(started(10, [row(number) for number in range(4)]))
        clock.now += 30.0
        made.see(RunSettled(row(4)))
        made.see(RunSettled(row(5)))
        assert made.seconds_left() == pytest.approx(15.0 * 4)

    def test_runs_in_hand_count_by_their_epochs(self) -> None:
        clock = Clock()
        made = board(runs=4, clock=clock)
        made.see(RunBegan(row(1), resumed=False, epochs_done=0))
        made.see(RunBegan(row(2), resumed=True, epochs_done=6))
        clock.now += 30.0
        made.see(RunSettled(row(0)))
        made.see(RunProgressed(row(1), 3, 0.5))  # a quarter done here, three quarters to go
        made.see(RunProgressed(row(2), 9, 0.5))  # a quarter done here, a quarter to go
        assert made.seconds_left() == pytest.approx(30.0 / 1.5 * (1 + 0.75 + 0.25))

    def test_a_run_that_is_heard_of_twice_counts_once(self) -> None:
        clock = Clock()
        made = board(runs=3, clock=clock)
        clock.now += 5.0
        for _ in range(2):
            made.see(RunSettled(row(0)))
        assert made.seconds_left() == pytest.approx(5.0 * 2)

    def test_nothing_is_left_at_the_end(self) -> None:
        clock = Clock()
        made = board(runs=1, clock=clock)
        clock.now += 5.0
        made.see(RunSettled(row(0)))
        assert made.seconds_left() == 0.0


def test_an_event_costs_next_to_nothing_however_many_runs_there_are() -> None:
    def seconds(count: int) -> float:
        made = board(runs=20_000)
        rows = [row(number, random.random()) for number in range(count)]
        for run in rows[:-500]:
            made.see(RunSettled(run))
        began = time.process_time()
        for run in rows[-500:]:
            made.see(RunSettled(run))
            made.best(8)
        return (time.process_time() - began) / 500

    assert min(seconds(20_000) for _ in range(2)) < 200e-6
