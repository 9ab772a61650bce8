"""A sweep on a terminal: what is drawn, how often, and that it always fits."""

from __future__ import annotations

import io
import random
import time
from contextlib import nullcontext
from typing import Any

import pytest
from rich.cells import cell_len

from nntrain.errors import FailedSweepError, InterruptedRun
from nntrain.report.sweep_live import BURST, INTERVAL, SweepLiveReport
from nntrain.sweep.events import Noted, RunBegan, RunLost, RunProgressed, RunSettled
from tests.report.sweep_events import ANSI, Clock, last_view, started, terminal
from tests.sweep.runs_made_up import row

WIDE: dict[str, Any] = {
    "optimizer": {"rmsprop": {"decay": 0.95}},
    "architecture.hidden": [512, 256, 128, 64, 32],
    "schedule": {"exponential": {"alpha": 0.01}},
    "regularization.l2": 1.23456789e-5,
}


def drawings(out: io.StringIO) -> int:
    return out.getvalue().count(" of 72")


def report_of(width: int = 80, height: int = 24, clock: Clock | None = None) -> tuple[SweepLiveReport, io.StringIO]:
    console, out = terminal(width, height)
    return SweepLiveReport(console, clock or Clock()), out


def test_points_runs_and_what_is_left() -> None:
    clock = Clock()
    report, out = report_of(clock=clock)
    with report:
        report(started())
        for number, value in enumerate([0.4, 0.2, 0.3]):
            report(RunSettled(row(number, value)))
        report(RunSettled(row(5, state="failed", reason="training diverged: in epoch 3; usual remedies: many")))
        report(RunSettled(row(6, 0.01, state="pruned")))
        report(RunLost(row(7), "was killed by signal 9 (SIGKILL)"))
        report(RunBegan(row(7), resumed=True, epochs_done=3))
        report(RunBegan(row(8), resumed=False, epochs_done=0))
        clock.now += 50.0
        report(RunProgressed(row(7), 9, 0.4567))
        view = last_view(out)
        printed = ANSI.sub("", out.getvalue())
    assert view[0].split() == ["trial", "objective", "lr"]
    assert [line.split()[:3] for line in view[2:5]] == [
        ["1", "1", "0.2000"],
        ["2", "2", "0.3000"],
        ["3", "0", "0.4000"],
    ]
    assert view[6].split() == ["0007-000000", "epoch", "9/12", "0.4567", "resumed:", "lr", "1.0"]
    assert view[7].split() == ["0008-000000", "epoch", "0/12", "–", "lr", "0.1"]
    assert view[9].endswith("5 of 72, 10:02 left, 1 failed, 1 pruned, 1 worker lost")
    assert printed.startswith("sweep runs/grid: 72 runs by 2 workers, for the lowest validation_loss\n")
    assert "note: trial 0005-000000 failed: training diverged: in epoch 3\n" in printed.replace("\r", "")
    assert "its worker was killed by signal 9" in printed


def test_no_time_is_told_before_the_first_run_has_ended() -> None:
    report, out = report_of()
    with report:
        report(started())
        report(RunBegan(row(0), resumed=False, epochs_done=0))
        assert last_view(out)[-1].endswith("0 of 72")


def test_it_draws_no_more_than_the_interval_allows() -> None:
    clock = Clock()
    report, out = report_of(clock=clock)
    with report:
        report(started())
        for count in range(1000):
            report(RunProgressed(row(0), count, 0.5))
            clock.now += 0.01
        assert 10.0 / INTERVAL - 1 <= drawings(out) <= 10.0 / INTERVAL + BURST + 1


def test_what_the_workers_begin_with_is_seen_at_once() -> None:
    report, out = report_of()
    with report:
        report(started())
        for number in range(3):
            report(RunBegan(row(number), resumed=False, epochs_done=0))
        assert sum("epoch  0/12" in line for line in last_view(out)) == 3


@pytest.mark.parametrize("height", [2, 5, 7, 8, 10, 16, 24, 60])
@pytest.mark.parametrize("width", [20, 40, 80, 120])
@pytest.mark.parametrize("running", [0, 1, 3, 20])
def test_it_fits_whatever_the_terminal(width: int, height: int, running: int) -> None:
    report, out = report_of(width, height, clock := Clock())
    with report:
        report(started())
        for number in range(30):
            report(RunSettled(row(number, 0.1 * number, values=WIDE)))
        for number in range(30, 30 + running):
            report(RunBegan(row(number, values=WIDE), resumed=True, epochs_done=3))
        clock.now += 5.0
        report(RunProgressed(row(30, values=WIDE), 4, 0.5))
        view = last_view(out)
    assert len(view) <= height
    assert max(map(cell_len, view)) <= width
    assert "30 of 72" in view[-1]


@pytest.mark.parametrize(("width", "bar"), [(24, ""), (40, "━" * 10)])
def test_the_bar_gives_way_to_its_words(width: int, bar: str) -> None:
    report, out = report_of(width, 24, clock := Clock())
    with report:
        report(started())
        clock.now += 5.0
        for number in range(72):
            report(RunSettled(row(number)))
        clock.now += 5.0
        report(Noted("the last"))
        assert last_view(out)[-1].split() == [*([bar] if bar else []), "72", "of", "72,", "0:00", "left"]


def test_the_lines_that_there_is_room_for_are_used() -> None:
    report, out = report_of(80, 24, clock := Clock())
    with report:
        report(started())
        for number in range(30):
            report(RunSettled(row(number, 0.1 * number)))
        for number in range(30, 50):
            report(RunBegan(row(number), resumed=False, epochs_done=0))
        clock.now += 5.0
        report(Noted("the last"))
        text = "\n".join(last_view(out))
    assert text.count("epoch") == 7
    assert "and 13 more" in text
    assert "\n8 " in text


class TestEnd:
    def run(self, error: BaseException | None) -> str:
        report, out = report_of()
        with nullcontext() if error is None else pytest.raises(type(error)), report:
            report(started())
            report(RunSettled(row(0, 0.25)))
            before = len(out.getvalue())
            if error is not None:
                raise error
        assert out.getvalue().count("\x1b[?25l") == out.getvalue().count("\x1b[?25h") == 1
        return out.getvalue()[before:]

    @pytest.mark.parametrize("error", [None, FailedSweepError("too many")])
    def test_the_ending_finds_a_clean_terminal(self, error: BaseException | None) -> None:
        assert self.run(error).rstrip().endswith("\x1b[2K")

    @pytest.mark.parametrize("error", [InterruptedRun("stopped", 2), KeyboardInterrupt(), ValueError("a bug")])
    def test_what_was_reached_stays_where_no_ending_follows(self, error: BaseException) -> None:
        assert "1 of 72" in self.run(error).rpartition("\x1b[2K")[2]

    def test_nothing_began(self) -> None:
        report, out = report_of()
        with report:
            pass
        assert out.getvalue() == ""


def test_a_thousand_runs_in_twenty_seconds_cost_little() -> None:
    clock = Clock()
    report, _ = report_of(clock=clock)
    draws = random.Random(0)
    began = time.process_time()
    with report:
        report(started(1000))
        for number in range(1000):
            run = row(number, draws.random(), values=WIDE)
            report(RunBegan(run, resumed=False, epochs_done=0))
            for epoch in (1, 2):
                clock.now += 0.01
                report(RunProgressed(run, epoch, 0.5))
            report(RunSettled(run))
    assert time.process_time() - began < 0.1 * 20.0
