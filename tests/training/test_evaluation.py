"""Figures of a network on rows: those of all rows at once, however they were shared out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from nntrain.network import inference, losses
from nntrain.network.inference import RUN
from nntrain.training.evaluation import Evaluator, Units
from nntrain.types import Array
from tests.references.networks import make_network

COUNT = 3 * RUN + 7


def evaluator(loss_name: str, outputs: int, units: Units) -> Evaluator:
    network = make_network([("dense", {"units": 8}), ("tanh", {}), ("output", {})], 5, outputs, dtype=np.float32)
    return Evaluator(network, losses.build(loss_name, outputs, 1, np.float32), units)


def classification() -> tuple[Evaluator, Array, NDArray[Any]]:
    random = np.random.default_rng(0)
    x = random.standard_normal((COUNT, 5), dtype=np.float32)
    return evaluator("cross_entropy", 3, Units("classification")), x, random.integers(0, 3, COUNT)


def regression() -> tuple[Evaluator, Array, NDArray[Any]]:
    random = np.random.default_rng(0)
    x = random.standard_normal((COUNT, 5), dtype=np.float32)
    units = Units("regression", (lambda values: 100.0 + 7.0 * values,), 7.0)
    return evaluator("mean_squared_error", 1, units), x, random.standard_normal((COUNT, 1), dtype=np.float32)


@pytest.mark.parametrize("made", [classification, regression])
def test_loss_and_predictions_are_those_of_all_rows_at_once(made: Any) -> None:
    judge, x, y = made()
    logits = judge.network.infer(x)
    figures = judge.figures(x, y, judge.metrics)
    assert figures["loss"] == pytest.approx(judge.in_units(judge.loss.value(logits, y)), rel=1e-12)
    meant = judge.loss.predict(logits)
    predicted = judge.predict(x)
    assert predicted.dtype == np.float64
    np.testing.assert_array_equal(predicted, meant if made is classification else 100.0 + 7.0 * meant)
    if made is classification:
        assert figures["accuracy"] == np.mean(predicted.argmax(axis=1) == y)
    else:
        assert figures["rmse"] == pytest.approx(np.sqrt(figures["loss"]), rel=1e-6)


@pytest.mark.parametrize("made", [classification, regression])
def test_bits_do_not_depend_on_threads(made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    judge, x, y = made()
    monkeypatch.setattr(inference, "WORTH_SHARING", 0)
    monkeypatch.setattr(inference, "SMALLEST_BLOCK", 0)
    found = []
    for threads in (1, 2, 5):
        monkeypatch.setattr(inference, "usable_cores", lambda threads=threads: threads)
        found.append((judge.figures(x, y, judge.metrics), judge.predict(x).tobytes()))
    assert found[0] == found[1] == found[2]


def test_no_rows_give_no_predictions() -> None:
    judge, x, _ = classification()
    assert judge.predict(x[:0]).shape == (0, 3)
    judge, x, _ = regression()
    assert judge.predict(x[:0]).shape == (0,)
