"""Branches in a config: where outputs may stand, what is refused and where, which weights fit, columns by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.assemble import prepare
from nntrain.assemble.network import build_network, layer_choices
from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Network, Plan
from nntrain.spec import load_spec, spec_of

N, M = 400, 300


def built(architecture: Any) -> Network:
    config = spec_of({"data": {"train": "xor", "target": "label"}, "architecture": architecture}, "test")
    network = build_network(layer_choices(config), N, 3, Plan(BLOCK))
    network.initialize()
    return network


def names(architecture: Any) -> list[str]:
    config = spec_of({"data": {"train": "xor", "target": "label"}, "architecture": architecture}, "test")
    return [choice.name for choice in layer_choices(config)]


@pytest.mark.parametrize(
    ("branch", "variance"),
    [(["relu"], 2 / N), (["tanh"], 2 / (N + M)), ([{"residual": ["identity"]}, "relu"], 2 / N), ([], 2 / (N + M))],
)
def test_weights_in_a_branch_fit_what_follows_there(branch: list[Any], variance: float) -> None:
    network = built([{"concat": [[{"dense": M}, *branch], "identity"]}, "relu"])
    weight = next(p for p in network.vector.parameters if p.name == "1.concat.1.1.dense/W")
    assert np.var(weight.value) == pytest.approx(variance, rel=0.05)


class TestOutputs:
    def test_a_sum_of_outputs_ends_a_network(self) -> None:
        assert names([{"sum": [[{"dense": 4}, "relu", "output"], "output"]}]) == ["sum"]
        assert names([{"sum": [{"product": ["output", "output"]}, "output"]}]) == ["sum"]

    def test_other_ends_get_an_output(self) -> None:
        assert names([{"sum": [{"dense": 4}, {"dense": 4}]}]) == ["sum", "output"]
        assert names([{"residual": ["relu"]}]) == ["residual", "output"]

    @pytest.mark.parametrize(
        "architecture",
        [
            [{"sum": ["output", {"dense": 3}]}],
            [{"sum": ["output", "output"]}, "relu"],
            [{"concat": ["output", "output"]}],
            [{"residual": ["output"]}],
            [{"sum": [["output", "relu"], "output"]}],
        ],
    )
    def test_elsewhere_it_is_refused(self, architecture: Any) -> None:
        with pytest.raises(ConfigError, match="output must be the last layer"):
            names(architecture)


def config(folder: Path, architecture: str) -> Path:
    (folder / "t.csv").write_text("age,town,y\n" + "".join(f"{k * 7 % 13},{'abc'[k % 3]},{k}\n" for k in range(30)))
    data = "data: {train: t.csv, target: y, task: regression}"
    (folder / "c.yaml").write_text(f"{data}\narchitecture:\n{architecture}\ntraining: {{epochs: 1}}\n")
    return folder / "c.yaml"


def test_columns_by_name(tmp_path: Path) -> None:
    prepared = prepare(load_spec(config(tmp_path, "  - concat: [{select: [town]}, [{select: [age]}, {dense: 4}]]")))
    widths = {name: layer.width for name, layer in prepared.network.walk()}
    assert widths["1.concat.1.1.select"] == sum("town" in name for name in prepared.dataset.preprocessing.features)
    assert widths["1.concat.2.1.select"] == 1


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        ("  - relu\n  - residual: [{dense: 99}]", "c.yaml:4:5: error: architecture.1: layer 2.residual: its input has"),
        (
            "  - concat: [{select: [aeg]}, relu]",
            "layer 1.concat.1.1.select: the input has no column 'aeg' (did you mean 'age'?)",
        ),
        ("  - dense: 3\n  - residual: [{dense: 3}, step]", "layer 2.residual.2.step: the gradient of step is 0"),
        ("  - dense: 3\n  - product: [step, step]", "layer 2.product: the gradient of step is 0"),
        ("  - sum: [relu]", "architecture.0.sum"),
        ("  - residual: [relo]", "architecture.0.residual.0: unknown layer 'relo' (did you mean 'relu'?)"),
        ("  - sum: [relu, [{dense: {unit: 3}}]]", "unknown key (did you mean 'units'?)"),
        ("  - sum: {branches: {1a: relu, b: relu}}", "1a"),
    ],
)
def test_mistakes_have_their_place(tmp_path: Path, architecture: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        prepare(load_spec(config(tmp_path, architecture)))
    assert message in str(error.value), str(error.value)


def test_batch_norm_in_a_branch_needs_whole_batches(tmp_path: Path) -> None:
    path = config(tmp_path, "  - {dense: 4}\n  - residual: [batch_norm]")
    with pytest.raises(ConfigError, match="batch_norm"):
        prepare(load_spec(path, ["training.batch_size=1"]))
