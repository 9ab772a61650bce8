from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import pytest
from pydantic import ValidationError

from nntrain.config.markers import Named, Section, check_settings, section_component
from nntrain.config.registry import Choice, Component, Registry, snake_case
from nntrain.types import Count, Positive

if TYPE_CHECKING:
    from nntrain.network.site import Site

things: Registry[Any] = Registry("thing")


@things
class BigThing:
    """A thing with context."""

    def __init__(self, site: Site, *, size: Count, colour: str = "red") -> None:
        self.site, self.size, self.colour = site, size, colour


@things
class Plain:
    """A thing without settings, nor an ``__init__`` of its own."""


@things
def scale(x: float, *, by: Positive = 2.0) -> float:
    """x · by."""
    return x * by


@dataclass(frozen=True, kw_only=True)
class Inner:
    a: Count = 1
    thing: Annotated[Any, Named(things)] = "plain"


@dataclass(frozen=True, kw_only=True)
class Outer:
    """Sections within sections."""

    inner: Annotated[Inner, Section()] = Inner(a=7)
    made: Annotated[Inner, Section()] = field(default_factory=Inner)
    switch: Annotated[Inner | None, Section(switch=True)] = None
    names: list[str] = field(default_factory=lambda: ["x"])


class TestComponent:
    def test_settings_and_context(self) -> None:
        component = things["big_thing"]
        assert list(component.parameters) == ["size", "colour"]
        assert component.annotations == {"size": Count, "colour": str}
        assert component.defaults == {"colour": "red"}
        assert component.principal == "size"
        assert component.build("site", size=3).site == "site"

    def test_one_without_settings(self) -> None:
        component = things["plain"]
        assert (component.parameters, component.annotations, component.principal) == ({}, {}, None)
        assert isinstance(component.build(), Plain)

    def test_a_function_waits_for_its_context(self) -> None:
        assert Named(things).check({"scale": 3}).build()(2.0) == 6.0
        assert things.build("scale", 2.0) == 4.0

    def test_only_a_docstring_that_was_written_counts(self) -> None:
        assert section_component(Outer).doc == "Sections within sections."
        assert section_component(Inner).doc == ""

    def test_a_name_is_taken_once(self) -> None:
        with pytest.raises(ValueError, match="two things named 'plain'"):
            things(Plain)

    def test_what_is_registered_below_is_known_above(self) -> None:
        below: Registry[Any] = Registry("part", parent=things)
        below(type("Wheel", (), {}))
        assert "wheel" in things
        assert things["wheel"].kind == "part"
        assert things.names[-1] == "wheel"
        things._components.pop("wheel")

    @pytest.mark.parametrize(
        ("name", "snake"),
        [("BatchNorm", "batch_norm"), ("PReLU", "prelu"), ("Relu", "relu"), ("step_", "step"), ("L2Norm", "l2_norm")],
    )
    def test_names(self, name: str, snake: str) -> None:
        assert snake_case(name) == snake


class TestSections:
    def check(self, **values: object) -> Outer:
        built = check_settings(section_component(Outer), values, ()).build()
        assert isinstance(built, Outer)
        return built

    def test_defaults_may_be_instances_or_factories(self) -> None:
        outer = self.check()
        assert (outer.inner.a, outer.made.a, outer.names) == (7, 1, ["x"])
        assert isinstance(outer.inner.thing, Plain)

    def test_factories_give_a_new_value_each_time_they_are_asked(self) -> None:
        assert (
            Component("", Outer, "section").defaults["names"] is not Component("", Outer, "section").defaults["names"]
        )

    @pytest.mark.parametrize(("value", "a"), [(True, 1), ({}, 1), ({"a": 3}, 3), (False, None), (None, None)])
    def test_a_switch(self, value: object, a: int | None) -> None:
        inner = self.check(switch=value).switch
        assert (inner and inner.a) == a

    def test_an_empty_section_is_all_its_defaults(self) -> None:
        assert self.check(inner=None).inner.a == 1

    def test_a_section_that_is_no_switch_is_none(self) -> None:
        with pytest.raises(ValidationError, match="expected a mapping"):
            self.check(inner=True)

    def test_plain_values_have_every_default(self) -> None:
        assert check_settings(section_component(Outer), {}, ()).plain() == {
            "inner": {"a": 7, "thing": "plain"},
            "made": {"a": 1, "thing": "plain"},
            "switch": None,
            "names": ["x"],
        }


def test_a_choice_passes_as_it_is() -> None:
    choice = Named(things).check("plain")
    assert Named(things).check(choice) is choice
    assert isinstance(choice, Choice)


def test_configuration_works_without_numpy() -> None:
    modules = "check, overrides, resolved, writer, schema, reference"
    code = f"import sys\nfrom nntrain.config import {modules}\nassert 'numpy' not in sys.modules\n"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
