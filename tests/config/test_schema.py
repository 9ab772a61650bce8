from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator

from nntrain.config.document import parse
from nntrain.config.schema import json_schema
from nntrain.errors import ConfigError
from tests.config.house import BASE_PATH, Root, activations, checked, layers, optimizers
from tests.config.test_check import GOOD, MISTAKES

SCHEMA = json_schema(Root, [optimizers, layers, activations], "A config")
VALIDATOR = Draft202012Validator(SCHEMA)
BASE = "data: {train: x.csv}\n"


def valid(text: str) -> bool:
    return bool(VALIDATOR.is_valid(parse((BASE + text).encode(), "a.yaml", BASE_PATH).value))


def test_it_is_a_schema_in_json() -> None:
    Draft202012Validator.check_schema(json.loads(json.dumps(SCHEMA)))
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["title"] == "A config"


@pytest.mark.parametrize("text", GOOD)
def test_a_valid_config_is_valid(text: str) -> None:
    checked(BASE + text)
    assert valid(text)


LAXER = (".inf", ".nan", "epochs: 2.0")
"""What JSON has no words for: a number that is not finite, and a whole number written with a point."""


@pytest.mark.parametrize("text", [text for text, lines in MISTAKES if lines])
def test_a_broken_config_is_not(text: str) -> None:
    with pytest.raises(ConfigError):
        checked(BASE + text)
    assert valid(text) == (any(word in text for word in LAXER) and "-.inf" not in text)


def test_bounds_defaults_and_descriptions() -> None:
    training = SCHEMA["properties"]["training"]
    assert training["anyOf"][1] == {"type": "null"}
    body = training["anyOf"][0]
    assert body["description"] == "How the loop runs."
    assert body["additionalProperties"] is False
    assert body["properties"]["epochs"] == {
        "type": "integer",
        "minimum": 1,
        "description": "passes over the rows",
        "default": 3,
    }
    assert body["properties"]["early_stopping"]["anyOf"][1:] == [{"type": "boolean"}, {"type": "null"}]
    assert SCHEMA["required"] == ["data"]
    assert SCHEMA["properties"]["optimizer"] == {"$ref": "#/$defs/optimizer", "default": "adam"}


def test_a_named_thing_is_a_name_or_one_key() -> None:
    name, one = SCHEMA["$defs"]["optimizer"]["anyOf"]
    assert name == {"enum": ["adam"]}
    assert one["properties"]["momentum"] == {"$ref": "#/$defs/optimizer.momentum"}
    assert (one["minProperties"], one["maxProperties"], one["additionalProperties"]) == (1, 1, False)
    settings, bare = SCHEMA["$defs"]["optimizer.momentum"]["anyOf"]
    assert settings["required"] == ["lr"]
    assert bare == {"type": "number", "exclusiveMinimum": 0}


def test_settings_are_described_by_the_docstring() -> None:
    adam = SCHEMA["$defs"]["optimizer.adam"]["anyOf"][0]
    assert adam["description"] == "Adaptive moments (Kingma & Ba, 2015)."
    assert adam["properties"]["beta1"]["description"] == "decay of the mean; close to 1"


def test_every_reference_is_defined() -> None:
    def references(value: Any) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for item in value.values() for ref in references(item)]
        return [ref for item in value for ref in references(item)] if isinstance(value, list) else []

    found = set(references(SCHEMA))
    assert found
    assert found <= {f"#/$defs/{name}" for name in SCHEMA["$defs"]}
    assert all(SCHEMA["$defs"].values())


class Even:
    """A marker with a schema."""

    def json_schema(self, source: Any, build: Any) -> dict[str, Any]:
        return build(source) | {"multipleOf": 2}


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Holds."""

    even: Annotated[int, Even()]
    other: list[int] = field(default_factory=list)


def test_a_marker_may_bring_its_own_schema() -> None:
    assert json_schema(Holder)["properties"]["even"] == {"type": "integer", "multipleOf": 2}
