"""Turns rows of a table into inputs of the network, the same way for training, evaluation and prediction."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten, suggestion
from nntrain.data.columns import MissingTokens
from nntrain.data.inputs import INPUTS, Input, NumericInput
from nntrain.data.matrix import AffineColumn, encode_columns
from nntrain.data.settings import Task
from nntrain.data.table import Table, quoted
from nntrain.data.targets import AnyTarget, target_from_state
from nntrain.data.weights import Weights
from nntrain.errors import DataError, Problem
from nntrain.streams import row_numbers
from nntrain.types import Feature, RowNumbers


@dataclass(frozen=True)
class Preprocessing:
    """What `fitting.fit` found on the training rows.

    ``target``    what is predicted: one column, or a group
    ``inputs``    the fitted columns, in the order of the table
    ``columns``   the names of the columns that a table must have; those dropped are among them, but may be left out
    ``dropped``   columns that tell nothing, with the reason
    ``ignored``   columns that are not looked at
    ``missing_values``  the texts that mean a missing value
    ``weights``   the column that says how much a row counts, if there is one
    """

    target: AnyTarget
    inputs: list[Input]
    columns: list[str]
    dropped: dict[str, str]
    ignored: list[str]
    missing_values: list[str]
    weights: Weights | None = None

    @property
    def task(self) -> Task:
        """Classification, multilabel or regression."""
        return self.target.task

    @property
    def outside(self) -> list[str]:
        """The columns that are used and are no inputs: targets and weights."""
        return [*self.target.names, *([] if self.weights is None else [self.weights.name])]

    @property
    def tokens(self) -> MissingTokens:
        """The texts that mean a missing value."""
        return frozenset(self.missing_values)

    @cached_property
    def features(self) -> list[str]:
        """The names of the inputs of the network."""
        return [feature for column in self.inputs for feature in column.features]

    @property
    def described(self) -> list[Feature]:
        """What each input of the network stands for."""
        return [feature for column in self.inputs for feature in column.described]

    def encode(self, table: Table, rows: RowNumbers | None = None) -> tuple[NDArray[np.float32], dict[str, int]]:
        """Inputs (N, n) float32 of some rows or all, and for each column how many cells held an unknown category."""
        absent = [column.name for column in self.inputs if column.name not in table.columns]
        if absent:
            others = [name for name in table.columns if name not in (*self.columns, *self.outside)]
            hints = [near if "did you mean" in (near := suggestion(name, others)) else "" for name in absent]
            listed = zip(absent, hints, strict=True)
            raise DataError([table.problem(f"no column '{shorten(n)}', which training had{h}") for n, h in listed])
        whole = rows is None or np.array_equal(rows, row_numbers(table.rows))
        if whole and (same := self._unchanged(table)) is not None:
            return same, {}
        rows = row_numbers(table.rows) if rows is None else rows
        self._check_memory(table, len(rows))
        x = np.zeros((len(rows), len(self.features)), np.float32)
        done = self._encode_matrix(table, None if whole else rows, x)
        unknown: dict[str, int] = {}
        problems = []
        start = 0
        for column in self.inputs:
            end = start + len(column.features)
            try:
                count = done[column.name] if column.name in done else column.write(table, rows, x[:, start:end])
            except DataError as error:
                problems += error.problems
            else:
                if count:
                    unknown[column.name] = count
            start = end
        if problems:
            raise DataError(problems)
        return x, unknown

    def aims(self, table: Table, rows: RowNumbers) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
        """Targets and weights of some rows; the mistakes of both are gathered."""
        problems: list[Problem] = []
        weights = None
        try:
            y = self.target.encode(table, rows)
        except DataError as error:
            problems += error.problems
        try:
            weights = self.weights.encode(table, rows) if self.weights is not None else None
        except DataError as error:
            problems += error.problems
        if problems:
            raise DataError(problems)
        return y, weights

    def _unchanged(self, table: Table) -> NDArray[np.float32] | None:
        """The matrix that the table came as, where the inputs are just that."""
        if table.matrix is None:
            return None
        for place, column in enumerate(self.inputs):
            affine = column.affine(place, place) if isinstance(column, NumericInput) else None
            if affine is None or (affine.shift, affine.scale) != (0.0, 1.0):
                return None
        return table.matrix.unchanged([column.name for column in self.inputs])

    def _encode_matrix(self, table: Table, rows: RowNumbers | None, x: NDArray[np.float32]) -> dict[str, int]:
        """Encode the columns for which that is possible all at once; what `Input.write` returns, for each of them."""
        matrix = table.matrix
        if matrix is None:
            return {}
        places = {name: place for place, name in enumerate(matrix.names)}
        found: list[tuple[NumericInput, AffineColumn]] = []
        feature = 0
        for column in self.inputs:
            if isinstance(column, NumericInput) and column.name in matrix.plain:
                affine = column.affine(places[column.name], feature)
                found += [(column, affine)] if affine is not None else []
            feature += len(column.features)
        if not found:
            return {}
        missing, finite = encode_columns(matrix, [affine for _, affine in found], rows, x)
        counts = zip(found, missing.tolist(), finite.tolist(), strict=True)
        return {column.name: 0 if column.missing else count for (column, _), count, is_finite in counts if is_finite}

    def warnings(self, table: Table, unknown: dict[str, int], *, name: str) -> list[str]:
        """What is odd about a table that is not the one of training, or about a split of it."""
        known = {*self.columns, *self.ignored, *self.outside}
        extra = [column for column in table.columns if column not in known]
        messages = [f"{name}: columns that training did not have are not used: {quoted(extra)}"] if extra else []
        numeric = {column.name for column in self.inputs if column.categories is None}
        for column, count in unknown.items():
            what = (
                "missing values, where training had none" if column in numeric else "values that training did not have"
            )
            taken = "filled in" if column in numeric else "taken as unknown"
            messages.append(f"{name}: column '{shorten(column)}': {count} {what}, {taken}")
        return messages

    def _check_memory(self, table: Table, rows: int) -> None:
        size = rows * len(self.features) * 4
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        if size > memory / 2:
            widest = sorted(self.inputs, key=lambda column: -len(column.features))[:3]
            listed = ", ".join(f"'{shorten(column.name)}' {len(column.features)}" for column in widest)
            message = f"{rows} rows of {len(self.features)} inputs need {size / 2**30:.1f} GiB; this machine has {memory / 2**30:.1f}"
            raise DataError(table.problem(f"{message}. Widest columns: {listed}; ignore them, or lower max_categories"))

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it; floats come back exactly."""
        return {
            "target": self.target.state(),
            "inputs": [column.state() for column in self.inputs],
            "columns": self.columns,
            "dropped": self.dropped,
            "ignored": self.ignored,
            "missing_values": self.missing_values,
            "weights": None if self.weights is None else asdict(self.weights),
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Preprocessing:
        """What `state` gave, as it is in a checkpoint."""
        target, weights = target_from_state(state["target"]), state.get("weights")
        inputs = [INPUTS[column["type"]].from_state(column) for column in state["inputs"]]
        named = {key: state[key] for key in ("columns", "dropped", "ignored", "missing_values")}
        return cls(target, inputs, **named, weights=None if weights is None else Weights(**weights))
