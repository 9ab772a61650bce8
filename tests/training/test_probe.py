from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.api.fitting import fit, resume
from nntrain.assemble import Prepared, prepare
from nntrain.errors import InterruptedRun
from nntrain.spec import load_spec
from nntrain.training.diagnostics.constant import constant_loss
from nntrain.training.diagnostics.look import FILE, LayerFigures, Look, append_look, read_looks, write_looks
from nntrain.training.diagnostics.parts import parts_of
from nntrain.training.diagnostics.probe import Probe
from nntrain.training.diagnostics.watch import LastStepApart
from nntrain.training.events import EpochEnded, Event
from nntrain.training.steps import Outcome, Stretch
from tests.references.numba import COMPILED
from tests.runs import EVERYTHING, comparable, write_config

NESTED = """
data: {train: {spirals: {rows: 300, classes: 3}}, target: label, split: {validation: 0.2}}
architecture:
  - dense: 16
  - relu
  - residual: [batch_norm, tanh, {dense: 16}, {dropout: 0.1}]
  - sum: {branches: {deep: [{dense: 8}, sigmoid], wide: {dense: 8}}}
training: {epochs: 2}
"""


def prepared(folder: Path, text: str, overrides: Mapping[str, object] | None = None) -> Prepared:
    return prepare(load_spec(write_config(folder, text), overrides=overrides))


def probe_of(run: Prepared, rows: int = 100) -> Probe:
    return Probe(run.network, run.job.evaluator.loss, run.job.train.x[:rows], run.job.train.y[:rows])


@pytest.mark.parametrize("compiled", COMPILED)
@pytest.mark.parametrize("text", [EVERYTHING, NESTED], ids=["everything", "nested"])
def test_a_run_has_the_same_bits_with_diagnostics_and_without(tmp_path: Path, text: str, compiled: bool) -> None:
    config = write_config(tmp_path, text)
    folders = {}
    for watched in (False, True):
        settings = {"training.diagnostics": watched, "training.epochs": 4, "training.compiled": compiled}
        folders[watched] = fit(config, settings, out=tmp_path / str(watched)).folder
    plain, watched_run = (comparable(folder) for folder in folders.values())
    assert watched_run["history"] == plain["history"]
    for name in ("best", "last"):
        assert watched_run[name]["arrays"] == plain[name]["arrays"]
    assert not (folders[False] / FILE).exists()
    assert [look.epoch for look in read_looks(folders[True] / FILE)] == [0, 1, 2, 3, 4]


