"""Runs with averaging, settings of single layers, and numbers that follow schedules: end to end."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

import nntrain
from nntrain.assemble import prepare
from nntrain.config.scheduled import Progress
from nntrain.errors import ConfigError, InterruptedRun
from nntrain.network.fusion import DenseStage
from nntrain.optim.averaging import AVERAGE, Averaged
from nntrain.optim.groups import Grouped
from nntrain.spec import load_spec
from nntrain.training.checkpoint import load_checkpoint
from nntrain.training.events import CheckpointSaved, Event
from nntrain.training.following import Following
from nntrain.training.steps import Steps
from tests.runs import comparable, write_config

CONFIG = """
data:
  train: {spirals: {rows: 200, noise: 0.05, classes: 3}}
  target: label
  split: {validation: 0.2, test: 0.2}
architecture: {hidden: [8, 8], activation: relu, batch_norm: true, dropout: {value: 0.2, schedule: flat_cosine}}
loss: {cross_entropy: {label_smoothing: {value: 0.1, schedule: cosine}}}
optimizer: {adam: {lr: 0.02}}
schedule: coslog4
parameters: {bias: {lr: 0.1}, scale: {lr: 6}, output: {l2: 1e-3}, 1.dense: {l1: 1e-4, lr: 0.5}}
regularization: {l1: 1e-5, weight_decay: {value: 0.02, schedule: flat_cosine}}
training: {epochs: 4, batch_size: 17, seed: 3, average: 0.9, compiled: false, checkpoint_every_steps: 3}
"""


class Stop:
    """Sends this process a signal at the n-th save."""

    def __init__(self, saves: int) -> None:
        self.left = saves

    def __call__(self, event: Event) -> None:
        if isinstance(event, CheckpointSaved):
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> nntrain.Run:
    folder = tmp_path_factory.mktemp("averaged")
    return nntrain.fit(write_config(folder, CONFIG), out=folder / "run")


@pytest.mark.parametrize("saves", [1, 4, 7])
def test_a_run_that_was_stopped_ends_in_the_same_bytes(tmp_path: Path, run: nntrain.Run, saves: int) -> None:
    out = tmp_path / "run"
    with pytest.raises(InterruptedRun):
        nntrain.fit(write_config(tmp_path, CONFIG), out=out, listeners=[Stop(saves)])
    nntrain.resume(out)
    one, other = comparable(out), comparable(run.folder)
    for name in ("best", "last"):
        assert one[name]["arrays"] == other[name]["arrays"]
    assert one["history"] == other["history"]


def test_what_is_kept_and_predicts_is_the_average(run: nntrain.Run) -> None:
    best = load_checkpoint(run.folder / "best.safetensors")
    model = nntrain.load(run.folder)
    found = model.bundle.network.vector.values
    np.testing.assert_array_equal(found, best.arrays[f"slot/{AVERAGE}"])
    assert not np.array_equal(found, best.arrays["parameters"])


def test_validation_is_of_the_average(run: nntrain.Run) -> None:
    epoch = run.summary["best_epoch"]
    record = load_checkpoint(run.folder / "best.safetensors").header["state"]["history"][epoch - 1]
    assert run.summary["metrics"]["validation"]["accuracy"] == pytest.approx(record["validation_accuracy"], abs=1e-9)
    assert run.summary["metrics"]["validation"]["loss"] == pytest.approx(record["validation_loss"], rel=1e-6)


def prepared(folder: Path, **changes: Any) -> Any:
    return prepare(load_spec(write_config(folder, CONFIG), overrides=changes))


def test_what_is_built(tmp_path: Path) -> None:
    job = prepared(tmp_path).job
    assert isinstance(job.step.optimizer, Averaged)
    assert isinstance(job.step.optimizer.inner, Grouped)
    assert isinstance(job.steps, Following)
    assert {follower.name for follower in job.steps.followers} == {
        "4.dropout: dropout rate",
        "8.dropout: dropout rate",
        "label_smoothing",
        "weight_decay",
    }


def test_numbers_follow_their_schedules_at_every_step(tmp_path: Path) -> None:
    job = prepared(tmp_path).job
    steps = job.batches.count * 4
    seen = []
    run, inner = job.steps.inner.run, job.steps.inner

    def spy(stretch: Any) -> Any:
        decays = {part.weight_decay for part, _ in job.step.optimizer.inner.parts}
        seen.append((job.step.network.layers[3].rate, job.step.loss.smoothing, decays.pop(), len(decays)))
        assert job.step.loss.arguments[1] == job.step.loss.smoothing
        return run(stretch)

    inner.run = spy
    order = job.batches.order(0)
    from nntrain.training.steps import Stretch

    for epoch in range(4):
        outcome = job.steps.run(
            Stretch(order, job.batches.bounds, [0.01] * job.batches.count, epoch * job.batches.count + 1)
        )
        assert outcome.failed is None
        assert len(outcome.losses) == job.batches.count
    assert len(seen) == steps
    for step, (rate, smoothing, decay, others) in enumerate(seen):
        share = step / steps
        fall = 0.5 * (1 + np.cos(np.pi * max(2 * share - 1, 0)))
        assert (rate, decay, others) == (pytest.approx(0.2 * fall), pytest.approx(0.02 * fall), 0)
        assert smoothing == pytest.approx(0.1 * 0.5 * (1 + np.cos(np.pi * share)))
    assert job.evaluator.loss.smoothing == 0.1  # figures of epochs compare


def test_a_constant_schedule_gives_the_bits_of_a_plain_number(tmp_path: Path) -> None:
    plain = {
        "architecture.dropout": 0.2,
        "loss.cross_entropy.label_smoothing": 0.1,
        "regularization.weight_decay": 0.02,
        "training.fuse": False,
    }
    constant = {key: {"value": value, "schedule": "constant"} for key, value in plain.items() if key != "training.fuse"}
    config = write_config(tmp_path, CONFIG)
    one = nntrain.fit(config, plain, out=tmp_path / "one")
    other = nntrain.fit(config, constant | {"training.fuse": False}, out=tmp_path / "other")
    assert comparable(one.folder)["last"]["arrays"] == comparable(other.folder)["last"]["arrays"]


def test_scheduled_dropout_of_every_share_moves(tmp_path: Path) -> None:
    made = prepared(tmp_path, **{"architecture.batch_norm": False, "training.shares": 2})
    names = [follower.name for follower in made.job.steps.followers]
    assert names.count("3.dropout: dropout rate") == names.count("label_smoothing") == 2
    made.job.steps.close()


def test_scheduled_dropout_is_not_fused(tmp_path: Path) -> None:
    network = prepared(tmp_path, **{"architecture.batch_norm": False}).network
    assert [type(stage).__name__ for stage in network.stages] == [
        "DenseStage",
        "Dropout",
        "DenseStage",
        "Dropout",
        "DenseStage",
    ]
    assert all(not stage.tail.limit for stage in network.stages if isinstance(stage, DenseStage))


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parameters": {"2.dense": {"lr": 1.0}}}, "no parameters of that name here (did you mean '5.dense'?)"),
        ({"parameters": {"bias": {"lr": -1.0}}}, "parameters.bias.lr: -1.0; expected a number ≥ 0"),
        ({"parameters": {"bias": {"rate": 1.0}}}, "unknown key"),
        ({"architecture.dropout": 1.5}, "architecture.dropout: 1.5; expected a number < 1"),
        (
            {"architecture.dropout": {"value": 1.5, "schedule": "cosine"}},
            "architecture.dropout.value: 1.5; expected a number < 1",
        ),
        ({"architecture.dropout": {"value": 0.5}}, "architecture.dropout.schedule: missing: this key is required"),
        (
            {"regularization.weight_decay": {"value": 0.5, "schedule": "cosin"}},
            "unknown schedule 'cosin' (did you mean 'cosine'?)",
        ),
        (
            {"regularization.weight_decay": {"value": 0.5, "schedule": {"warmup": {"then": "plateau"}}}},
            "plateau waits for results; expected a schedule that follows from progress alone",
        ),
        ({"training.average": 1.0}, "training.average"),
    ],
)
def test_mistakes(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError) as refused:
        prepared(tmp_path, **changes)
    assert says in str(refused.value)


def test_progress_is_that_of_the_learning_rate() -> None:
    following = Following(Mock(spec=Steps), [], 7, 5)
    assert following.progress(1) == Progress(0.0, 5, 1 / 7)
    assert following.progress(7 * 3 + 2 + 1) == Progress(3 + 2 * (1 / 7), 5, 1 / 7)


def test_averaging_leaves_the_training_as_it_is(tmp_path: Path) -> None:
    config = write_config(tmp_path, CONFIG)
    with_average = nntrain.fit(config, out=tmp_path / "one")
    without = nntrain.fit(config, {"training.average": False}, out=tmp_path / "other")
    one, other = (load_checkpoint(run.folder / "last.safetensors").arrays for run in (with_average, without))
    np.testing.assert_array_equal(one["parameters"], other["parameters"])
    assert f"slot/{AVERAGE}" not in other
