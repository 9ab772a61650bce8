"""A document against the component model: a checked choice, or every mistake with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nntrain.config.annotations import containers
from nntrain.config.document import Document, Origin
from nntrain.config.markers import KEY_FAULT, Named, check_settings, section_component
from nntrain.config.messages import expectation, explain, mending
from nntrain.config.paths import Loc, dotted, split_path
from nntrain.config.registry import Choice, Component
from nntrain.errors import ConfigError, Problem


def check(root: Callable[..., Any], document: Document) -> Choice:
    """The choice that a document describes; ConfigError with all its problems if it is not a valid one."""
    component = section_component(root)
    try:
        return check_settings(component, document.value, ())
    except ValidationError as error:
        raise ConfigError(problems(error, document, component)) from None


def problems(error: ValidationError, document: Document, root: Component[Any]) -> list[Problem]:
    """Pydantic's errors in our words, sorted by place."""
    findings = [
        _with_right_place(_found(item, document.value), document, root) for item in error.errors(include_url=False)
    ]
    placed = [(_origin(finding, document), finding) for finding in _merged(findings)]
    placed.sort(key=lambda pair: pair[0].order)
    lines = [
        (origin.text, f"{dotted(found.loc)}: {found.message}" if found.loc else found.message)
        for origin, found in placed
    ]
    return [Problem(place, message) for place, message in dict.fromkeys(lines)]


def problem(document: Document, loc: Loc, message: str) -> Problem:
    """A problem found later, such as a metric that does not fit the task, at the place of ``loc``."""
    return Problem(document.place(loc), f"{dotted(loc)}: {message}")


def with_places(error: ConfigError, document: Document) -> ConfigError:
    """The same error, its messages that begin with a dotted path and have no place put where that path was written.

    For rules between settings (``__post_init__`` of a section), which know the path but not the document.
    """
    return ConfigError([_with_place(found, document) for found in error.problems])


def _with_place(found: Problem, document: Document) -> Problem:
    path = split_path(found.message.partition(": ")[0])
    if found.place or not path or path[0] not in document.value:
        return found
    return replace(found, place=document.place(tuple(int(part) if part.isdecimal() else part for part in path)))


@dataclass(frozen=True)
class _Finding:
    """One error: where in the document, and in which branch of which union."""

    loc: Loc
    branches: tuple[tuple[Loc, str], ...]
    kind: str
    given: object
    expected: str
    message: str
    hint: str = ""


def _below(value: object, part: int | str) -> tuple[object] | None:
    """What stands in a list or mapping at a part of a path; None where the part is no place in it."""
    if isinstance(value, list):
        return (value[part],) if isinstance(part, int) else None
    return (value[part],) if isinstance(value, dict) and part in value else None


def _found(item: ErrorDetails, value: object) -> _Finding:
    """Separate the place of an error from the tags of the unions around it."""
    kind, context = item["type"], item.get("ctx", {})
    loc: Loc = ()
    branches: list[tuple[Loc, str]] = []
    last = len(item["loc"]) - 1
    for index, part in enumerate(item["loc"]):
        if (below := _below(value, part)) is not None:
            (value,) = below
            loc = (*loc, part)
        elif kind == "missing" and index == last:
            loc = (*loc, value, part) if isinstance(value, str) else (*loc, part)
        elif part == "[key]":
            kind = KEY_FAULT
        else:
            branches.append((loc, str(part)))
    given = item["input"]
    message = explain(item["type"], given, context, item["msg"])
    expected = "" if item["type"].startswith("nntrain") else expectation(item["type"], context, item["msg"])
    return _Finding(loc, tuple(branches), kind, given, expected, message, mending(item["type"], given, context))


def _with_right_place(finding: _Finding, document: Document, root: Component[Any]) -> _Finding:
    """For a key that is unknown here, but known in another place, say where."""
    if finding.kind != KEY_FAULT or not re.fullmatch(r"unknown key( \(known.*)?", finding.message):
        return finding
    places = [loc for loc in _settings(root, (), document.value) if loc[-1] == finding.loc[-1]]
    if len(places) != 1:
        return finding
    return replace(finding, message=f"unknown key (did you mean '{dotted(places[0])}'?)")


def _settings(component: Component[Any], loc: Loc, value: object) -> Iterator[Loc]:
    """The places of all settings, of named things those of the one that is chosen or the default."""
    for key, annotation in component.annotations.items():
        here = (*loc, key)
        yield here
        given = value.get(key, component.defaults.get(key)) if isinstance(value, dict) else component.defaults.get(key)
        for form in containers(annotation):
            if isinstance(form, Component):
                yield from _settings(form, here, given)
            elif isinstance(form, Named):
                name = next(iter(given), "") if isinstance(given, dict) else given
                if isinstance(name, str) and name in form.registry:
                    yield from _settings(form.registry[name], (*here, name), None)


def _merged(findings: Iterable[_Finding]) -> list[_Finding]:
    """One finding where the branches of a union each gave one: of the branch that came furthest, or of all."""
    kept: list[_Finding] = []
    unions: dict[Loc, list[_Finding]] = {}
    for finding in findings:
        if finding.branches:
            unions.setdefault(finding.branches[0][0], []).append(finding)
        else:
            kept.append(finding)
    for loc, members in unions.items():
        tags = dict.fromkeys(member.branches[0][1] for member in members)
        groups = [_merged([_inner(member) for member in members if member.branches[0][1] == tag]) for tag in tags]
        entered = [group for group in groups if all(member.loc != loc or member.kind == "missing" for member in group)]
        if entered:
            nearest: list[_Finding] = min(entered, key=len)
            kept.extend(nearest)
        else:
            kept.append(_joined([member for group in groups for member in group]))
    return kept


def _inner(finding: _Finding) -> _Finding:
    return replace(finding, branches=finding.branches[1:])


def _joined(findings: list[_Finding]) -> _Finding:
    """``'x' (text); expected a whole number or one of auto``."""
    first = findings[0]
    here = [finding for finding in findings if finding.loc == first.loc]
    givens, expected = zip(*(finding.message.partition("; expected ")[::2] for finding in here), strict=True)
    if len(set(givens)) == 1 and all(expected):
        wanted = " or ".join(
            dict.fromkeys(finding.expected or text for finding, text in zip(here, expected, strict=True))
        )
        message = f"{givens[0]}; expected {wanted}{next((f.hint for f in here if f.hint), '')}"
    else:
        message = "; or: ".join(dict.fromkeys(finding.message for finding in here))
    return replace(first, expected="", message=message)


def _origin(finding: _Finding, document: Document) -> Origin:
    if finding.kind == KEY_FAULT:
        return document.key_origin(finding.loc)
    if finding.kind == "missing":
        parent = finding.loc[:-1]
        while parent and parent not in document.origins:
            parent = parent[:-1]
        return document.key_origin(parent)
    return document.origin(finding.loc)
