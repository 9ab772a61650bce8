from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from nntrain.config.overrides import override, override_values
from nntrain.errors import ConfigError
from tests.config.house import Root, document

BASE = "data: {train: x.csv}\n"

CASES: list[tuple[str, list[str], dict[str, Any]]] = [
    # A key that is there, a key that is not, a section that is not.
    ("training: {epochs: 1}", ["training.epochs=2"], {"training": {"epochs": 2}}),
    ("training: {epochs: 1}", ["training.mode=exact"], {"training": {"epochs": 1, "mode": "exact"}}),
    ("", ["training.epochs=2"], {"training": {"epochs": 2}}),
    ("training:", ["training.epochs=2"], {"training": {"epochs": 2}}),
    # The later wins; the value may be any YAML.
    ("", ["training.epochs=2", "training.epochs=3"], {"training": {"epochs": 3}}),
    ("", ["training={epochs: 2}", "training.mode=exact"], {"training": {"epochs": 2, "mode": "exact"}}),
    ("", ["data.ignore=[a, 'no', no]"], {"data": {"train": "x.csv", "ignore": ["a", "no", "no"]}}),
    ("", ["data.train=a b.csv"], {"data": {"train": "a b.csv"}}),
    ("", ["data.train='1'"], {"data": {"train": "1"}}),
    ("", ["optimizer="], {"optimizer": None}),
    # Below a name.
    ("optimizer: adam", ["optimizer.adam.lr=1e-2"], {"optimizer": {"adam": {"lr": 0.01}}}),
    ("", ["optimizer.adam.lr=0.1"], {"optimizer": {"adam": {"lr": 0.1}}}),
    ("optimizer: {adam: }", ["optimizer.adam.lr=0.1"], {"optimizer": {"adam": {"lr": 0.1}}}),
    (
        "optimizer: {adam: {lr: 1, beta1: 0.5}}",
        ["optimizer.adam.lr=0.1"],
        {"optimizer": {"adam": {"lr": 0.1, "beta1": 0.5}}},
    ),
    # Another choice replaces the first with all its settings.
    ("optimizer: {momentum: {lr: 1, mu: 0.5}}", ["optimizer.adam.lr=0.1"], {"optimizer": {"adam": {"lr": 0.1}}}),
    ("optimizer: momentum", ["optimizer.adam.lr=0.1"], {"optimizer": {"adam": {"lr": 0.1}}}),
    ("optimizer: {momentum: 0.1}", ["optimizer=adam"], {"optimizer": "adam"}),
    (
        "",
        ["optimizer.adam.lr=0.1", "optimizer.momentum.lr=0.2", "optimizer.momentum.mu=0.3"],
        {"optimizer": {"momentum": {"lr": 0.2, "mu": 0.3}}},
    ),
    # Beside a bare principal setting.
    ("optimizer: {momentum: 0.1}", ["optimizer.momentum.mu=0.5"], {"optimizer": {"momentum": {"lr": 0.1, "mu": 0.5}}}),
    (
        "architecture: [{dropout: 0.2}]",
        ["architecture.0.dropout.rate=0.1"],
        {"architecture": [{"dropout": {"rate": 0.1}}]},
    ),
    # Lists, also within lists.
    ("architecture: [relu, {dense: 8}]", ["architecture.1.dense=64"], {"architecture": ["relu", {"dense": 64}]}),
    ("architecture: [relu, {dense: 8}]", ["architecture.0.dense=64"], {"architecture": [{"dense": 64}, {"dense": 8}]}),
    ("architecture: [relu]", ["architecture.0.leaky_relu.slope=1"], {"architecture": [{"leaky_relu": {"slope": 1}}]}),
    (
        "architecture: [residual: [{dense: 8}]]",
        ["architecture.0.residual.0.dense.bias=false"],
        {"architecture": [{"residual": [{"dense": {"units": 8, "bias": False}}]}]},
    ),
    (
        "architecture: [residual: {layers: [relu]}]",
        ["architecture.0.residual.layers.0=tanh"],
        {"architecture": [{"residual": {"layers": ["tanh"]}}]},
    ),
    # The short form, and one form instead of the other.
    ("", ["architecture.hidden=[64,32]"], {"architecture": {"hidden": [64, 32]}}),
    ("architecture: {hidden: [1, 2]}", ["architecture.hidden.1=3"], {"architecture": {"hidden": [1, 3]}}),
    ("architecture: [relu]", ["architecture.hidden=[64]"], {"architecture": {"hidden": [64]}}),
    (
        "architecture: {hidden: [1], activation: relu}",
        ["architecture.activation.leaky_relu.slope=1"],
        {"architecture": {"hidden": [1], "activation": {"leaky_relu": {"slope": 1}}}},
    ),
    # A switch, and a mapping with free keys beside a word.
    (
        "training: {early_stopping: true}",
        ["training.early_stopping.patience=3"],
        {"training": {"early_stopping": {"patience": 3}}},
    ),
    (
        "training: {early_stopping: false}",
        ["training.early_stopping.patience=3"],
        {"training": {"early_stopping": {"patience": 3}}},
    ),
    (
        "training: {class_weight: balanced}",
        ['training.class_weight."a.b"=3', "training.class_weight.0=1"],
        {"training": {"class_weight": {"a.b": 3, "0": 1}}},
    ),
    # What does not exist is made, for the check to report.
    ("", ["training.foo.bar=1"], {"training": {"foo": {"bar": 1}}}),
    ("", ["nothing.foo=1"], {"nothing": {"foo": 1}}),
    ("", ["optimizer.adm.lr=1"], {"optimizer": {"adm": {"lr": 1}}}),
    ("training: {epochs: 3}", ["training.epochs.x=1"], {"training": {"epochs": {"x": 1}}}),
]


