"""Settings of optimizers and layers that follow a schedule: at every step they are what the schedule says."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.assemble import prepare
from nntrain.errors import ConfigError, InterruptedRun
from nntrain.network.gaussian_noise import GaussianNoise
from nntrain.optim.adam import Adamw
from nntrain.spec import load_spec
from nntrain.training.events import EpochEnded, Event
from nntrain.training.steps import Stretch
from tests.references.numba import COMPILED
from tests.runs import comparable, write_config

CONFIG = """
data: {train: {spirals: {rows: 200, classes: 3}}, target: label, split: {validation: 0.2}}
architecture: [gaussian_noise: NOISE, dense: 8, tanh, dense: 8]
optimizer: {adamw: {lr: 0.01, weight_decay: DECAY}}
training: {epochs: 6, batch_size: 32}
"""
FALLING = "{value: 0.3, schedule: cosine}"


def config(folder: Path, decay: str, noise: str = "0.1") -> Path:
    return write_config(folder, CONFIG.replace("DECAY", decay).replace("NOISE", noise))


@pytest.mark.parametrize("compiled", COMPILED)
def test_a_constant_schedule_is_a_constant(tmp_path: Path, compiled: bool) -> None:
    settings: dict[str, Any] = {"training.compiled": compiled, "training.shares": 1}
    plain = nntrain.fit(config(tmp_path, "0.3", "0.2"), settings, out=tmp_path / "plain")
    constant = "{value: 0.3, schedule: constant}"
    noise = "{std: {value: 0.2, schedule: constant}}"
    followed = nntrain.fit(config(tmp_path, constant, noise), settings, out=tmp_path / "followed")
    one, other = (run.history[-1]["train_loss"] for run in (plain, followed))
    assert one == pytest.approx(other, rel=1e-5)


def test_the_numbers_are_those_of_the_schedule_at_every_step(tmp_path: Path) -> None:
    job = prepare(load_spec(config(tmp_path, FALLING, "{std: {value: 0.5, schedule: cosine}}"))).job
    optimizer, noise = job.step.optimizer, job.step.network.layers[0]
    assert isinstance(optimizer, Adamw)
    assert isinstance(noise, GaussianNoise)
    batches, seen = job.batches, []
    for step in range(1, 2 * batches.count + 1):
        first = (step - 1) % batches.count
        bounds = batches.bounds[first : first + 2]
        job.steps.run(Stretch(batches.order((step - 1) // batches.count), bounds, [0.01], step))
        seen.append((optimizer.weight_decay, noise.std))
    factors = [0.5 * (1.0 + math.cos(math.pi * at / batches.count / 6)) for at in range(len(seen))]
    np.testing.assert_allclose(seen, [(0.3 * factor, 0.5 * factor) for factor in factors], rtol=1e-12)


@pytest.mark.parametrize("compiled", COMPILED)
def test_a_stopped_run_goes_on_to_the_same_bytes(tmp_path: Path, compiled: bool) -> None:
    path = config(tmp_path, FALLING, "{std: {value: 0.5, schedule: cosine}}")
    settings: dict[str, Any] = {"training.compiled": compiled}
    nntrain.fit(path, settings, out=tmp_path / "whole")

    def stop(event: Event) -> None:
        if isinstance(event, EpochEnded) and event.record["epoch"] == 3:
            raise InterruptedRun("stopped", 2)

    with pytest.raises(InterruptedRun):
        nntrain.fit(path, settings | {"training.checkpoint_every_steps": 1}, out=tmp_path / "run", listeners=[stop])
    nntrain.resume(tmp_path / "run", {"training.checkpoint_every_steps": None})
    whole, resumed = comparable(tmp_path / "whole"), comparable(tmp_path / "run")
    assert whole["last"]["arrays"] == resumed["last"]["arrays"]
    assert whole["history"] == resumed["history"]


def test_plateau_cannot_be_followed(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="plateau waits for results"):
        load_spec(config(tmp_path, "{value: 0.3, schedule: plateau}"))
