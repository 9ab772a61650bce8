from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Le, Len, MaxLen, MinLen, MultipleOf
from hypothesis import given, strategies as st
from pydantic import AfterValidator, StringConstraints

from nntrain.config.check import check
from nntrain.config.document import parse, plain_document
from nntrain.errors import ConfigError
from nntrain.types import Positive
from tests.config.house import Root, checked

BASE = "data: {train: x.csv}\n"

MISTAKES: list[tuple[str, list[str]]] = [
    # Keys and names.
    ("optimizr: adam", ["2:1: error: optimizr: unknown key (did you mean 'optimizer'?)"]),
    ("epochs: 1", ["2:1: error: epochs: unknown key (did you mean 'training.epochs'?)"]),
    ("training: {lr: 1}", ["2:12: error: training.lr: unknown key (did you mean 'optimizer.adam.lr'?)"]),
    ("optimizer: {momentum: {lr: 1}}\nmu: 1", ["3:1: error: mu: unknown key (did you mean 'optimizer.momentum.mu'?)"]),
    ("x: 1", ["2:1: error: x: unknown key (known: data, architecture, optimizer, training)"]),
    ("training: {epoch: 1}", ["2:12: error: training.epoch: unknown key (did you mean 'epochs'?)"]),
    ("optimizer: adm", ["2:12: error: optimizer: unknown optimizer 'adm' (did you mean 'adam'?)"]),
    ("optimizer: {adm: {lr: 1}}", ["2:13: error: optimizer.adm: unknown optimizer 'adm' (did you mean 'adam'?)"]),
    ("optimizer: {adam: {beta3: 0.5}}", ["2:20: error: optimizer.adam.beta3: unknown key (did you mean 'beta2'?)"]),
    ("optimizer: zzz", ["2:12: error: optimizer: unknown optimizer 'zzz' (known: adam, momentum)"]),
    ("optimizer: Adam", ["2:12: error: optimizer: unknown optimizer 'Adam' (did you mean 'adam'?)"]),
    ("optimizer: 3", ["2:12: error: optimizer: 3; expected the name of one optimizer, or one name with its settings"]),
    (
        "optimizer: {adam: , momentum: 1}",
        [
            ("2:12: error: optimizer: a mapping with 'adam', 'momentum'; "
             "expected the name of one optimizer, or one name with its settings")
        ],
    ),
    (
        "optimizer:",
        ["2:11: error: optimizer: null; expected the name of one optimizer, or one name with its settings"],
    ),
    # Missing keys, at their parent.
    ("optimizer: momentum", ["2:1: error: optimizer.momentum.lr: missing: this key is required"]),
    ("optimizer: {momentum: }", ["2:13: error: optimizer.momentum.lr: missing: this key is required"]),
    ("architecture: {dropout: 0.5}", ["2:1: error: architecture.hidden: missing: this key is required"]),
    ("architecture: [dense]", ["2:16: error: architecture.0.dense.units: missing: this key is required"]),
    # Types: no conversion between them.
    ("training: {epochs: true}", ["2:20: error: training.epochs: true (a boolean); expected a whole number"]),
    ("training: {epochs: 1.5}", ["2:20: error: training.epochs: 1.5; expected a whole number"]),
    ("training: {epochs: 2.0}", ["2:20: error: training.epochs: 2.0; expected a whole number (write 2)"]),
    ("training: {epochs: '3'}", ["2:20: error: training.epochs: '3' (text); expected a whole number (remove the quotes)"]),
    ("training: {epochs: 1_000}", ["2:20: error: training.epochs: '1_000' (text); expected a whole number (write 1000)"]),
    ("training: {epochs: }", ["2:19: error: training.epochs: null; expected a whole number"]),
    ("training: 3", [
        ("2:11: error: training: 3; expected a mapping with keys among "
         "epochs, batch_size, early_stopping, class_weight, mode")
    ]),
    ("optimizer: {adam: {lr: no}}", ["2:24: error: optimizer.adam.lr: 'no' (text); expected a number"]),
    ("optimizer: {adam: {lr: true}}", ["2:24: error: optimizer.adam.lr: true (a boolean); expected a number"]),
    ("optimizer: {adam: {lr: [1]}}", ["2:24: error: optimizer.adam.lr: a list; expected a number"]),
    ("optimizer: {adam: 0.1}", [
        "2:19: error: optimizer.adam: 0.1; expected a mapping with keys among lr, beta1, beta2"
    ]),
    ("architecture: [{dense: {units: 3, bias: 'no'}}]", [
        "2:41: error: architecture.0.dense.bias: 'no' (text); expected true or false (write false)"
    ]),
    ("architecture: [relu: 3]", ["2:22: error: architecture.0.relu: 3; expected no settings: write just its name"]),
    ("architecture: [relu: {a: 3}]", ["2:23: error: architecture.0.relu.a: unknown key"]),
    ("architecture: {hidden: 64}", ["2:24: error: architecture.hidden: 64; expected a list"]),
    ("architecture: {hidden: [64, x]}", ["2:29: error: architecture.hidden.1: 'x' (text); expected a whole number"]),
    # Bounds, also of a bare setting, also deep inside.
    ("training: {epochs: 0}", ["2:20: error: training.epochs: 0; expected a whole number ≥ 1"]),
    ("optimizer: {adam: {lr: 0}}", ["2:24: error: optimizer.adam.lr: 0; expected a number > 0"]),
    ("optimizer: {momentum: -1}", ["2:23: error: optimizer.momentum: -1; expected a number > 0"]),
    ("optimizer: {adam: {beta1: 1}}", ["2:27: error: optimizer.adam.beta1: 1; expected a number < 1"]),
    ("optimizer: {adam: {lr: .inf}}", ["2:24: error: optimizer.adam.lr: .inf; expected a finite number"]),
    ("optimizer: {adam: {lr: -.inf}}", ["2:24: error: optimizer.adam.lr: -.inf; expected a finite number"]),
    ("optimizer: {adam: {lr: .nan}}", ["2:24: error: optimizer.adam.lr: .nan; expected a finite number"]),
    ("architecture: [residual: [{dropout: 2}]]", [
        "2:37: error: architecture.0.residual.0.dropout: 2; expected a number ≤ 1"
    ]),
    ("training: {epochs: 99999999999999999999999999999999999999}", []),
    # Alternatives: one error, of the branch that was meant.
    ("training: {batch_size: 0}", ["2:24: error: training.batch_size: 0; expected a whole number ≥ 1 or 'auto'"]),
    ("training: {batch_size: atuo}", [
        "2:24: error: training.batch_size: 'atuo' (text); expected a whole number or 'auto' (did you mean 'auto'?)"
    ]),
    ("training: {class_weight: 3}", ["2:26: error: training.class_weight: 3; expected 'balanced' or a mapping"]),
    ("training: {class_weight: {a: 1, b: -1, c: x}}", [
        "2:36: error: training.class_weight.b: -1; expected a number > 0",
        "2:43: error: training.class_weight.c: 'x' (text); expected a number",
    ]),
    ("training: {mode: fsat}", [
        "2:18: error: training.mode: 'fsat' (text); expected one of fast, exact (did you mean 'fast'?)"
    ]),
    ("training: {mode: 3}", ["2:18: error: training.mode: 3; expected one of fast, exact"]),
    ("training: {early_stopping: 3}", [
        "2:28: error: training.early_stopping: 3; expected a mapping with keys among patience, min_delta"
    ]),
    ("training: {early_stopping: {patience: 0}}", [
        "2:39: error: training.early_stopping.patience: 0; expected a whole number ≥ 1"
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes_of_a_file(text: str, expected: list[str]) -> None:
    if not expected:
        checked(BASE + text)
        return
    with pytest.raises(ConfigError) as caught:
        checked(BASE + text)
    assert str(caught.value).split("\n") == ["a.yaml:" + line for line in expected]


def test_all_mistakes_at_once_in_order_of_place_and_those_of_set_last() -> None:
    text = """
optimizer: {adam: {beta3: 1, lr: -1}}
training:
  early_stopping: {patience: 0}
  epochs: x
architecture: [{dens: 3}, relu, {dropout: 2}]
"""
    with pytest.raises(ConfigError) as caught:
        checked(text, "training.mode=x", "optimizer.adam.beta2=2", "training.epochs=y")
    assert str(caught.value).split("\n") == [
        "a.yaml:2:1: error: data: missing: this key is required",
        "a.yaml:2:20: error: optimizer.adam.beta3: unknown key (did you mean 'beta2'?)",
        "a.yaml:2:34: error: optimizer.adam.lr: -1; expected a number > 0",
        "a.yaml:4:30: error: training.early_stopping.patience: 0; expected a whole number ≥ 1",
        "a.yaml:6:17: error: architecture.0.dens: unknown layer 'dens' (did you mean 'dense'?)",
        "a.yaml:6:43: error: architecture.2.dropout: 2; expected a number ≤ 1",
        "--set training.mode=x: error: training.mode: 'x' (text); expected one of fast, exact",
        "--set optimizer.adam.beta2=2: error: optimizer.adam.beta2: 2; expected a number < 1",
        "--set training.epochs=y: error: training.epochs: 'y' (text); expected a whole number",
    ]


def test_a_key_that_only_set_brought_is_reported_there() -> None:
    with pytest.raises(ConfigError) as caught:
        checked(BASE, "training.foo.bar=1", "optimizer.momentum.mu=0.5")
    assert str(caught.value).split("\n") == [
        (
            "--set training.foo.bar=1: error: training.foo: unknown key "
            "(known: epochs, batch_size, early_stopping, class_weight, mode)"
        ),
        "--set optimizer.momentum.mu=0.5: error: optimizer.momentum.lr: missing: this key is required",
    ]


GOOD = [
    "",
    "training:",
    "training: {}",
    "training: {early_stopping: true}",
    "training: {early_stopping: null}",
    "training: {early_stopping: {patience: 3}, class_weight: {'0': 1, a: 2.5}, batch_size: 32}",
    "training: {class_weight: balanced, batch_size: auto, mode: exact}",
    "optimizer: {adam: }",
    "optimizer: {adam: {lr: 1}}",
    "optimizer: {momentum: 0.1}",
    "architecture: {hidden: []}",
    "architecture: {hidden: [8], activation: {leaky_relu: 0.1}}",
    "architecture: [dense: 3, relu, {leaky_relu: }, residual: [{dense: {units: 2}}, residual: []], dropout: 0]",
    "architecture: []",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_valid_config_is_a_fixed_point(text: str) -> None:
    choice = checked(BASE + text)
    plain = choice.plain()
    assert isinstance(plain, dict)
    assert check(Root, plain_document(plain)).plain() == plain


def test_the_choice_builds_the_objects() -> None:
    built = checked(BASE + "optimizer: {momentum: 0.1}\ntraining: {early_stopping: true}").build()
    assert isinstance(built, Root)
    assert built.training.early_stopping is not None
    assert built.training.early_stopping.patience == 10
    momentum = built.optimizer.build("bench")
    assert (momentum.bench, momentum.lr, momentum.mu) == ("bench", 0.1, 0.9)
    assert built.architecture.activation(-1.0) == 0.0


def _even(value: int) -> int:
    if value % 2:
        raise ValueError("an even number")
    return value


@dataclass(frozen=True, kw_only=True)
class Wild:
    """Every annotation that a component may use."""

    whole: Annotated[int, Ge(0), Le(9)] = 0
    three: Annotated[int, MultipleOf(3)] = 0
    even: Annotated[int, AfterValidator(_even)] = 0
    short: Annotated[str, MinLen(2), MaxLen(4)] = "abc"
    letters: Annotated[str, StringConstraints(pattern="^[a-z]+$")] = "abc"
    few: Annotated[list[int], Len(1, 2)] = field(default_factory=lambda: [1])
    pair: tuple[int, str] = (1, "a")
    many: tuple[int, ...] = ()
    table: Annotated[dict[str, int], MinLen(1)] = field(default_factory=lambda: {"a": 1})
    keys: dict[Annotated[str, MinLen(2)], int] = field(default_factory=dict)
    nothing: None = None
    either: int | list[int] | dict[str, Positive] | None = None
    nested: list[int | Literal["a", "b"]] | dict[str, list[int]] = field(default_factory=list)
    flag: bool | Literal["auto"] = "auto"
    anything: Any = None
    one: Literal["only"] = "only"


WILD: list[tuple[str, str]] = [
    ("whole: 10", "whole: 10; expected a whole number ≤ 9"),
    ("whole: 99999999999999999999", "whole: 99999999999999999999; expected a whole number ≤ 9"),
    ("three: 4", "three: 4; expected a multiple of 3"),
    ("even: 3", "even: 3; expected an even number"),
    ("short: a", "short: 'a' (text); expected at least 2 characters"),
    ("short: abcde", "short: 'abcde' (text); expected at most 4 characters"),
    ("short: 3", "short: 3; expected text (put it in quotes)"),
    ("letters: A", "letters: 'A' (text); expected text that matches ^[a-z]+$"),
    ("few: []", "few: an empty list; expected at least 1 item"),
    ("few: [1, 2, 3]", "few: a list; expected at most 2 items"),
    ("few: 1", "few: 1; expected a list"),
    ("few: {a: 1}", "few: a mapping with 'a'; expected a list"),
    ("pair: 1", "pair: 1; expected a list"),
    ("many: 1", "many: 1; expected a list"),
    ("table: {}", "table: an empty mapping; expected at least 1 item"),
    ("table: [a]", "table: a list; expected a mapping"),
    ("table: {a: x}", "table.a: 'x' (text); expected a whole number"),
    ("keys: {a: 1}", "keys.a: 'a' (text); expected at least 2 characters"),
    ("nothing: 1", "nothing: 1; expected null"),
    ("either: x", "either: 'x' (text); expected a whole number or a list or a mapping"),
    ("either: [x]", "either.0: 'x' (text); expected a whole number"),
    ("either: {a: -1}", "either.a: -1; expected a number > 0"),
    ("nested: [a, c]", "nested.1: 'c' (text); expected a whole number or one of a, b"),
    ("nested: {a: [x]}", "nested.a.0: 'x' (text); expected a whole number"),
    ("nested: 3", "nested: 3; expected a list or a mapping"),
    ("flag: 1", "flag: 1; expected true or false or 'auto'"),
    ("one: on", "one: 'on' (text); expected 'only'"),
]


@pytest.mark.parametrize(("text", "message"), WILD)
def test_every_kind_of_annotation_is_explained_in_our_words(text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(Wild, parse(text.encode(), "a.yaml", Path()))
    (line,) = str(caught.value).split("\n")
    assert message in line
    for word in ("Input", "valid", "should", "function", "instance", "pydantic"):
        assert word not in line


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 12)
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["adam", "relu"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["dense", "adam", "lr", "hidden", "train", "x y", "[key]", "int"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["data", "architecture", "optimizer", "training", "x"]), VALUES))
def test_whatever_the_values_only_a_config_error_comes_out(value: dict[str, Any]) -> None:
    try:
        choice = check(Root, plain_document(value))
    except ConfigError as error:
        for line in str(error).split("\n"):
            assert line.startswith("config: error: ")
            assert "Input" not in line
    else:
        plain = choice.plain()
        assert isinstance(plain, dict)
        assert check(Root, plain_document(plain)).plain() == plain


@given(st.dictionaries(st.sampled_from(list(Wild.__annotations__)), VALUES))
def test_every_annotation_survives_any_value(value: dict[str, Any]) -> None:
    lines = ""
    try:
        check(Wild, plain_document(value))
    except ConfigError as error:
        lines = str(error)
    assert "Input" not in lines
