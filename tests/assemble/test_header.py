"""What a checkpoint says of its run, and that it builds again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import nntrain
from nntrain.assemble import Prepared, prepare, restore_bundle
from nntrain.assemble.header import checkpoint_header, versions
from nntrain.errors import CheckpointError
from nntrain.spec import load_spec
from nntrain.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from tests.runs import write_config

CONFIG = """
data: {train: {moons: {rows: 100}}, target: label, split: {validation: 0.2, test: 0.1}}
architecture: {hidden: [4]}
training: {epochs: 1, batch_size: 20}
"""


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    return prepare(load_spec(write_config(tmp_path, CONFIG)))


def test_the_header_names_rows_and_a_digest_for_every_split(prepared: Prepared) -> None:
    header = checkpoint_header(prepared)
    assert header["rows"] == {"train": 70, "validation": 20, "test": 10}
    assert list(header["data"]) == list(header["rows"])
    assert {len(digest) for digest in header["data"].values()} == {64}
    assert len(set(header["data"].values())) == 3
    assert header["name"] == "run"
    assert header["config"]["training"]["batch_size"] == 20
    assert header["layout"] == prepared.network.vector.layout()
    assert header["versions"] == versions()
    assert json.loads(json.dumps(header)) == header


@pytest.mark.parametrize("name", ["best", "last"])
def test_both_checkpoints_of_a_run_hold_it(tmp_path: Path, prepared: Prepared, name: str) -> None:
    run = nntrain.fit(write_config(tmp_path, CONFIG), out=tmp_path / "run")
    header = load_checkpoint(run.folder / f"{name}.safetensors").header
    assert {key: header[key] for key in checkpoint_header(prepared)} == checkpoint_header(prepared)


def test_a_bundle_is_the_network_of_its_checkpoint(tmp_path: Path) -> None:
    path = nntrain.fit(write_config(tmp_path, CONFIG), out=tmp_path / "run").folder / "best.safetensors"
    bundle = restore_bundle(path)
    np.testing.assert_array_equal(bundle.network.vector.values, load_checkpoint(path).arrays["parameters"])
    assert bundle.preprocessing.state() == bundle.header["preprocessing"]


@pytest.mark.parametrize(
    ("part", "value", "says"),
    [
        ("layout", [], "its layers are not those of its config"),
        ("preprocessing", {}, r"its config does not build with this nntrain \(KeyError"),
        ("config", {"data": 3}, r"does not build with this nntrain \(ConfigError"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(tmp_path: Path, part: str, value: object, says: str) -> None:
    path = nntrain.fit(write_config(tmp_path, CONFIG), out=tmp_path / "run").folder / "best.safetensors"
    whole = load_checkpoint(path)
    save_checkpoint(path, Checkpoint({**whole.header, part: value}, whole.arrays))
    with pytest.raises(CheckpointError, match=says):
        restore_bundle(path)


def test_arrays_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    path = nntrain.fit(write_config(tmp_path, CONFIG), out=tmp_path / "run").folder / "best.safetensors"
    whole = load_checkpoint(path)
    for arrays in ({}, {**whole.arrays, "parameters": whole.arrays["parameters"][:-1]}):
        save_checkpoint(path, Checkpoint(whole.header, arrays))
        with pytest.raises(CheckpointError, match="its array 'parameters' is missing or has another shape"):
            restore_bundle(path)
