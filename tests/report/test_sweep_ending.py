"""What is said at the end of a sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nntrain.report.console import show
from nntrain.report.sweep_effects import effects_table
from nntrain.report.sweep_ending import noise_words, print_sweep_ending
from nntrain.sweep.effects import Effect, Level
from nntrain.sweep.results import Noise, noise, point_results
from nntrain.sweep.rows import Row
from nntrain.sweep.summary import SweepSummary
from tests.report.sweep_events import plain
from tests.sweep.runs_made_up import repeated, row

DIVERGED = "training diverged: the loss is not finite in epoch {}, batch 6; usual remedies: a lower learning rate"


def summary(rows: list[Row], *, higher: bool = False, **more: Any) -> SweepSummary:
    points = point_results(rows, higher_is_better=higher)
    given: dict[str, Any] = {
        "folder": Path("runs/grid"),
        "objective": "validation_loss",
        "higher_is_better": higher,
        "rows": rows,
        "points": points,
        "noise": noise(points),
        "effects": [],
        "edges": [],
        "best_config": Path("runs/grid/best.yaml"),
        "test": None,
        "openings": 0,
    }
    return SweepSummary(**{**given, **more})


def printed(what: SweepSummary, width: int = 120) -> str:
    console, out = plain(width)
    print_sweep_ending(console, what)
    return out.getvalue()


def labelled(what: SweepSummary) -> dict[str, str]:
    """The text behind each label, its lines joined."""
    found: dict[str, list[str]] = {}
    label = ""
    for line in printed(what, 200).splitlines():
        label = line[2:16].strip() or label
        found.setdefault(label, []).append(line[16:].strip())
    return {label: " ".join(lines) for label, lines in found.items()}


class TestLines:
    def test_the_best_point_and_what_to_do_with_it(self) -> None:
        found = labelled(summary([row(0, 0.25), row(3, 0.125)]))
        assert found["trials"] == "2 finished"
        assert found["best"] == "validation_loss 0.1250, trial 3: lr 0.001"
        assert found["run"] == "runs/grid/trials/0003-000000"
        assert found["config"] == "runs/grid/best.yaml"
        assert found["next"] == "nntrain fit runs/grid/best.yaml"
        assert found["sweep"] == "runs/grid"
        assert "test" not in found

    def test_how_runs_ended(self) -> None:
        rows = [*repeated(0, 0.1, 0.2), row(1, state="failed"), row(2, state="pruned"), row(3, state="waiting")]
        assert labelled(summary(rows))["trials"] == "5 runs of 4 points: 2 finished, 1 failed, 1 pruned, 1 not run yet"

    def test_reasons_that_differ_in_their_numbers_are_one(self) -> None:
        reasons = [DIVERGED.format(3), DIVERGED.format(14), "not enough memory", "b", "c", "d"]
        rows = [row(n, state="failed", reason=reason) for n, reason in enumerate(reasons)]
        console, out = plain(200)
        print_sweep_ending(console, summary(rows))
        assert out.getvalue().splitlines()[2:6] == [
            f"  failed        {DIVERGED.format(3)} (and 1 more run like this)",
            "                not enough memory",
            "                b",
            "                and 2 more reasons, in trials.csv",
        ]

    def test_where_nothing_finished(self) -> None:
        text = printed(summary([row(0, state="failed", reason="diverged")], best_config=None))
        assert [line.split()[0] for line in text.split("\n") if line] == ["trials", "failed", "sweep"]

    def test_no_runs_at_all(self) -> None:
        assert labelled(summary([], best_config=None))["trials"] == "none"

    @pytest.mark.parametrize(("openings", "words"), [(1, "opened once"), (3, "opened 3 times, for as many winners")])
    def test_the_test_rows_and_how_often_they_were_opened(self, openings: int, words: str) -> None:
        found = labelled(summary([row(0)], test={"loss": 0.25, "macro_f1": 0.75}, openings=openings))
        assert found["test"] == f"loss 0.2500, macro F1 0.7500 of the winner only; the test rows were {words}"

    def test_edges_are_notes(self) -> None:
        text = printed(summary([row(0)], edges=["lr: the best value lies at the end"]))
        assert text.endswith("\nnote: lr: the best value lies at the end\n")

    def test_what_a_user_wrote_is_only_text(self) -> None:
        values = {"data.target": "[bold]x[/b]\x1b[31m"}
        assert "[bold]x[/b]\\x1b[31m" in printed(summary([row(0, values=values)]))


class TestNoise:
    def words(self, *rows: Row, higher: bool = False) -> str:
        points = point_results(rows, higher_is_better=higher)
        return noise_words(points, noise(points))

    def test_unknown(self) -> None:
        words = "unknown from one repeat of each point; repeats: 3 in the file would tell it from a difference"
        assert self.words(row(0, 0.1), row(1, 0.2)) == words
        assert self.words(row(0, 0.1), row(1, 0.1), row(2, 0.1)) == f"{words}; 2 other points came out the same (≈)"

    def test_within(self) -> None:
        rows = [*repeated(0, 0.10, 0.12), *repeated(1, 0.115, 0.135), *repeated(2, 0.5, 0.52)]
        assert self.words(*rows) == (
            "± 0.014 from seed to seed, so that a difference below 0.028 says nothing: "
            "1 other point may be as good as the best (≈)"
        )

    def test_ahead(self) -> None:
        words = self.words(*repeated(0, 10.0, 12.0), *repeated(1, 50.0, 52.0))
        assert words.startswith("± 1.4 from seed to seed, so that a difference below 2.8 says nothing: ")
        assert words.endswith("the best point is ahead of all others by more")

    def test_of_a_single_point(self) -> None:
        assert self.words(*repeated(0, 1.0, 3.0)).endswith("says nothing")

    def test_none(self) -> None:
        points = point_results([*repeated(0, 0.5, 0.5), *repeated(1, 0.6, 0.6)], higher_is_better=False)
        assert noise_words(points, Noise(0.0, 0.0)).startswith("± 0.00 from seed to seed")

    def test_points_within_it_are_marked(self) -> None:
        rows = [*repeated(0, 0.10, 0.12), *repeated(1, 0.115, 0.135), *repeated(2, 0.5, 0.52)]
        first, second, third = printed(summary(rows)).splitlines()[3:6]
        assert "≈" in second
        assert "≈" not in first + third


def test_ten_points_at_most_the_best_first() -> None:
    lines = printed(summary([row(number, 0.01 * number) for number in range(30)])).splitlines()
    assert [line.split()[:2] for line in lines[3:13]] == [[str(n + 1), str(n)] for n in range(10)]
    assert lines[13] == ""


def levels(*means: float) -> list[Level]:
    return [Level(f"v{number}", 3, mean, mean - 0.1) for number, mean in enumerate(means)]


def table(effects: list[Effect], width: int = 80, *, higher: bool = False) -> list[str]:
    console, out = plain(width)
    show(console, effects_table(effects, width, higher_is_better=higher))
    return out.getvalue().splitlines()


class TestEffects:
    def test_means_and_importances(self) -> None:
        found = table([Effect("optimizer.adam.lr", levels(2.0, 0.5), 0.873), Effect("x.hidden", levels(0.5), None)])
        assert [" ".join(line.split()) for line in found] == [
            "setting importance value points mean best",
            "─" * len(found[1]),
            "optimizer.adam.lr 87% v0 3 2.0000 1.9000",
            "v1 3 0.5000 0.4000",
            "",
            "x.hidden – v0 3 0.5000 0.4000",
        ]

    def test_without_importances_there_is_no_column(self) -> None:
        assert table([Effect("x", levels(2.0, 0.5), None)])[0].split() == ["setting", "value", "points", "mean", "best"]

    def test_short_names_where_there_is_no_room(self) -> None:
        effect = Effect("architecture.of.a.very.long.name", levels(1.0), 0.5)
        assert "architecture.of.a.very.long.name" in table([effect], 80)[2]
        assert table([effect], 60)[2].startswith("name ")

    @pytest.mark.parametrize("higher", [False, True])
    def test_of_very_many_values_the_best_ones(self, higher: bool) -> None:
        found = table([Effect("x", levels(*(float(n) for n in range(20))), None)], higher=higher)
        assert "v19" in found[2] if higher else "v0" in found[2]
        assert "and 12 more, none better" in found[10]

    def test_they_are_part_of_the_ending(self) -> None:
        assert "importance" in printed(summary([row(0)], effects=[Effect("x", levels(2.0, 0.5), 1.0)]))


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    values = {"optimizer": {"rmsprop": {"decay": 0.95}}, "architecture.hidden": [512] * 6, "schedule": "cosine" * 6}
    rows = [run for n in range(12) for run in repeated(n, 0.1 * n, 0.1 * n + 0.2, values=values)]
    effects = [Effect("architecture.hidden.very.long", [Level("x" * 60, 3, 0.1, 0.05)] * 3, 0.5)]
    text = printed(summary(rows, effects=effects, test={"validation_balanced_accuracy": 0.5} | {"loss": 1.0}), width)
    assert max(map(len, text.splitlines())) <= width
