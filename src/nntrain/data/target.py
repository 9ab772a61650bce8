"""What is to be predicted: class names and their order, or the mean and scale of a number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten, suggestion
from nntrain.data.columns import Codes, NumberColumn, TextColumn
from nntrain.data.inference import grievance, numbers_of, numeric_problems, task_of, usable
from nntrain.data.settings import Task
from nntrain.data.table import SHOWN_PROBLEMS, Table
from nntrain.data.vocabulary import UNKNOWN, Vocabulary
from nntrain.errors import DataError


@dataclass(frozen=True)
class Target:
    """The target column.

    ``vocabulary``    the classes in their order; None for regression
    ``counts``        how many training rows each class has
    ``mean``, ``scale``  of the training rows, for regression: y = (value − mean) / scale
    """

    name: str
    task: Task
    vocabulary: Vocabulary | None = None
    counts: tuple[int, ...] = ()
    mean: float = 0.0
    scale: float = 1.0

    @property
    def classes(self) -> list[str] | None:
        """The names of the classes, in the order of their indices; None for regression."""
        return None if self.vocabulary is None else list(self.vocabulary.names)

    def encode(self, table: Table, rows: Codes) -> NDArray[Any]:
        """Class indices (N,) int64, or standardised values (N, 1) float32."""
        column = target_column(table, self.name, rows)
        if self.vocabulary is None:
            values, _, faults = numbers_of(column, rows)
            if faults:
                raise DataError(numeric_problems(table, self.name, faults, advice=False))
            return np.asarray((values - self.mean) / self.scale, np.float32)[:, None]
        codes = self.vocabulary.codes(column)[rows]
        wrong = rows[codes == UNKNOWN]
        if len(wrong):
            cells, shown = column.cells(), wrong[:SHOWN_PROBLEMS].tolist()
            raise DataError(table.problems([(row, self._no_class(str(cells[row]))) for row in shown], len(wrong)))
        return codes

    def _no_class(self, cell: str) -> str:
        hint = suggestion(shorten(cell), self.classes or ())
        return f"column '{shorten(self.name)}': '{shorten(cell)}' is no class of the training rows{hint}"

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        vocabulary = self.vocabulary.state() if self.vocabulary else None
        return {
            "name": self.name,
            "task": self.task,
            "vocabulary": vocabulary,
            "counts": list(self.counts),
            "mean": self.mean,
            "scale": self.scale,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Target:
        """What `state` gave."""
        vocabulary = state["vocabulary"]
        known = {**state, "counts": tuple(state["counts"])}
        return cls(**{**known, "vocabulary": Vocabulary.from_state(vocabulary) if vocabulary else None})


def fit_target(table: Table, rows: Codes, name: str, task: Task) -> Target:
    """The target of some rows, which are those of training."""
    column = target_column(table, name, rows)
    if task == "classification":
        vocabulary = Vocabulary.of(column, rows)
        counts = np.bincount(vocabulary.codes(column)[rows], minlength=len(vocabulary.names))
        return Target(name, task, vocabulary, tuple(counts.tolist()))
    values, _, faults = numbers_of(column, rows)
    if faults:
        raise DataError(numeric_problems(table, name, faults, advice=False))
    return Target(name, task, mean=float(np.mean(values)), scale=float(np.std(values)) or 1.0)


def check_target(table: Table, name: str, task: Task | None) -> Task:
    """The task, after a look at all rows that training, validation and test will come from."""
    rows = np.arange(table.rows)
    column = target_column(table, name, rows)
    found = task or task_of(column, rows)
    shown = shorten(name)
    if found == "regression":
        values, _, faults = numbers_of(column, rows)
        if faults:
            messages = [(row, f"target '{shown}': {grievance(text)}") for row, text in faults]
            row, message = messages[0]
            messages[0] = (row, f"{message}; correct it, or set data.task: classification")
            raise DataError(table.problems(messages))
        if np.all(values == values[0]):
            raise DataError(table.problem(f"target '{shown}' is {values[0]:g} in every row: nothing to learn"))
        return found
    vocabulary = Vocabulary.of(column, rows)
    codes = vocabulary.codes(column)
    counts = np.bincount(codes, minlength=len(vocabulary.names))
    if len(counts) < 2:
        raise DataError(
            table.problem(f"target '{shown}' is '{shorten(vocabulary.names[0])}' in every row: nothing to learn")
        )
    single = np.flatnonzero(counts == 1)
    if len(single):
        hint = "remove or add rows, or merge classes" + ("; or set data.task: regression" if vocabulary.numeric else "")
        faults = [
            (
                int(np.flatnonzero(codes == code)[0]),
                f"target '{shown}': class '{shorten(vocabulary.names[code])}' has one row only; {hint}",
            )
            for code in single[:50].tolist()
        ]
        raise DataError(table.problems(faults))
    return found


def target_column(table: Table, name: str, rows: Codes) -> NumberColumn | TextColumn:
    """The target column, which must be there and hold a value in each of the rows."""
    if name not in table.columns:
        raise DataError(table.problem(f"no column '{shorten(name)}', the target{suggestion(name, table.columns)}"))
    column = usable(table, name)
    absent = rows[column.missing[rows]]
    if len(absent):
        if len(absent) == len(rows):
            raise DataError(table.problem(f"target '{shorten(name)}' is missing in every row"))
        raise DataError(table.problems((int(row), f"target '{shorten(name)}' is missing") for row in absent))
    return column


def class_codes(table: Table, name: str) -> Codes:
    """For every row a number that stands for its class, to stratify by."""
    rows = np.arange(table.rows)
    column = target_column(table, name, rows)
    return Vocabulary.of(column, rows).codes(column)
