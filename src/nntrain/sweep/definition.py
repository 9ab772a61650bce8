"""A sweep as its file describes it: its settings, its space, and the spec of every point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from nntrain.config.document import Document, Origin
from nntrain.config.registry import Choice, plain
from nntrain.spec import Spec, spec_from
from nntrain.sweep.dimensions import Choices
from nntrain.sweep.rows import Coordinates
from nntrain.sweep.settings import SweepSettings
from nntrain.sweep.space import Space


@dataclass(frozen=True)
class Sweep:
    """A checked file. ``fixed`` is what all runs have over the base."""

    path: Path
    document: Document
    choice: Choice
    settings: SweepSettings
    base: Document
    space: Space
    fixed: Mapping[str, object]

    @property
    def name(self) -> str:
        """Of the file."""
        return self.path.stem

    @cached_property
    def monitor(self) -> str:
        """The objective as a column of a run's history: ``validation_accuracy``, which the file may call ``accuracy``."""
        name = self.settings.objective
        return name if name.startswith(("validation_", "train_")) else f"validation_{name}"

    @cached_property
    def pruning_plain(self) -> dict[str, Any]:
        """Name and settings of the pruning, for a worker."""
        choice = cast("Choice", self.choice.settings["pruning"])
        return {choice.name: {key: plain(value) for key, value in choice.settings.items()}}

    def spec(self, coordinates: Coordinates, own: Mapping[str, object] | None = None) -> Spec:
        """The spec of a point, with a run's own settings over it; ConfigError names the place of what cannot be."""
        values = self.space.values(coordinates)
        origins = {key: self._origin(key, coordinates[key]) for key in values}
        return spec_from(self.base, self.name, {**values, **self.fixed, **(own or {})}, origins)

    def _origin(self, key: str, coordinate: float) -> Origin:
        """Where a value was written."""
        dimension = self.space.by_key[key]
        if isinstance(dimension, Choices):
            return self.document.origin(("space", key, int(coordinate)))
        return self.document.origin(("space", key, "log" if dimension.log else "range"))