@pytest.mark.parametrize(("text", "assignments", "expected"), CASES)
def test_overrides(text: str, assignments: list[str], expected: dict[str, Any]) -> None:
    assert document(BASE + text, *assignments).value == {"data": {"train": "x.csv"}} | expected


MISTAKES: list[tuple[str, str, str]] = [
    ("", "x", "--set x: error: expected KEY=VALUE, such as optimizer.adam.lr=0.01"),
    ("", "=3", "--set =3: error: expected KEY=VALUE, such as optimizer.adam.lr=0.01"),
    ("", "a..b=3", "--set a..b=3: error: expected KEY=VALUE, such as optimizer.adam.lr=0.01"),
    (
        "optimizer: adam",
        "optimizer.lr=3",
        "--set optimizer.lr=3: error: optimizer.lr: 'lr' is a setting of adam (did you mean 'optimizer.adam.lr'?)",
    ),
    (
        "architecture: [relu]",
        "architecture.1=relu",
        "--set architecture.1=relu: error: architecture.1: no such item; the list has positions 0 to 0",
    ),
    (
        "architecture: []",
        "architecture.0.dense=1",
        "--set architecture.0.dense=1: error: architecture.0: no such item; the list is empty",
    ),
    (
        "data: {train: x, ignore: [a, b]}",
        "data.ignore.x=c",
        "--set data.ignore.x=c: error: data.ignore.x: the value here is a list; expected a position from 0 to 1",
    ),
    (
        "",
        "data.train=*x",
        "--set data.train=*x: error: data.train: the alias '*x' is not supported (write the value out) (1:1 in the value)",
    ),
    (
        "",
        "training={epochs: 1, epochs: 2}",
        (
            "--set training={epochs: 1, epochs: 2}: error: training: epochs: duplicate key, "
            "first given on line 1 (remove one of them) (1:13 in the value)"
        ),
    ),
    ("architecture: [relu]", "architecture.99999999999999999999=relu", "no such item; the list has positions 0 to 0"),
]


@pytest.mark.parametrize(("text", "assignment", "message"), MISTAKES)
def test_mistakes(text: str, assignment: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        document(text if text.startswith("data") else BASE + text, assignment)
    assert str(caught.value).endswith(message)


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        document(BASE, "x", "training.epochs=1", "data.train=[")
    assert [problem.place for problem in caught.value.problems] == ["--set x", "--set data.train=["]


class TestOrigins:
    def test_what_was_set_is_told_from_what_was_in_the_file(self) -> None:
        found = document(BASE + "optimizer: {momentum: 0.1}\n", "optimizer.momentum.mu=0.5")
        assert found.place(("optimizer", "momentum", "mu")) == "--set optimizer.momentum.mu=0.5"
        assert found.place(("optimizer", "momentum", "lr")) == "a.yaml:2:23"
        assert found.key_origin(("optimizer", "momentum")).text == "a.yaml:2:13"
        assert found.place(("data", "train")) == "a.yaml:1:15"

    def test_a_name_keeps_its_place_when_settings_are_put_below_it(self) -> None:
        found = document(BASE + "optimizer: adam\n", "optimizer.adam.lr=1")
        assert found.key_origin(("optimizer", "adam")).text == "a.yaml:2:12"

    def test_a_replaced_choice_leaves_no_trace(self) -> None:
        found = document(BASE + "optimizer: {adam: {lr: 1}}\n", "optimizer.momentum.lr=2", "optimizer.adam.beta1=0")
        assert found.place(("optimizer", "adam", "lr")) == "--set optimizer.adam.beta1=0"

    def test_paths_on_the_command_line_refer_to_the_current_folder(self) -> None:
        found = document(BASE, "data.ignore=[a]")
        assert found.origin(("data", "ignore", 0)).base == Path.cwd()
        assert found.origin(("data", "train")).base == Path("/base")

    def test_the_first_document_is_left_as_it_was(self) -> None:
        first = document(BASE + "architecture: [relu]")
        override(first, ["architecture.0=tanh", "data.train=y"], Root)
        assert first.value == {"data": {"train": "x.csv"}, "architecture": ["relu"]}


class TestPythonValues:
    def test_values_of_python(self) -> None:
        changes = {"training.epochs": 2, "architecture.hidden": (1, 2), "data.train": Path("b/c.csv")}
        found = override_values(document(BASE), changes, Root)
        assert found.value["architecture"] == {"hidden": [1, 2]}
        assert found.value["data"] == {"train": "b/c.csv"}
        assert found.place(("training", "epochs")) == "overrides['training.epochs']"

    def test_a_bad_path(self) -> None:
        with pytest.raises(ConfigError, match=r"expected a path such as optimizer\.adam\.lr"):
            override_values(document(BASE), {"a..b": 1}, Root)


@given(st.text(st.sampled_from(list('ab01.="[]{}:,*& ')), max_size=20), st.sampled_from([c[0] for c in CASES]))
def test_whatever_is_set_only_a_config_error_comes_out(assignment: str, text: str) -> None:
    paths = ["optimizer", "architecture.0", "architecture", "training.early_stopping", "data.ignore"]
    for start in ["", *[f"{path}." for path in paths]]:
        places = ["--set"]
        try:
            document(BASE + text, start + assignment)
        except ConfigError as error:
            places = [problem.place for problem in error.problems]
        assert all(place.startswith("--set") for place in places)
