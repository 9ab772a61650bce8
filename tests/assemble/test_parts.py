"""The loss of a config: what it may know of the target, and what does not fit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.assemble.parts import build_loss, build_parts, loss_choice, units, wants_counts
from nntrain.data.dataset import Dataset, load_dataset
from nntrain.data.preprocessing import Preprocessing
from nntrain.errors import ConfigError, DataError
from nntrain.network import BLOCK
from nntrain.spec import Spec, load_spec, spec_of
from nntrain.training.evaluation import Evaluator

THREE = ["a"] * 6 + ["b"] * 3 + ["c"] * 3
COUNTS = [0, 1, 1, 2, 3, 0, 5, 2, 8, 0, 1, 7]
LOSS = "{cross_entropy: {class_weights: %s, label_smoothing: 0.1}}"


def prepared(folder: Path, loss: str, cells: list[Any], data: str = "") -> tuple[Spec, Dataset]:
    rows = "".join(f"{place},{cell}\n" for place, cell in enumerate(cells))
    (folder / "t.csv").write_text(f"x,y\n{rows}")
    config = folder / "c.yaml"
    config.write_text(f"data: {{train: t.csv, target: y, split: {{validation: 0}}{data}}}\nloss: {loss}\n")
    spec = load_spec(config)
    return spec, load_dataset(spec.config.data, wants_counts(spec))


def test_balanced_weights_come_from_the_training_rows_and_from_the_checkpoint_s_preprocessing(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, LOSS % "balanced", THREE)
    for preprocessing in (dataset.preprocessing, Preprocessing.from_state(dataset.preprocessing.state())):
        loss: Any = build_loss(spec, preprocessing, 8)
        np.testing.assert_allclose(loss.weights, [12 / 18, 12 / 9, 12 / 9], rtol=1e-6)
        assert loss.weights.dtype == np.float32


def test_weights_by_name_follow_the_order_of_the_classes(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, LOSS % "{c: 3.0, a: 0.5}", THREE)
    loss: Any = build_loss(spec, dataset.preprocessing, 8)
    assert loss.weights.tolist() == [0.5, 1.0, 3.0]


def test_classes_that_are_numbers_go_by_their_text(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, LOSS % '{"10": 2.0}', ["9", "10", "11"] * 4, ", task: classification")
    loss: Any = build_loss(spec, dataset.preprocessing, 8)
    assert loss.weights.tolist() == [1.0, 2.0, 1.0]


def test_unknown_classes_are_config_errors_at_their_places(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, LOSS % "{a: 1.0, bb: 2.0, zebra: 3.0}", THREE)
    with pytest.raises(ConfigError) as caught:
        build_loss(spec, dataset.preprocessing, 8)
    key = "loss.cross_entropy.class_weights"
    assert str(caught.value).splitlines() == [
        f"{tmp_path}/c.yaml:2:48: error: {key}.bb: no class 'bb' (did you mean 'b'?)",
        f"{tmp_path}/c.yaml:2:57: error: {key}.zebra: no class 'zebra' (known: a, b, c)",
    ]


@pytest.mark.parametrize(
    ("loss", "cells", "message"),
    [
        (
            "poisson",
            THREE,
            "poisson is for regression; the task here is classification (data.task: regression, if that",
        ),
        ("hinge", [0.5 * place for place in range(40)], "hinge is for classification; the task here is regression"),
        ("binary_cross_entropy", THREE, "binary_cross_entropy is not for 3 classes (cross_entropy is for any number)"),
        ("{focal: {alpha: 0.3}}", THREE, "loss.focal.alpha: 0.3, but there are more than two classes"),
    ],
)
def test_a_loss_must_fit_the_target(tmp_path: Path, loss: str, cells: list[Any], message: str) -> None:
    spec, dataset = prepared(tmp_path, loss, cells)
    with pytest.raises(ConfigError) as caught:
        build_loss(spec, dataset.preprocessing, 8)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{tmp_path}/c.yaml:2:")


def test_a_derived_loss_has_its_settings_as_if_it_were_written(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, "null", THREE)
    written = loss_choice(spec, dataset.preprocessing).plain()
    again = spec_of({**spec.plain(), "loss": written}, "again")
    assert again.plain()["loss"] == written


def test_a_network_has_an_output_for_each_quantile(tmp_path: Path) -> None:
    spec, dataset = prepared(tmp_path, "{quantile: [0.1, 0.5, 0.8]}", [place / 2 for place in range(40)])
    network, loss = build_parts(spec, dataset.preprocessing, 8)
    assert (network.outputs, loss.gradient.shape) == (3, (8, 3))


class TestCounts:
    def test_targets_are_divided_by_their_mean_alone(self, tmp_path: Path) -> None:
        _, dataset = prepared(tmp_path, "poisson", COUNTS, ", task: regression")
        (target,) = dataset.preprocessing.target.columns
        assert (target.mean, target.scale, target.of_counts) == (0.0, float(np.mean(COUNTS)), True)
        np.testing.assert_allclose(dataset.train.y[:, 0] * target.scale, COUNTS, rtol=1e-6)

    def test_predictions_and_figures_are_in_counts(self, tmp_path: Path) -> None:
        spec, dataset = prepared(tmp_path, "poisson", COUNTS, ", task: regression")
        network, loss = build_parts(spec, dataset.preprocessing, BLOCK)
        evaluator = Evaluator(network, loss, units(dataset.preprocessing))  # all weights are 0: the rate is the mean
        x, y = dataset.train.x, dataset.train.y
        np.testing.assert_allclose(evaluator.predict(x), np.mean(COUNTS), rtol=1e-6)
        counts = np.array(COUNTS, float)
        logs = np.log(counts / counts.mean(), out=np.zeros_like(counts), where=counts > 0)
        expected = np.mean(counts * logs - counts + counts.mean())
        assert evaluator.figures(x, y, [])["loss"] == pytest.approx(expected, rel=1e-5)

    def test_other_losses_see_standardised_targets(self, tmp_path: Path) -> None:
        _, dataset = prepared(tmp_path, "huber", [-1, *COUNTS], ", task: regression")
        assert dataset.train.y.mean() == pytest.approx(0.0, abs=1e-6)
        assert not dataset.preprocessing.target.of_counts

    def test_a_negative_count_is_named_with_its_line(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            prepared(tmp_path, "poisson", [1, 2, -3, 4, -0.5, 0], ", task: regression")
        assert str(caught.value).splitlines() == [
            f"{tmp_path}/t.csv:4: error: target 'y': -3 is negative; the loss is for counts: expected ≥ 0",
            f"{tmp_path}/t.csv:6: error: target 'y': -0.5 is negative; the loss is for counts: expected ≥ 0",
        ]

    def test_a_checkpoint_of_before_has_no_counts(self, tmp_path: Path) -> None:
        _, dataset = prepared(tmp_path, "huber", COUNTS, ", task: regression")
        state = dataset.preprocessing.state()
        del state["target"]["of_counts"]
        assert Preprocessing.from_state(state).target == dataset.preprocessing.target
