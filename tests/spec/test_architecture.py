"""The short form of an architecture, written out."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.spec import load_spec
from nntrain.spec.architecture import MultilayerPerceptron

DATA = "data: {train: xor, target: label}\n"


def spec(tmp_path: Path, text: str, *assignments: str) -> object:
    (tmp_path / "c.yaml").write_text(DATA + text)
    return load_spec(tmp_path / "c.yaml", assignments).config.architecture


def layers(architecture: object) -> list[object]:
    assert isinstance(architecture, MultilayerPerceptron)
    return [choice.plain() for choice in architecture.layers()]


def test_the_short_form_written_out(tmp_path: Path) -> None:
    short = spec(tmp_path, "architecture: {hidden: [8, 4], activation: {elu: 2.0}, batch_norm: true, dropout: 0.1}")
    block = ["batch_norm", {"elu": {"alpha": 2.0}}, {"dropout": {"rate": 0.1}}]
    names = [next(iter(layer)) if isinstance(layer, dict) else layer for layer in layers(short)]
    assert names == ["dense", "batch_norm", "elu", "dropout"] * 2
    assert layers(short)[2:4] == block[1:]
    assert layers(short)[0] == {"dense": {"units": 8, "bias": False, "initializer": None, "bias_initializer": None}}


def test_without_batch_norm_dense_layers_have_a_bias(tmp_path: Path) -> None:
    assert layers(spec(tmp_path, "architecture: {hidden: [3]}"))[0] == {
        "dense": {"units": 3, "bias": True, "initializer": None, "bias_initializer": None}
    }


def test_no_hidden_layer_is_a_linear_model(tmp_path: Path) -> None:
    assert layers(spec(tmp_path, "architecture: {hidden: []}")) == []


def test_a_config_without_architecture_gets_the_default(tmp_path: Path) -> None:
    for text in ("", "architecture: null"):
        architecture = spec(tmp_path, text)
        assert isinstance(architecture, MultilayerPerceptron)
        assert (architecture.hidden, architecture.batch_norm) == ([256, 256], True)


@pytest.mark.parametrize("setting", ["batch_norm: true", "dropout: 0.5"])
def test_what_would_be_ignored_is_refused(tmp_path: Path, setting: str) -> None:
    with pytest.raises(ConfigError, match=r"c.yaml:2:\d+: error: architecture\..*: stands behind hidden layers"):
        spec(tmp_path, f"architecture: {{hidden: [], {setting}}}")


def test_a_list_of_layers_stays_a_list(tmp_path: Path) -> None:
    listed = spec(tmp_path, "architecture: [{dense: 4}, relu]", "architecture.0.dense=6")
    assert isinstance(listed, list)
    assert [choice.plain() for choice in listed] == [
        {"dense": {"units": 6, "bias": True, "initializer": None, "bias_initializer": None}},
        "relu",
    ]