def test_a_look_leaves_no_trace(tmp_path: Path) -> None:
    run = prepared(tmp_path, EVERYTHING)
    vector, clock = run.network.vector, run.network.clock
    vector.gradient[:], clock.step = 7.0, 5
    probe = probe_of(run)
    stages, before = run.network.stages, [a.copy() for a in (vector.values, vector.gradient, vector.memory)]
    first, second = probe.measure(9, None), probe.measure(9, None)
    assert first == second
    assert run.network.stages is stages
    assert clock.step == 5
    for array, copy in zip((vector.values, vector.gradient, vector.memory), before, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_figures_are_those_of_a_calculation_by_hand(tmp_path: Path) -> None:
    text = "{data: {train: {xor: {rows: 80}}, target: label}, architecture: [{dense: 4}, relu], training: {epochs: 1}}"
    run = prepared(tmp_path, text)
    W, b, V, c = (
        next(p.value for p in run.network.vector.parameters if p.name == name)
        for name in ("1.dense/W", "1.dense/b", "3.output/W", "3.output/b")
    )
    W[:, 2], b[2] = 0.0, -1.0  # a dead unit
    x = run.job.train.x.astype(np.float64)
    y = np.asarray(run.job.train.y)
    z = x @ W.astype(np.float64) + b
    h = np.maximum(z, 0.0)
    p = 1.0 / (1.0 + np.exp(-(h @ V + c)[:, 0]))
    dlogits = (p - y)[:, None] / len(x)
    dz = dlogits @ V.T * (z > 0.0)
    update = np.full_like(run.network.vector.values, 0.5)
    loss, (dense, relu, output) = probe_of(run, 1000).measure(1, update)
    assert loss == pytest.approx(-np.mean(np.log(np.where(y == 1, p, 1.0 - p))), rel=1e-5)
    assert (dense.mean, dense.spread) == pytest.approx((z.mean(), z.std()), rel=1e-4)
    assert (relu.mean, relu.spread) == pytest.approx((h.mean(), h.std()), rel=1e-4)
    assert (relu.dead, relu.saturated) == (0.25, None)
    assert dense.gradient == pytest.approx(np.linalg.norm(x.T @ dz), rel=1e-4)
    assert output.gradient == pytest.approx(np.linalg.norm(h.T @ dlogits), rel=1e-4)
    assert dense.norm == pytest.approx(np.linalg.norm(W), rel=1e-5)
    assert dense.update == pytest.approx(0.5 * math.sqrt(W.size) / np.linalg.norm(W), rel=1e-5)
    assert (dense.weights, relu.weights, relu.gradient, relu.update) == (8, 0, None, None)


@pytest.mark.parametrize(
    ("activation", "dead", "saturated"),
    [
        ("relu", 0.5, None),
        ("gelu", 0.5, None),
        ("leaky_relu", 0.0, None),
        ("sigmoid", None, 0.5),
        ("tanh", None, 0.5),
        ("hard_tanh", None, 0.5),
        ("identity", None, None),
    ],
)
def test_dead_and_saturated_units_are_told_by_the_shape_of_the_activation(
    tmp_path: Path, activation: str, dead: float | None, saturated: float | None
) -> None:
    text = f"{{data: {{train: {{moons: {{rows: 50}}}}, target: label}}, architecture: [{{dense: 4}}, {activation}]}}"
    run = prepared(tmp_path, text)
    weights, bias = (p.value for p in run.network.vector.parameters if p.name.startswith("1.dense"))
    weights *= 0.1
    bias[:2] = -50.0
    figures = probe_of(run).measure(0, None)[1][1]
    assert (figures.dead, figures.saturated) == (dead, saturated)


def test_layers_inside_of_others_have_figures_of_their_own(tmp_path: Path) -> None:
    run = prepared(tmp_path, NESTED)
    _, layers = probe_of(run).measure(0, None)
    assert [layer.name for layer in layers] == [name for name, _ in run.network.walk()]
    assert "3.residual.3.dense" in {layer.name for layer in layers if layer.gradient}
    assert sum(len(part.parameters) for part in parts_of(run.network)) > 4


def test_the_loss_of_a_network_that_answers_0(tmp_path: Path) -> None:
    assert probe_of(prepared(tmp_path, NESTED)).expected == pytest.approx(math.log(3))
    text = """
data: {train: {sql: "SELECT i AS a, i * i AS b FROM range(50) t(i)"}, target: b, task: regression, split: {validation: 0}}
"""
    run = prepared(tmp_path, text)
    assert probe_of(run).expected == pytest.approx(1.0, rel=1e-5)
    assert constant_loss(run.job.evaluator.loss, run.job.train.y) == pytest.approx(1.0, rel=1e-5)


def test_the_best_constant_knows_the_shares_of_the_classes(tmp_path: Path) -> None:
    text = """{data: {train: {sql: "SELECT i AS a, CASE WHEN i % 10 = 0 THEN 'p' ELSE 'n' END AS c FROM range(200) t(i)"}, target: c}}"""
    run = prepared(tmp_path, text)
    share = float(np.mean(np.asarray(run.job.train.y)))
    entropy = -share * math.log(share) - (1.0 - share) * math.log(1.0 - share)
    assert constant_loss(run.job.evaluator.loss, run.job.train.y) == pytest.approx(entropy, rel=1e-6)


class TestTheLastStep:
    def test_is_taken_by_itself_and_weighed(self) -> None:
        values, calls = np.zeros(3, np.float32), list[tuple[int, list[float]]]()

        class Counting:
            failing = False

            def run(self, stretch: Stretch) -> Outcome:
                calls.append((stretch.step, stretch.rates))
                values[:] += sum(stretch.rates)
                return Outcome(stretch.rates[:-1], "loss") if self.failing else Outcome(list(stretch.rates))

            def close(self) -> None: ...

        steps = LastStepApart(Counting(), values, end=10)
        order = np.arange(10)
        assert steps.run(Stretch(order, np.array([0, 2, 4]), [1.0, 2.0], 1)).losses == [1.0, 2.0]
        assert steps.run(Stretch(order, np.array([4, 6, 8, 10]), [3.0, 4.0, 5.0], 3)).losses == [3.0, 4.0, 5.0]
        assert calls == [(1, [1.0, 2.0]), (3, [3.0, 4.0]), (5, [5.0])]
        assert steps.update.tolist() == [5.0] * 3
        assert steps.run(Stretch(order, np.array([8, 10]), [6.0], 5)) == Outcome([6.0])
        Counting.failing = True
        assert steps.run(Stretch(order, np.array([4, 6, 8, 10]), [3.0, 4.0, 5.0], 3)) == Outcome([3.0], "loss")


class TestTheFile:
    LOOK = Look(
        1, 10, 90, 0.5, 0.7, (LayerFigures("1.dense", 0.1, 1.0, gradient=0.2, norm=1.0, weights=4, update=1e-3),)
    )

    def test_says_what_was_seen(self, tmp_path: Path) -> None:
        write_looks(tmp_path / FILE, [self.LOOK])
        append_look(tmp_path / FILE, self.LOOK)
        assert read_looks(tmp_path / FILE) == [self.LOOK, self.LOOK]

    def test_a_line_that_was_cut_off_is_none(self, tmp_path: Path) -> None:
        write_looks(tmp_path / FILE, [self.LOOK, self.LOOK])
        path = tmp_path / FILE
        path.write_bytes(path.read_bytes()[:-40])
        assert read_looks(path) == [self.LOOK]
        assert read_looks(tmp_path / "absent") == []

    def test_numbers_that_are_not_finite_come_back_as_none_of_them(self, tmp_path: Path) -> None:
        layer = LayerFigures("1.dense", math.inf, math.nan)
        write_looks(tmp_path / FILE, [Look(1, 1, 1, math.inf, 1.0, (layer,))])
        (look,) = read_looks(tmp_path / FILE)
        assert all(map(math.isnan, (look.loss, look.layers[0].mean, look.layers[0].spread)))


def test_a_resumed_run_ends_with_the_looks_of_an_undisturbed_one(tmp_path: Path) -> None:
    config = write_config(tmp_path, EVERYTHING)
    settings = {"training.diagnostics.every": 2, "training.epochs": 5}
    whole = fit(config, settings, out=tmp_path / "whole").folder

    class Stop(Exception): ...

    def stop(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.record["epoch"] == 3:
            raise Stop

    with pytest.raises((Stop, InterruptedRun)):
        fit(config, settings, out=tmp_path / "cut", listeners=[stop])
    cut = resume(tmp_path / "cut").folder
    assert read_looks(cut / FILE) == read_looks(whole / FILE)
    assert [look.epoch for look in read_looks(whole / FILE)] == [0, 2, 4]


def test_the_summary_holds_the_last_look_and_the_verdicts(tmp_path: Path) -> None:
    run = fit(write_config(tmp_path, NESTED), {"training.diagnostics": True}, out=tmp_path / "run")
    summary: dict[str, Any] = json.loads((run.folder / "summary.json").read_text())
    assert summary["diagnostics"]["epoch"] == 2
    assert summary["verdicts"] == {}
