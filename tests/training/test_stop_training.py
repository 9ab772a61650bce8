"""A listener may end a run: in order, and so that it can be gone on with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import nntrain
from nntrain.training.events import EpochEnded, Event, RunStarted, StopTraining
from tests.runs import comparable, write_config

WORSE_THAN_NOTHING = """
data: {train: {spirals: {rows: 60, noise: 0.05, classes: 3}}, target: label, split: {validation: 0.5}}
architecture: {hidden: [12], activation: tanh}
optimizer: {sgd: {lr: 20}}
training: {epochs: 3, batch_size: 10}
"""
"""A run whose steps are so long that no epoch is as good as the network before the first."""


def at_epoch(epoch: int) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.record["epoch"] == epoch:
            raise StopTraining("enough")

    return listen


def at_the_start(event: Event) -> None:
    if isinstance(event, RunStarted):
        raise StopTraining("not wanted")


def test_a_run_ends_after_the_epoch_at_which_a_listener_wants_it_to(tmp_path: Path) -> None:
    run = nntrain.fit(write_config(tmp_path), out=tmp_path / "run", listeners=[at_epoch(3)])
    assert (run.summary["stopped"], run.summary["epochs"], len(run.history)) == ("enough", 3, 3)
    assert run.metrics["validation"]["loss"] == pytest.approx(min(record["validation_loss"] for record in run.history))


def test_other_listeners_hear_of_the_end(tmp_path: Path) -> None:
    heard: list[str] = []
    listeners = [at_epoch(2), lambda event: heard.append(type(event).__name__)]
    nntrain.fit(write_config(tmp_path), out=tmp_path / "run", listeners=listeners)
    assert heard[-1] == "RunEnded"
    assert heard.count("EpochEnded") == 2


def test_it_is_gone_on_with_to_the_same_bytes(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    nntrain.fit(config, out=tmp_path / "whole")
    nntrain.fit(config, out=tmp_path / "run", listeners=[at_epoch(5)])
    nntrain.resume(tmp_path / "run")
    assert comparable(tmp_path / "run") == comparable(tmp_path / "whole")


def test_an_untrained_network_that_was_judged_is_no_epoch_to_beat(tmp_path: Path) -> None:
    config = write_config(tmp_path, WORSE_THAN_NOTHING)
    nntrain.fit(config, out=tmp_path / "whole")
    ended = nntrain.fit(config, out=tmp_path / "run", listeners=[at_the_start])
    whole = nntrain.resume(tmp_path / "run")
    assert ended.summary["epochs"] == 0
    assert ended.metrics["validation"]["loss"] < min(record["validation_loss"] for record in whole.history)
    assert comparable(tmp_path / "run") == comparable(tmp_path / "whole")


def test_a_run_may_be_ended_before_it_begins(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    nntrain.fit(config, out=tmp_path / "run", listeners=[at_epoch(4)])
    run = nntrain.resume(tmp_path / "run", listeners=[at_the_start])
    assert (run.summary["stopped"], run.summary["epochs"]) == ("not wanted", 4)
