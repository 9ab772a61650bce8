"""A sweep in a log."""

from __future__ import annotations

import pytest

from nntrain.report.sweep_lines import SweepLineReport
from nntrain.sweep.events import Noted, RunBegan, RunLost, RunProgressed, RunSettled, SweepEvent
from nntrain.sweep.rows import Row
from tests.report.sweep_events import plain, started
from tests.sweep.runs_made_up import repeated, row

VALUES = {"optimizer.adam.lr": 0.01, "training.batch_size": 64}


def written(*events: SweepEvent) -> list[str]:
    console, out = plain(40)
    with SweepLineReport(console) as report:
        for event in events:
            report(event)
    return out.getvalue().splitlines()


def settled(*rows: Row, higher: bool = False) -> list[str]:
    return written(started(higher=higher), *map(RunSettled, rows))[1:]


def test_one_line_for_each_run_that_is_settled() -> None:
    run = row(17, 0.1234, values=VALUES)
    lines = written(
        started(72, [row(3, 0.11)]),
        RunBegan(run, resumed=False, epochs_done=0),
        RunProgressed(run, 1, 0.5),
        RunSettled(run),
        Noted("the space is exhausted"),
    )
    assert lines == [
        "sweep runs/grid: 72 runs by 2 workers, for the lowest validation_loss; 1 is done",
        "trial 0017-000000 (2 of 72): validation_loss 0.1234 (best 0.1100, trial 3), 12 epochs, 3.20 s: lr 0.01, batch_size 64",
        "note: the space is exhausted",
    ]


def test_the_best_may_be_the_highest() -> None:
    lines = settled(row(0, 0.7), row(1, 0.9), row(2, 0.8), higher=True)
    assert [line.partition("(best ")[2][:15] for line in lines] == [
        "0.7000, trial 0",
        "0.9000, trial 1",
        "0.9000, trial 1",
    ]
    assert written(started(higher=True))[0].endswith("for the highest validation_accuracy")


def test_of_repeats_the_mean_is_the_best() -> None:
    lines = settled(*repeated(0, 0.1, 0.3))
    assert "validation_loss 0.1000 (best 0.1000, trial 0)" in lines[0]
    assert "validation_loss 0.3000 (best mean 0.2000, trial 0)" in lines[1]


def test_a_pruned_run_says_so_and_is_not_the_best() -> None:
    first, second = settled(row(0, 0.1, state="pruned", epochs=1), row(1, 0.2))
    assert first.startswith("trial 0000-000000 (1 of 72): pruned, validation_loss 0.1000, 1 epoch, ")
    assert "(best 0.2000, trial 1)" in second


def test_a_failed_run_says_why() -> None:
    (line,) = settled(row(4, state="failed", reason="training diverged\nin epoch 3", values=VALUES))
    assert line == "trial 0004-000000 (1 of 72): failed: training diverged\\nin epoch 3: lr 0.01, batch_size 64"


def test_a_lost_run_says_what_became_of_it() -> None:
    assert written(started(), RunLost(row(4), "was killed by signal 9 (SIGKILL)"))[1:] == [
        "trial 0004-000000: its worker was killed by signal 9 (SIGKILL); another one goes on with it"
    ]


@pytest.mark.parametrize(
    ("runs", "workers", "words"), [(1, 1, "1 run by 1 worker"), (1000, 8, "1,000 runs by 8 workers")]
)
def test_numbers_agree_with_their_nouns(runs: int, workers: int, words: str) -> None:
    assert words in written(started(runs, workers=workers))[0]
