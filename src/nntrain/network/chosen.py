"""Which inputs a layer works on, told by what they stand for; the others it passes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import suggestion
from nntrain.errors import ConfigError, Problem
from nntrain.network.site import Site
from nntrain.types import Feature


@dataclass(frozen=True)
class Chosen:
    """``places`` of the inputs that a layer works on, with their ``features``; and of the ``others``."""

    places: NDArray[np.intp]
    others: NDArray[np.intp]
    features: tuple[Feature, ...]
    rest: tuple[Feature, ...]

    def __len__(self) -> int:
        return len(self.places)

    @classmethod
    def of(cls, site: Site, kind: Literal["number", "code"], columns: Sequence[str] | None) -> Chosen:
        """All inputs of a kind, or those of some columns; where the table is not known, every input is a number."""
        features = site.features or tuple(Feature(f"{place}", f"{place}") for place in range(site.width))
        if site.features is None and columns is not None:
            raise ConfigError(f"{site.name}: columns can be named only in front of layers that mix them")
        fitting = {feature.column for feature in features if feature.kind == kind}
        problems = [
            Problem("", f"{site.name}: {_complaint(name, kind, fitting, features)}")
            for name in columns or ()
            if name not in fitting
        ]
        if problems:
            raise ConfigError(problems)
        wanted = fitting if columns is None else set(columns)
        here = np.array([feature.kind == kind and feature.column in wanted for feature in features])
        places, others = np.flatnonzero(here), np.flatnonzero(~here)
        return cls(places, others, tuple(features[at] for at in places), tuple(features[at] for at in others))

    def behind(self, each: int) -> tuple[Feature, ...]:
        """What stands in an output with ``each`` entries in a row for every chosen input, and the others behind."""
        entries = (
            Feature(f"{feature.name}[{entry}]", feature.column, "entry")
            for feature in self.features
            for entry in range(each)
        )
        return (*entries, *self.rest)


def _complaint(name: str, kind: str, fitting: set[str], features: Sequence[Feature]) -> str:
    what = "code of a category" if kind == "code" else "number"
    if any(feature.column == name for feature in features):
        mend = "set its encoding: ordinal" if kind == "code" else "its type is not numeric"
        return f"column '{name}' is no {what} here; {mend}"
    return f"no column '{name}' comes in here{suggestion(name, sorted(fitting))}"
