"""What a point is: a digest of its whole config and its data, so that no point is ever trained twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from nntrain.assemble.parts import wants_counts
from nntrain.assemble.prepare import Load
from nntrain.config.writer import inline
from nntrain.data.dataset import Dataset
from nntrain.errors import ConfigError
from nntrain.spec import Spec
from nntrain.streams import stream_key
from nntrain.sweep.definition import Sweep
from nntrain.sweep.rows import Coordinates, Plan
from nntrain.sweep.shared_data import SharedData

PLACES = ("train", "validation", "test")
"""Keys of ``data`` that say where tables are; what is in them counts instead."""


class Identities:
    """Plans of runs, each with the digest of its point."""

    def __init__(self, sweep: Sweep, data: Path) -> None:
        self.sweep, self.shared = sweep, SharedData(data)
        self._digests: dict[str, dict[str, str]] = {}

    def point(self, coordinates: Coordinates) -> str:
        """The digest of a point: equal for points whose runs would be the same."""
        spec = self._spec(coordinates)
        config = spec.plain()
        what = {
            "config": {**config, "data": {key: value for key, value in config["data"].items() if key not in PLACES}},
            "data": self._data(spec, config["data"]),
            "seed": self.sweep.settings.seed,
        }
        return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:24]

    def _spec(self, coordinates: Coordinates) -> Spec:
        """The spec of a point; what is wrong with a combination of values that are right by themselves names all of them."""
        try:
            return self.sweep.spec(coordinates)
        except ConfigError as error:
            values = ", ".join(f"{key}: {inline(value)}" for key, value in self.sweep.space.values(coordinates).items())
            raise ConfigError(
                [replace(problem, message=f"{problem.message} (with {values})") for problem in error.problems]
            ) from None

    def plan(self, number: int, point: str, coordinates: Coordinates, marks: Mapping[str, Any]) -> list[Plan]:
        """The runs of a point: every fold of every repeat."""
        settings, values = self.sweep.settings, self.sweep.space.values(coordinates)
        return [
            Plan(number, repeat, fold, point, self.seed(point, repeat), coordinates, values, dict(marks))
            for repeat in range(settings.repeats)
            for fold in range(settings.folds)
        ]

    def seed(self, point: str, repeat: int) -> int:
        """``training.seed`` of a repeat; the folds of a repeat share it."""
        return stream_key(self.sweep.settings.seed, f"sweep run {point}", repeat) % 2**63

    def spec_of_run(self, plan: Plan) -> Spec:
        """The whole config of a run."""
        own: dict[str, object] = {"training.seed": plan.seed}
        if self.sweep.settings.folds > 1:
            own["data.split.fold"] = plan.fold
        return self.sweep.spec(plan.coordinates, own)

    def dataset(self, spec: Spec) -> Dataset:
        """The rows of a spec; read once for all processes."""
        return self.load(spec)(spec.config.data, wants_counts(spec))

    def load(self, spec: Spec) -> Load:
        """The same for `prepare`."""
        return self.shared.loader(spec.plain()["data"])

    def _data(self, spec: Spec, plain: Mapping[str, Any]) -> dict[str, str]:
        key = json.dumps([plain, wants_counts(spec)], sort_keys=True)
        if key not in self._digests:
            self._digests[key] = dict(self.dataset(spec).digests)
        return self._digests[key]
