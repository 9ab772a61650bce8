"""Every setting of a checked config with the place that it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nntrain.config.document import Document
from nntrain.config.paths import Loc, dotted
from nntrain.config.registry import Choice, plain
from nntrain.config.writer import inline

Row = tuple[str, str, str]
"""Dotted path, value, origin."""


def resolved(choice: Choice, document: Document, derived: Mapping[Loc, str] | None = None) -> list[Row]:
    """The rows of all settings, named things first and their settings below; ``derived`` says why, by path."""
    walk = _Walk(document, derived or {})
    return list(walk.settings(choice, (), ()))


class _Walk:
    """Follows a choice and, as far as it goes, the document that it was made of.

    Two paths are kept: that of the setting, with everything written out, and that in the document, which is None
    where the document says nothing.
    """

    def __init__(self, document: Document, derived: Mapping[Loc, str]) -> None:
        self.document, self.derived = document, derived

    def settings(self, choice: Choice, loc: Loc, written: Loc | None) -> Iterator[Row]:
        value = self._value(written)
        for key, setting in choice.settings.items():
            below: Loc | None = None
            if written is not None and isinstance(value, dict):
                below = (*written, key) if key in value else None
            elif key == choice.component.principal and not (value is None or isinstance(value, bool)):
                below = written
            yield from self.any(setting, (*loc, key), below)

    def any(self, value: object, loc: Loc, written: Loc | None) -> Iterator[Row]:
        if isinstance(value, Choice):
            yield from self.choice(value, loc, written)
        elif isinstance(value, list) and any(isinstance(item, Choice) for item in value):
            spelt = self._value(written)
            for index, item in enumerate(value):
                below = (*written, index) if written is not None and isinstance(spelt, list) else written
                yield from self.any(item, (*loc, index), below)
        elif isinstance(value, dict) and value:
            spelt = self._value(written)
            for key, item in value.items():
                below = (*written, key) if written is not None and isinstance(spelt, dict) and key in spelt else written
                yield from self.any(item, (*loc, key), below)
        else:
            yield self.row(loc, inline(plain(value)), self._origin(loc, written))

    def choice(self, choice: Choice, loc: Loc, written: Loc | None) -> Iterator[Row]:
        if not choice.name:
            yield from self.settings(choice, loc, written)
            return
        value = self._value(written)
        below, origin = written, self._origin(loc, written)
        if written is not None and isinstance(value, dict) and choice.name in value:
            below = (*written, choice.name)
            origin = self.derived.get(loc) or self.document.key_origin(below).text
        elif value == choice.name:
            below = None
        yield self.row(loc, choice.name, origin)
        yield from self.settings(choice, (*loc, choice.name), below)

    def row(self, loc: Loc, text: str, origin: str) -> Row:
        return dotted(loc), text, origin

    def _origin(self, loc: Loc, written: Loc | None) -> str:
        if loc in self.derived:
            return f"derived: {self.derived[loc]}"
        return "default" if written is None else self.document.place(written)

    def _value(self, written: Loc | None) -> Any:
        value: Any = None if written is None else self.document.value
        for part in written or ():
            value = value[part]
        return value
