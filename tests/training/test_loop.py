"""The loop at its edges: divergence, batches too small to learn from, the clock, what is monitored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import nntrain
from nntrain.errors import ConfigError, DivergedError
from nntrain.training.events import EpochEnded, Event, Progressed, RunEnded, RunStarted
from tests.runs import write_config

PLAIN = """
data: {train: {moons: {rows: 200}}, target: label, split: {validation: 0.2}}
architecture: {hidden: [8]}
optimizer: {sgd: {lr: 0.1}}
training: {epochs: 6, batch_size: 32}
"""


def test_weights_that_overflow_in_the_last_step_of_an_epoch_are_no_best_epoch(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    with pytest.raises(
        DivergedError, match=r"validation_loss is not finite in epoch 1, after its last batch"
    ) as diverged:
        nntrain.fit(config, {"optimizer.sgd.lr": 3e38, "training.batch_size": 160}, out=tmp_path / "run")
    assert diverged.value.exit_code == 5
    assert not (tmp_path / "run" / "best.safetensors").exists()


def test_divergence_says_where_and_what_helps_and_keeps_the_best(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    overrides = {"optimizer.sgd.lr": 1e-3, "schedule": {"warmup": {"epochs": 3, "then": "constant"}}}
    good = nntrain.fit(config, overrides, out=tmp_path / "good")
    with pytest.raises(DivergedError) as diverged:
        nntrain.resume(good.folder, {"optimizer.sgd.lr": 1e30, "training.epochs": 9})
    message = str(diverged.value)
    for words in ("is not finite in epoch 7, batch ", "of 5", "layer", "learning rate 1e+30", "clip_norm"):
        assert words in message
    assert nntrain.load(good.folder).evaluate(split="validation") == pytest.approx(good.metrics["validation"])


def test_single_rows_teach_batch_norm_nothing_and_are_refused(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    with pytest.raises(ConfigError, match=r"training.batch_size: 1: a batch of that size teaches batch_norm nothing"):
        nntrain.fit(config, {"training.batch_size": 1, "architecture.batch_norm": True}, out=tmp_path / "run")
    nntrain.fit(config, {"training.batch_size": 1, "training.epochs": 1}, out=tmp_path / "without")


def test_patience_for_another_figure_begins_anew(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    stopping = {"patience": 3, "monitor": "validation_roc_auc"}
    short = nntrain.fit(config, {"training.early_stopping": stopping, "optimizer.sgd.lr": 0.01}, out=tmp_path / "run")
    longer = nntrain.resume(
        short.folder,
        {"training.early_stopping": {"patience": 3, "monitor": "validation_loss"}, "training.epochs": 12},
    )
    losses = [record["validation_loss"] for record in longer.history]
    assert losses == sorted(losses, reverse=True)  # it always improved, so nothing stopped it
    assert longer.summary["epochs"] == 12


def test_max_time_ends_a_run_with_a_model_even_in_its_first_epoch(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    run = nntrain.fit(config, {"training.max_time": 1e-6}, out=tmp_path / "run")
    assert (run.summary["stopped"], run.summary["epochs"], run.summary["best_epoch"]) == ("max_time", 0, 1)
    assert run.model.predict({"x": [0.0], "y": [0.5]}).shape == (1,)
    again = nntrain.resume(run.folder, {"training.max_time": None})
    whole = nntrain.fit(config, out=tmp_path / "whole")
    assert [r["train_loss"] for r in again.history] == [r["train_loss"] for r in whole.history]


def test_early_stopping_waits_for_patience_and_keeps_the_best(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    settings = {"training.early_stopping": {"patience": 2, "min_delta": 1e9}, "training.epochs": 50}
    run = nntrain.fit(config, settings, out=tmp_path / "run")
    assert (run.summary["stopped"], run.summary["epochs"]) == ("early_stopping", 3)
    best = min(run.history, key=lambda record: record["validation_loss"])
    assert run.summary["best_epoch"] == best["epoch"]
    assert run.metrics["validation"]["loss"] == pytest.approx(best["validation_loss"])


def test_without_validation_the_training_loss_decides(tmp_path: Path) -> None:
    config = write_config(tmp_path, PLAIN)
    run = nntrain.fit(config, {"data.split.validation": 0}, out=tmp_path / "run")
    assert set(run.metrics) == {"train"}
    assert run.summary["best_epoch"] == min(run.history, key=lambda record: record["train_loss"])["epoch"]


def test_events_tell_the_run(tmp_path: Path) -> None:
    events: list[Event] = []
    run = nntrain.fit(write_config(tmp_path, PLAIN), out=tmp_path / "run", listeners=[events.append])
    assert isinstance(events[0], RunStarted)
    assert isinstance(events[-1], RunEnded)
    records = [event.record for event in events if isinstance(event, EpochEnded)]
    assert records == run.history
    lines = (run.folder / "history.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == records
    assert all(0 < event.batch <= event.batches for event in events if isinstance(event, Progressed))
    required = {"epoch", "step", "lr", "seconds", "samples_per_second", "train_loss", "validation_loss"}
    assert required <= set(records[0])
