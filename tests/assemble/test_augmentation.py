"""Augmentation in a run: only training rows, the same bits after a resume, whoever computes; mistakes with their places."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.assemble import prepare
from nntrain.errors import ConfigError, InterruptedRun
from nntrain.spec import load_spec
from nntrain.training.events import CheckpointSaved, Event
from nntrain.training.steps import Stretch
from tests.references.numba import COMPILED, needs_numba
from tests.runs import comparable, write_config

PIXELS = [f"p{row}{column}" for row in range(4) for column in range(3)]
ALL = (
    "[{gaussian_noise: 0.05}, {feature_masking: 0.1}, {swap_noise: 0.1}, {shift: 1}, {rotation: 15}, {scaling: 1.2}, "
    "flip, {cutout: 2}, {mixup: 0.2}, {cutmix: 1.0}]"
)
CONFIG = f"""
data: {{train: t.csv, target: y, numeric: min_max, image: [4, 3], split: {{validation: 0.25}}}}
architecture: {{hidden: [8], batch_norm: true, dropout: 0.1}}
augmentation: {ALL}
training: {{epochs: 5, batch_size: 16, seed: 3}}
"""
TABLE = """
data: {train: t.csv, target: y, split: {validation: 0.25}}
architecture: {hidden: [8]}
augmentation: [{gaussian_noise: 0.1}, {swap_noise: 0.2}, {feature_masking: 0.1}]
training: {epochs: 2, batch_size: 16}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A table of small pictures; the first pixel is 0 in every row, so it is no input."""
    rng = np.random.default_rng(0)
    lines = [",".join([*PIXELS, "y"])]
    for _ in range(120):
        pixels = rng.integers(0, 16, 12)
        pixels[0] = 0
        lines.append(",".join([*map(str, pixels), "abc"[int(pixels[4:8].sum()) // 6 % 3]]))
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


class StopAfterSaving:
    """Sends this process a signal, once, when a checkpoint is saved."""

    def __init__(self) -> None:
        self.sent = False

    def __call__(self, event: Event) -> None:
        if isinstance(event, CheckpointSaved) and not self.sent:
            self.sent = True
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize("compiled", COMPILED)
def test_a_run_with_all_of_them_is_resumed_to_the_same_bytes(folder: Path, compiled: bool) -> None:
    settings = {"training.checkpoint_every_steps": 4, "training.compiled": compiled}
    config = write_config(folder, CONFIG)
    whole = nntrain.fit(config, settings, out=folder / "whole")
    with pytest.raises(InterruptedRun):
        nntrain.fit(config, settings, out=folder / "run", listeners=[StopAfterSaving()])
    for _ in range(2):
        with pytest.raises(InterruptedRun):
            nntrain.resume(folder / "run", listeners=[StopAfterSaving()])
    nntrain.resume(folder / "run")
    one, two = comparable(folder / "run"), comparable(whole.folder)
    assert one["history"] == two["history"]
    for name in ("best", "last"):
        assert one[name]["arrays"] == two[name]["arrays"]


def test_other_augmentation_cannot_be_resumed_with(folder: Path) -> None:
    run = nntrain.fit(write_config(folder, CONFIG), {"training.epochs": 1}, out=folder / "run")
    with pytest.raises(ConfigError, match=r"augmentation.*a resumed run cannot change this"):
        nntrain.resume(run.folder, {"augmentation": None})


@pytest.mark.parametrize("text", [CONFIG, TABLE])
def test_the_rows_themselves_and_their_figures_stay(folder: Path, text: str) -> None:
    prepared = prepare(load_spec(write_config(folder, text)))
    plain = prepare(load_spec(write_config(folder, text), overrides={"augmentation": None}))
    rows, order = prepared.job.train, prepared.job.batches.order(0)
    with np.errstate(all="ignore"):
        outcome = prepared.job.steps.run(Stretch(order, np.array([0, 16, 32]), [0.01, 0.01], 1))
        without = plain.job.steps.run(Stretch(order, np.array([0, 16, 32]), [0.01, 0.01], 1))
    assert outcome.losses != without.losses
    assert (rows.x == plain.job.train.x).all()
    assert prepared.job.validation is not None
    assert plain.job.validation is not None
    assert (prepared.job.validation.x == plain.job.validation.x).all()
    assert prepared.dataset.digests == plain.dataset.digests


@needs_numba
@pytest.mark.parametrize("text", [CONFIG, TABLE])
def test_compiled_and_plain_kernels_train_alike(folder: Path, text: str) -> None:
    values = []
    for compiled in (False, True):
        prepared = prepare(load_spec(write_config(folder, text), overrides={"training.compiled": compiled}))
        job = prepared.job
        with np.errstate(all="ignore"):
            job.steps.run(Stretch(job.batches.order(0), job.batches.bounds, [0.01] * job.batches.count, 1))
        job.steps.close()
        values.append(prepared.network.vector.values.copy())
    np.testing.assert_allclose(values[0], values[1], atol=2e-4)


def test_shares_of_a_batch_are_mixed_as_the_whole_is(folder: Path) -> None:
    values = []
    for shares in (1, 2):
        changes: dict[str, Any] = {
            "training.compiled": False,
            "training.shares": shares,
            "architecture.batch_norm": False,
        }
        changes["architecture.dropout"] = 0.0
        prepared = prepare(load_spec(write_config(folder, CONFIG), overrides=changes))
        job = prepared.job
        with np.errstate(all="ignore"):
            job.steps.run(Stretch(job.batches.order(0), job.batches.bounds, [0.01] * job.batches.count, 1))
        job.steps.close()
        values.append(prepared.network.vector.values.copy())
    np.testing.assert_allclose(values[0], values[1], atol=1e-5)


def test_mixing_goes_with_weights_of_rows_and_with_regression(folder: Path) -> None:
    changes: dict[str, Any] = {"data.target": "p11", "data.weights": "p12", "data.ignore": ["y"], "data.image": None}
    changes["augmentation"] = [{"mixup": 0.4}, {"cutmix": 1.0}]
    run = nntrain.fit(write_config(folder, CONFIG), changes, out=folder / "run")
    assert np.isfinite(run.summary["metrics"]["validation"]["loss"])


@pytest.mark.parametrize(
    ("data", "augmentation", "expected"),
    [
        ("", "[{shift: 1}]", ["4:24: error: augmentation.0.shift: works on pictures; say how large they are with data.image"]),
        (", image: [3, 3]", "[flip]", ["2:40: error: data.image: [3, 3] has 9 pixels; the table has 12 columns"]),
        (
            ", image: [4, 3], numeric: quantile",
            "[flip]",
            ["2:40: error: data.image: column 'p01' is numeric, "] + [""] * 4,
        ),
        (
            ", image: [4, 3]",
            "[{shift: 5}, flip, {cutout: 3}]",
            ["4:24: error: augmentation.0.shift: 5 pixels", "4:43: error: augmentation.2.cutout: a square of 3 × 3"],
        ),
        ("", "[{mixup: 0}]", ["4:24: error: augmentation.0.mixup: 0; expected a number > 0"]),
        ("", "[{mixupp: 0.1}]", ["4:17: error: augmentation.0.mixupp: unknown augmentation 'mixupp' (did you mean 'mixup'?)"]),
        ("", "mixup", ["4:15: error: augmentation: 'mixup' (text); expected a list"]),
        (", image: [4]", "[flip]", ["2:40: error: data.image: "]),
    ],
)  # fmt: skip
def test_mistakes(folder: Path, data: str, augmentation: str, expected: list[str]) -> None:
    text = f"\ndata: {{train: t.csv, target: y{data}}}\ntraining: {{epochs: 1}}\naugmentation: {augmentation}\n"
    with pytest.raises(ConfigError) as refused:
        prepare(load_spec(write_config(folder, text)))
    lines = [line.partition("run.yaml:")[2] for line in str(refused.value).splitlines()]
    assert len(lines) == len(expected), lines
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start), line


def test_categorical_columns_are_no_pixels(folder: Path) -> None:
    text = "data: {train: t.csv, target: p11, image: [4, 3]}\naugmentation: [flip]\n"
    with pytest.raises(ConfigError, match=r"data.image: column 'y' is categorical, one-hot; a pixel must be a number"):
        prepare(load_spec(write_config(folder, text)))


def test_codes_are_refused_by_mixup_alone(folder: Path) -> None:
    text = "data: {train: t.csv, target: p11, categorical: ordinal}\naugmentation: [{swap_noise: 0.1}, {mixup: 0.1}]\n"
    with pytest.raises(
        ConfigError, match=r"run.yaml:2:\d+: error: augmentation.1.mixup: column 'y' comes in as the code"
    ):
        prepare(load_spec(write_config(folder, text)))
