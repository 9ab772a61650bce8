from __future__ import annotations

import pytest

from nntrain.report.epoch_table import MOST_ROWS, EpochTable
from nntrain.training.events import Record

METRICS = ["validation_accuracy", "validation_macro_f1", "validation_roc_auc"]


def record(epoch: int, *, metrics: list[str] = METRICS[:1], validated: bool = True) -> Record:
    row: Record = {
        "epoch": epoch,
        "step": epoch * 10,
        "lr": 1e-3,
        "seconds": 0.0123,
        "samples_per_second": 123_456.0,
        "train_loss": 1.0 / epoch,
    }
    if validated:
        row |= {"validation_loss": 1.1 / epoch, **dict.fromkeys(metrics, 0.9)}
    return row


def table(count: int, best: int, epochs: int = 5000, metrics: list[str] = METRICS[:1]) -> EpochTable:
    made = EpochTable(epochs, metrics)
    for epoch in range(1, count + 1):
        made.add(record(epoch, metrics=metrics), best=epoch == best)
    return made


def lines(made: EpochTable, width: int = 100, height: int = MOST_ROWS) -> list[str]:
    return made.render(width, height).plain.splitlines()


def test_rows_are_aligned_and_the_best_is_marked() -> None:
    head, names, rule, *rows = lines(table(3, best=2))
    assert names.split() == ["epoch", "loss", "loss", "accuracy", "rate", "seconds", "per", "s"]
    assert set(rule) == {"─"}
    assert [row.rstrip(" ★")[-7:] for row in rows] == ["123,456"] * 3
    assert [row.endswith("★") for row in rows] == [False, True, False]
    assert len(head) == len(names) == len(rows[0])


def test_only_the_latest_best_is_marked() -> None:
    made = table(3, best=1)
    made.add(record(4), best=True)
    assert [line.endswith("★") for line in lines(made)[3:]] == [False, False, False, True]


@pytest.mark.parametrize("count", [1, 14, 15, 16, 17, 1000])
@pytest.mark.parametrize("best", [1, 2, 3, 15, 16, 990])
def test_height_is_bounded_and_the_best_is_always_there(count: int, best: int) -> None:
    shown = lines(table(count, best))
    assert len(shown) <= 3 + MOST_ROWS
    assert shown[-1].strip("★ ").startswith(f"{count}/")
    if best <= count:
        assert sum(line.endswith("★") for line in shown) == 1
        gaps = [line for line in shown if line.strip() == "⋮"]
        assert len(gaps) == (count > MOST_ROWS and best < count - MOST_ROWS + 2)


@pytest.mark.parametrize("height", [-3, 0, 1, 5])
def test_a_low_terminal_shows_few_rows(height: int) -> None:
    assert len(lines(table(100, best=1), height=height)) == 3 + max(height, 4)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("metrics", [METRICS[:1], METRICS])
def test_nothing_is_wider_than_the_terminal(width: int, metrics: list[str]) -> None:
    shown = lines(table(20, best=20, metrics=metrics), width)
    assert max(map(len, shown)) <= width
    assert "loss" in shown[1]
    assert ("per s" in shown[1]) == (width == 120 or (width == 80 and len(metrics) == 1))


def test_without_validation_there_are_no_empty_columns() -> None:
    made = EpochTable(3, [])
    made.add(record(1, validated=False), best=True)
    assert lines(made)[1].split() == ["epoch", "loss", "rate", "seconds", "per", "s"]


def test_ascii() -> None:
    made = EpochTable(100, [], unicode=False)
    for epoch in range(1, 40):
        made.add(record(epoch), best=epoch == 1)
    assert made.render(100).plain.isascii()
