from __future__ import annotations

from nntrain.config.check import check
from nntrain.config.resolved import Row, resolved
from tests.config.house import Root, document

BASE = "data: {train: x.csv}\n"


def rows(text: str, *assignments: str) -> list[Row]:
    found = document(BASE + text, *assignments)
    return resolved(check(Root, found), found, {("training", "batch_size"): "32 of 150 rows"})


def test_every_setting_says_where_it_came_from() -> None:
    text = "optimizer: {adam: {beta1: 0.5}}\ntraining: {mode: exact, early_stopping: true}\n"
    assert rows(text, "optimizer.adam.lr=0.1") == [
        ("data.train", "x.csv", "a.yaml:1:15"),
        ("data.ignore", "[]", "default"),
        ("data.shares", "[0.5, 0.5]", "default"),
        ("architecture.hidden", "[8]", "default"),
        ("architecture.activation", "relu", "default"),
        ("architecture.dropout", "0.0", "default"),
        ("optimizer", "adam", "a.yaml:2:13"),
        ("optimizer.adam.lr", "0.1", "--set optimizer.adam.lr=0.1"),
        ("optimizer.adam.beta1", "0.5", "a.yaml:2:27"),
        ("optimizer.adam.beta2", "0.999", "default"),
        ("training.epochs", "3", "default"),
        ("training.batch_size", "auto", "derived: 32 of 150 rows"),
        ("training.early_stopping.patience", "10", "default"),
        ("training.early_stopping.min_delta", "0.0", "default"),
        ("training.class_weight", "null", "default"),
        ("training.mode", "exact", "a.yaml:3:18"),
    ]


def test_layers_bare_settings_and_names() -> None:
    text = "architecture: [dense: 64, relu, residual: [{dropout: 0.2}, leaky_relu]]\ntraining: {class_weight: {a: 2}}\n"
    found = {path: (value, origin) for path, value, origin in rows(text)}
    assert {path: pair for path, pair in found.items() if path.startswith("architecture")} == {
        "architecture.0": ("dense", "a.yaml:2:16"),
        "architecture.0.dense.units": ("64", "a.yaml:2:23"),
        "architecture.0.dense.bias": ("true", "default"),
        "architecture.1": ("relu", "a.yaml:2:27"),
        "architecture.2": ("residual", "a.yaml:2:33"),
        "architecture.2.residual.layers.0": ("dropout", "a.yaml:2:45"),
        "architecture.2.residual.layers.0.dropout.rate": ("0.2", "a.yaml:2:54"),
        "architecture.2.residual.layers.1": ("leaky_relu", "a.yaml:2:60"),
        "architecture.2.residual.layers.1.leaky_relu.slope": ("0.01", "default"),
    }
    assert found["training.class_weight.a"] == ("2.0", "a.yaml:3:30")
    assert found["optimizer"] == ("adam", "default")


def test_a_replaced_choice_comes_from_set_as_a_whole() -> None:
    found = {path: origin for path, _, origin in rows("optimizer: {adam: {lr: 1}}", "optimizer.momentum.lr=2")}
    assert found["optimizer"] == "--set optimizer.momentum.lr=2"
    assert found["optimizer.momentum.lr"] == "--set optimizer.momentum.lr=2"
    assert found["optimizer.momentum.mu"] == "default"
