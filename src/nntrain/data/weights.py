"""How much each row counts: a column of weights, divided by their mean over the training rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten, suggestion
from nntrain.data.inference import grievance, numbers_of, usable
from nntrain.data.table import Table
from nntrain.errors import DataError
from nntrain.types import RowNumbers


@dataclass(frozen=True)
class Weights:
    """The column of weights, and their mean over the training rows."""

    name: str
    mean: float

    def encode(self, table: Table, rows: RowNumbers) -> NDArray[np.float32]:
        """The weights of some rows, (N,); they average 1 over the training rows."""
        return np.asarray(weights_of(table, self.name, rows) / self.mean, np.float32)


def fit_weights(table: Table, rows: RowNumbers, name: str) -> Weights:
    """The weights of some rows, which are those of training."""
    return Weights(name, float(np.mean(weights_of(table, name, rows))))


def weights_of(table: Table, name: str, rows: RowNumbers) -> NDArray[np.float64]:
    """Numbers of at least 0, not all of them 0; raises with the line of every other cell."""
    shown = f"weights '{shorten(name)}'"
    if name not in table.columns:
        found = f"no column '{shorten(name)}', the weights (data.weights){suggestion(name, table.columns)}"
        raise DataError(table.problem(found))
    values, missing, faults = numbers_of(usable(table, name), rows)
    problems = [(int(rows[place]), f"{shown}: missing; a row without one is given 1, or 0") for place in _true(missing)]
    problems += [(row, f"{shown}: {grievance(text)}") for row, text in faults]
    problems += [
        (int(rows[place]), f"{shown}: {values[place]:g} is negative; expected ≥ 0")
        for place in _true(~missing & (values < 0.0) & np.isfinite(values))
    ]
    if problems:
        raise DataError(table.problems(sorted(problems)))
    if not values.any():
        raise DataError(table.problem(f"{shown}: 0 in each of {len(rows)} rows: none of them counts"))
    return values


def _true(mask: NDArray[np.bool_]) -> list[int]:
    places: list[int] = np.flatnonzero(mask).tolist()
    return places
