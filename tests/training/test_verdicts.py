"""Every verdict is provoked by a short run or by crafted curves, and silent on runs that learn."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from nntrain.api.fitting import fit
from nntrain.training.diagnostics import Course, LayerFigures, Look, verdicts
from nntrain.training.events import Event, Warned

ROOT = Path(__file__).resolve().parent.parent.parent
CONSTANT = {"schedule": "constant"}


def watched(
    folder: Path, config: str, settings: dict[str, Any], *, diagnostics: bool = True
) -> tuple[dict[str, str], str]:
    """The verdicts at the end of a run, and all that was said on the way."""
    said: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Warned) and "learning rate lowered" not in event.message:
            said.append(event.message)

    settings = {**settings, "training.diagnostics": diagnostics, "training.compiled": False}
    run = fit(ROOT / "configs" / f"{config}.yaml", settings, out=folder / "run", listeners=[listen])
    return run.summary["verdicts"], "\n".join(said)


def course(train: Sequence[float], validation: Sequence[float] = (), looks: Sequence[Look] = ()) -> Course:
    records = [{"epoch": n, "lr": 0.01, "train_loss": loss} for n, loss in enumerate(train, start=1)]
    for record, loss in zip(records, validation, strict=False):
        record["validation_loss"] = loss
    return Course(records, looks, baseline=1.0)


def look(epoch: int, *layers: LayerFigures, loss: float = 1.0) -> Look:
    return Look(epoch, 10 * epoch, 256, loss, 1.0, layers)


def dense(name: str, gradient: float, update: float | None = None) -> LayerFigures:
    return LayerFigures(name, 0.0, 1.0, gradient=gradient, norm=1.0, weights=100, update=update)


@pytest.mark.parametrize("config", ["breast_cancer", "diabetes", "digits", "iris", "moons", "spirals", "wine", "xor"])
def test_runs_that_learn_get_none(tmp_path: Path, config: str) -> None:
    assert watched(tmp_path, config, {}) == ({}, "")


RUNS: list[tuple[str, str, dict[str, Any], str]] = [
    (
        "vanishing_gradients",
        "spirals",
        {"architecture": {"hidden": [16] * 8, "activation": "sigmoid"}, "training.epochs": 3},
        r"gradients vanish: a weight of \d+\.dense gets \S+e-\d+ times the gradient of one of 17\.output \(epoch 3; \d more",
    ),
    (
        "exploding_gradients",
        "digits",
        {
            "architecture": {"hidden": [32] * 8, "activation": "relu"},
            "initializer": {"normal": {"std": 1.0}},
            "optimizer": {"sgd": {"lr": 1e-9}},
            "training.epochs": 2,
        },
        r"gradients explode: the gradient of \S+ is \S+ times as large as its weights \(epoch 2\)",
    ),
    (
        "dead_units",
        "spirals",
        {**CONSTANT, "optimizer": {"adam": {"lr": 0.3}}, "training.epochs": 5},
        r"dead units: \d+ % of 9\.relu \(since epoch \d\), off on all of 256 training rows",
    ),
    (
        "saturated_units",
        "digits",
        {
            "architecture": {"hidden": [32, 32], "activation": "tanh"},
            "initializer": {"normal": {"std": 2.0}},
            "training.epochs": 2,
        },
        r"saturated units: \d+ % of 2\.tanh \(from the start\), \d+ % of 4\.tanh",
    ),
    (
        "loss_at_start",
        "digits",
        {
            "architecture": {"hidden": [32], "activation": "relu"},
            "initializer": {"normal": {"std": 1.0}},
            "training.epochs": 1,
        },
        r"the loss at the start is \S+, \d+ times the 2\.303 of outputs that are all 0",
    ),
    (
        "learning_rate_too_high",
        "moons",
        {**CONSTANT, "optimizer": {"momentum": {"lr": 3.0}}, "training.epochs": 12},
        r"the learning rate is too high \(3\): the training loss (jumped|goes up and down|rose)",
    ),
    (
        "learning_rate_too_low",
        "moons",
        {**CONSTANT, "optimizer": {"sgd": {"lr": 3e-4}}, "training.epochs": 12},
        r"the learning rate is too low \(0\.0003\): .* in 12 epochs .*; a step changes weights by \S+e-05 of their size",
    ),
    (
        "overfitting",
        "diabetes",
        {
            **CONSTANT,
            "architecture": {"hidden": [128, 128], "activation": "relu"},
            "optimizer": {"adam": {"lr": 0.003}},
            "regularization": {},
            "training.early_stopping": False,
            "training.epochs": 60,
        },
        r"overfitting since epoch \d+: the validation loss rose from \S+ to \S+ while the training loss fell from",
    ),
    (
        "underfitting",
        "xor",
        {"architecture.hidden": []},
        r"underfitting: the training loss stays at 0\.69\d+, a constant answer has 0\.6931",
    ),
]


@pytest.mark.parametrize(("name", "config", "settings", "words"), RUNS, ids=[name for name, *_ in RUNS])
def test_a_run_that_goes_wrong_gets_its_verdict(
    tmp_path: Path, name: str, config: str, settings: dict[str, Any], words: str
) -> None:
    import re

    found, said = watched(tmp_path, config, settings)
    assert name in found
    assert re.search(words, found[name]), found[name]
    assert re.search(r"^epoch \d+: " + re.escape(found[name][:12]), said, re.MULTILINE), said


def test_the_curves_are_judged_without_diagnostics_at_the_end(tmp_path: Path) -> None:
    found, said = watched(tmp_path, "xor", {"architecture.hidden": []}, diagnostics=False)
    assert list(found) == ["underfitting"]
    assert said == ""


FALLING = [1.0 / n for n in range(1, 21)]


class TestCurves:
    def test_a_curve_that_falls_to_its_plateau_is_healthy(self) -> None:
        assert verdicts(course(FALLING, [loss + 0.05 for loss in FALLING])) == {}

    def test_too_few_epochs_say_nothing(self) -> None:
        assert verdicts(course([1.0, 3.0, 1.0, 3.0, 1.0, 3.0, 1.0])) == {}
        assert verdicts(course([])) == {}

    @pytest.mark.parametrize(
        ("losses", "words"),
        [
            ([0.5, 0.9] * 6, "goes up and down by"),
            ([1.0, 0.5, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], "rose from 0.3 in epoch 3 to 0.7"),
            ([0.9, 0.6, 0.5, 40.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], "jumped from 0.5 to 40 in epoch 4"),
        ],
    )
    def test_a_learning_rate_too_high(self, losses: list[float], words: str) -> None:
        assert words in verdicts(course(losses))["learning_rate_too_high"]

    def test_noise_around_a_small_loss_is_no_oscillation(self) -> None:
        assert "learning_rate_too_high" not in verdicts(course([1.0, 0.3, *[0.01, 0.02] * 6]))

    def test_a_slow_fall_is_no_low_rate_where_the_steps_are_of_the_usual_size(self) -> None:
        losses = [1.0 - 0.01 * n for n in range(12)]
        assert "learning_rate_too_low" in verdicts(course(losses))
        usual = [look(n, dense("1.output", 1.0, 1e-3)) for n in (1, 2)]
        assert "learning_rate_too_low" not in verdicts(course(losses, looks=usual))

    def test_overfitting_needs_a_rise_that_lasts(self) -> None:
        train = [0.5 / n for n in range(1, 21)]
        risen = [0.5, 0.4, 0.3, 0.35, *[0.6] * 16]
        assert "overfitting since epoch 3: " in verdicts(course(train, risen))["overfitting"]
        assert "overfitting" not in verdicts(course(train, [*risen[:-1], 0.31]))
        assert "overfitting" not in verdicts(course([0.5] * 20, risen))

    def test_values_that_are_no_numbers_are_survived(self) -> None:
        assert isinstance(verdicts(Course(course([math.nan] * 10).history)), dict)


class TestLayers:
    def test_healthy_layers(self) -> None:
        layers = [dense("1.dense", 0.3), LayerFigures("2.relu", 0.4, 0.6, dead=0.1), dense("3.output", 1.0)]
        assert verdicts(course([], looks=[look(n, *layers) for n in range(5)])) == {}

    def test_one_look_is_not_enough(self) -> None:
        start, later = (
            look(0, dense("1.dense", 0.0), dense("2.output", 1.0)),
            look(1, dense("1.dense", 0.5), dense("2.output", 1.0)),
        )
        assert verdicts(course([], looks=[start])) == {}
        assert (
            verdicts(course([], looks=[start, later])) == {}
        )  # an output layer of zeros lets nothing through at first
        assert "vanish" in verdicts(course([], looks=[later, start, start]))["vanishing_gradients"]

    def test_gradients_that_grow_on_their_way_back(self) -> None:
        looks = [look(n, dense("1.dense", 5e-2), dense("2.output", 1e-6)) for n in (1, 2)]
        assert "a weight of 1.dense gets 5.0e+04 times" in verdicts(course([], looks=looks))["exploding_gradients"]

    def test_dead_units_since_when_they_are_so_without_a_break(self) -> None:
        shares = [0.5, 0.1, 0.5, 0.625]
        looks = [look(n, LayerFigures("2.relu", 0.0, 0.0, dead=share)) for n, share in enumerate(shares)]
        assert "62 % of 2.relu (since epoch 2)" in verdicts(course([], looks=looks))["dead_units"]
        assert "dead_units" not in verdicts(course([], looks=looks[:3]))

    def test_no_gradient_at_all_is_no_ratio(self) -> None:
        looks = [look(n, dense("1.dense", 0.0), dense("2.output", 0.0)) for n in range(3)]
        assert verdicts(course([], looks=looks)) == {}

    def test_the_start_is_what_it_was_before_the_first_step(self) -> None:
        assert "8 times the 1 of" in verdicts(course([], looks=[look(0, loss=8.0)]))["loss_at_start"]
        assert verdicts(course([], looks=[look(0, loss=3.0)])) == {}
        assert verdicts(course([], looks=[look(1, loss=8.0)])) == {}
