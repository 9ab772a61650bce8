"""Turns rows of a table into inputs of the network, the same way for training, evaluation and prediction."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten, suggestion
from nntrain.data.columns import Codes, MissingTokens
from nntrain.data.inputs import INPUTS, Input
from nntrain.data.settings import Task
from nntrain.data.table import Table, quoted
from nntrain.data.target import Target
from nntrain.errors import DataError


@dataclass(frozen=True)
class Preprocessing:
    """What `fitting.fit` found on the training rows.

    ``target``    what is predicted
    ``inputs``    the fitted columns, in the order of the table
    ``columns``   the names of the columns that a table must have; those dropped are among them, but may be left out
    ``dropped``   columns that tell nothing, with the reason
    ``ignored``   columns that are not looked at
    ``missing_values``  the texts that mean a missing value
    """

    target: Target
    inputs: list[Input]
    columns: list[str]
    dropped: dict[str, str]
    ignored: list[str]
    missing_values: list[str]

    @property
    def task(self) -> Task:
        """Classification or regression."""
        return self.target.task

    @property
    def tokens(self) -> MissingTokens:
        """The texts that mean a missing value."""
        return frozenset(self.missing_values)

    @cached_property
    def features(self) -> list[str]:
        """The names of the inputs of the network."""
        return [feature for column in self.inputs for feature in column.features]

    def encode(self, table: Table, rows: Codes | None = None) -> tuple[NDArray[np.float32], dict[str, int]]:
        """Inputs (N, n) float32 of some rows or all, and for each column how many cells held an unknown category."""
        absent = [column.name for column in self.inputs if column.name not in table.columns]
        if absent:
            others = [name for name in table.columns if name not in (*self.columns, self.target.name)]
            hints = [near if "did you mean" in (near := suggestion(name, others)) else "" for name in absent]
            listed = zip(absent, hints, strict=True)
            raise DataError([table.problem(f"no column '{shorten(n)}', which training had{h}") for n, h in listed])
        if rows is None:
            rows = np.arange(table.rows)
        self._check_memory(table, len(rows))
        x = np.zeros((len(rows), len(self.features)), np.float32)
        unknown: dict[str, int] = {}
        problems = []
        start = 0
        for column in self.inputs:
            end = start + len(column.features)
            try:
                count = column.write(table, rows, x[:, start:end])
            except DataError as error:
                problems += error.problems
            else:
                if count:
                    unknown[column.name] = count
            start = end
        if problems:
            raise DataError(problems)
        return x, unknown

    def warnings(self, table: Table, unknown: dict[str, int], *, name: str) -> list[str]:
        """What is odd about a table that is not the one of training, or about a split of it."""
        known = {*self.columns, *self.ignored, self.target.name}
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
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Preprocessing:
        """What `state` gave, as it is in a checkpoint."""
        target = Target.from_state(state["target"])
        inputs = [INPUTS[column["type"]].from_state(column) for column in state["inputs"]]
        return cls(target, inputs, state["columns"], state["dropped"], state["ignored"], state["missing_values"])
