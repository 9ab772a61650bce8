"""A checked config: what was written, what it means, and where each value came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from nntrain.config.check import check, with_places
from nntrain.config.document import Document, Origin, load, plain_document
from nntrain.config.overrides import override, override_values
from nntrain.config.paths import Loc
from nntrain.config.registry import Choice
from nntrain.data.sources import anchored
from nntrain.errors import ConfigError, Problem
from nntrain.spec.tree import Config

SOURCES: tuple[Loc, ...] = (("data", "train"), ("data", "validation"), ("data", "test"))
INITIALIZERS = ("initializer", "bias_initializer")
"""The keys whose value may name a file of weights."""


@dataclass(frozen=True)
class Spec:
    """The checked tree (`choice`), its built form (`config`), and the document that it came from."""

    name: str
    document: Document
    choice: Choice
    config: Config

    def plain(self) -> dict[str, Any]:
        """The whole config as YAML data, every default filled in."""
        return cast("dict[str, Any]", self.choice.plain())

    def error(self, loc: Loc, message: str) -> ConfigError:
        """An error at the place where the value at ``loc`` was written."""
        return ConfigError(Problem(self.document.place(loc), f"{'.'.join(map(str, loc))}: {message}"))


def load_spec(
    path: Path,
    assignments: Sequence[str] = (),
    overrides: Mapping[str, object] | None = None,
    *,
    name: str | None = None,
) -> Spec:
    """Read and check a config file with ``--set`` assignments, or overrides by Python values, over it."""
    return _spec(name or path.stem, load(path), assignments, overrides or {})


def spec_of(
    plain: Mapping[str, object],
    name: str,
    assignments: Sequence[str] = (),
    overrides: Mapping[str, object] | None = None,
) -> Spec:
    """The spec of a resolved config, such as the one that a checkpoint holds."""
    return _spec(name, plain_document(plain, name), assignments, overrides or {})


def spec_from(
    document: Document,
    name: str,
    overrides: Mapping[str, object] | None = None,
    origins: Mapping[str, Origin] | None = None,
) -> Spec:
    """The spec of a document that is already read, such as a part of another file, with overrides written at ``origins``."""
    return _checked(name, override_values(document, overrides or {}, Config, origins))


def _spec(name: str, document: Document, assignments: Sequence[str], overrides: Mapping[str, object]) -> Spec:
    return _checked(name, override_values(override(document, assignments, Config), overrides, Config))


def _checked(name: str, document: Document) -> Spec:
    document = _anchored(document)
    choice = check(Config, document)
    try:
        config = choice.build()
    except ConfigError as error:  # a rule between settings, which does not know its place
        raise with_places(error, document) from None
    return Spec(name, document, choice, config)


def _anchored(document: Document) -> Document:
    """The document with the paths in it made absolute, each against the folder it was written in."""
    value = dict(document.value)
    data = value.get("data")
    if isinstance(data, dict):
        paths = {key: anchored(data[key], document.origin(("data", key)).base) for _, key in SOURCES if key in data}
        value["data"] = {**data, **paths}
    value = {key: _with_anchored_weights(item, (key,), document) for key, item in value.items()}
    return replace(document, value=value)


def _with_anchored_weights(value: object, loc: Loc, document: Document) -> object:
    """The same for the files of initializers, however deep they stand."""
    if isinstance(value, list):
        return [_with_anchored_weights(item, (*loc, position), document) for position, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if loc[-1] in INITIALIZERS and "file" in value:
        return anchored(value, document.origin(loc).base)
    return {key: _with_anchored_weights(item, (*loc, key), document) for key, item in value.items()}
