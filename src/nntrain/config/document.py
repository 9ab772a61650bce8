"""A config as plain values, with the place where each value and each key was written."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from nntrain.config.nodes import DEEPEST, Nodes, read
from nntrain.config.paths import Loc
from nntrain.errors import ConfigError, Problem, StorageError

LARGEST_FILE = 2**20
"""Bytes of a config file."""


@dataclass(frozen=True)
class Origin:
    """Where a value was written, and the folder that relative paths written there refer to."""

    kind: Literal["file", "set"]
    text: str
    base: Path
    line: int = 0
    column: int = 0

    @property
    def order(self) -> tuple[bool, int, int]:
        """Sorts by position in the file; what the command line says comes last."""
        return self.kind == "set", self.line, self.column


@dataclass(frozen=True)
class Document:
    """A config before it is checked: None, booleans, numbers, text, lists and mappings."""

    value: dict[str, object]
    origins: Mapping[Loc, Origin] = field(default_factory=dict)
    key_origins: Mapping[Loc, Origin] = field(default_factory=dict)

    def origin(self, loc: Loc) -> Origin:
        """The origin of the value at ``loc``, or of the nearest value around it."""
        while loc and loc not in self.origins:
            loc = loc[:-1]
        return self.origins.get(loc) or Origin("file", "config", Path.cwd())

    def key_origin(self, loc: Loc) -> Origin:
        """The origin of the key that ends ``loc``; of a list item or of the whole, that of the value."""
        return self.key_origins.get(loc) or self.origin(loc)

    def part(self, key: str) -> Document:
        """The mapping under ``key`` as a document of its own, with the places where it was written."""
        value = self.value[key]
        assert isinstance(value, dict)

        def below(origins: Mapping[Loc, Origin]) -> dict[Loc, Origin]:
            return {loc[1:]: origin for loc, origin in origins.items() if loc and loc[0] == key}

        return Document(value, below(self.origins), below(self.key_origins))

    def place(self, loc: Loc) -> str:
        """The place of the value at ``loc``, for an error message."""
        return self.origin(loc).text


def load(path: Path) -> Document:
    """Read a config file; paths in it refer to its folder."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError(Problem("", f"{path}: no such file")) from None
    except IsADirectoryError:
        raise ConfigError(Problem("", f"{path}: a folder; expected a config file")) from None
    except (OSError, ValueError) as error:
        raise StorageError(Problem("", f"{path}: cannot be read ({error})")) from None
    return parse(content, os.fspath(path), path.parent.absolute())


def parse(text: bytes, name: str, base: Path, deepest: int = DEEPEST) -> Document:
    """Read a config from its bytes; ``name`` stands before the line in error messages."""
    if len(text) > LARGEST_FILE:
        raise ConfigError(Problem(name, f"larger than 1 MiB ({len(text):,} bytes or more); is this a config?"))
    nodes = read(_decode(text, name), deepest)
    problems = [Problem(f"{name}:{spot.line}:{spot.column}", message) for spot, message in sorted(nodes.faults)]
    if problems:
        raise ConfigError(problems)
    if not isinstance(nodes.value, dict):
        given = "the file is empty" if nodes.value is None else "this is not a mapping"
        line, column = nodes.spots.get((), (1, 1))
        raise ConfigError(Problem(f"{name}:{line}:{column}", f"{given}; expected sections such as 'data:'"))
    return _document(nodes, name, base)


def plain_document(value: Mapping[str, object], name: str = "config", base: Path | None = None) -> Document:
    """A document of values that were never a file."""
    return Document(dict(value), {(): Origin("file", name, base or Path.cwd())})


def _decode(text: bytes, name: str) -> str:
    try:
        return text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = text[: error.start].decode("utf-8", "replace")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        byte = text[error.start]
        raise ConfigError(
            Problem(f"{name}:{line}:{column}", f"byte 0x{byte:02x} is not UTF-8; save as UTF-8")
        ) from None


def _document(nodes: Nodes, name: str, base: Path) -> Document:
    def origins(spots: Mapping[Loc, tuple[int, int]]) -> dict[Loc, Origin]:
        return {loc: Origin("file", f"{name}:{line}:{col}", base, line, col) for loc, (line, col) in spots.items()}

    assert isinstance(nodes.value, dict)
    return Document(nodes.value, origins(nodes.spots), origins(nodes.key_spots))
