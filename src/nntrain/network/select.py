"""Some columns of the input, by name or by number: what one branch is to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from annotated_types import MinLen

from nntrain.config.messages import shorten, suggestion
from nntrain.errors import ConfigError, Problem
from nntrain.network.layer import Layer, layers
from nntrain.network.site import Site
from nntrain.types import Batch, Index

ColumnName = Annotated[str, MinLen(1)]


@layers
class Select(Layer):
    """y = the named columns of x, in the order given.

    Shapes    x (B, n)   y (B, m)
    Backward  dx has dy in the selected columns, else 0

    YAML      select: [age, income]        select: [0, 3]

    ``columns``  names or numbers (from 0) of inputs; the name of a table's column means all inputs made of it

    Names are known in front of every layer that mixes columns: of the network's input, and behind select, concat of
    selects, gaussian_noise and scale. Each column can be selected once.
    """

    takes_codes = True

    def __init__(self, site: Site, *, columns: Annotated[list[ColumnName | Index], MinLen(1)]) -> None:
        places = selected(site, columns)
        self.places = np.array(places, np.intp)
        self.width = len(places)
        if site.features is not None:
            self.features = tuple(site.features[place] for place in places)
        self.y, self.dx = site.buffer(self.width), site.buffer(site.width)

    def forward(self, x: Batch) -> Batch:
        """y_j = x_{c_j}."""
        return np.take(x, self.places, axis=1, out=self.y[: len(x)], mode="clip")  # other modes make a copy

    def backward(self, dy: Batch) -> Batch:
        """Only what was selected reaches the loss."""
        dx = self.dx[: len(dy)]
        dx.fill(0.0)
        dx[:, self.places] = dy
        return dx


def selected(site: Site, columns: Sequence[str | int]) -> list[int]:
    """The numbers of the columns at a site; raises with everything that cannot be."""
    problems: list[Problem] = []
    places: list[int] = []
    for column in columns:
        found = [column] if isinstance(column, int) and column < site.width else _places(site, column)
        if not found:
            problems.append(Problem("", f"{site.name}: {_absent(site, column)}"))
        elif set(found) & set(places):
            problems.append(Problem("", f"{site.name}: {_shown(column)} is selected twice; expected each column once"))
        else:
            places += found
    if problems:
        raise ConfigError(problems)
    return places


def _places(site: Site, column: str | int) -> list[int]:
    """Of the input of that name, else of all inputs that a table's column of that name became."""
    features = list(enumerate(site.features or ()))
    named = [place for place, feature in features if feature.name == column]
    return named or [place for place, feature in features if feature.column == column]


def _absent(site: Site, column: str | int) -> str:
    if isinstance(column, int):
        return f"there is no column {column}; expected 0 to {site.width - 1}"
    if site.features is None:
        return (
            f"no column is called {_shown(column)}, as the layer before it mixes columns; expected numbers (0 to {site.width - 1}), "
            "or select in front of that layer"
        )
    names = list(dict.fromkeys(name for feature in site.features for name in (feature.name, feature.column)))
    return f"the input has no column {_shown(column)}{suggestion(column, names)}"


def _shown(column: str | int) -> str:
    return f"'{shorten(column)}'" if isinstance(column, str) else str(column)
