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
from nntrain.data.target_transform import TargetTransform, target_transforms, transformed
from nntrain.data.vocabulary import UNKNOWN, Vocabulary
from nntrain.errors import DataError
from nntrain.streams import row_numbers
from nntrain.types import RowNumbers


@dataclass(frozen=True)
class Target:
    """The target column.

    ``vocabulary``    the classes in their order; None for regression
    ``counts``        how many training rows each class has
    ``mean``, ``scale``  of the training rows, for regression: y = (value − mean) / scale
    ``transform``  of the values before that, if there is one: mean and scale are those of transformed values, ``average`` the mean without
    ``of_counts``  the loss is for counts: no value may be negative, and y = value / scale, where scale is their mean
    """

    name: str
    task: Task
    vocabulary: Vocabulary | None = None
    counts: tuple[int, ...] = ()
    mean: float = 0.0
    scale: float = 1.0
    of_counts: bool = False
    transform: TargetTransform | None = None
    average: float | None = None

    @property
    def columns(self) -> tuple[Target, ...]:
        """Itself alone, as a group has several."""
        return (self,)

    @property
    def names(self) -> list[str]:
        """Its name alone."""
        return [self.name]

    @property
    def classes(self) -> list[str] | None:
        """The names of the classes, in the order of their indices; None for regression."""
        return None if self.vocabulary is None else list(self.vocabulary.names)

    @property
    def constant(self) -> NDArray[np.float64]:
        """What the training rows say without any input: the shares of the classes (K,), or the mean in its own units (1,)."""
        if self.vocabulary is not None:
            return np.asarray(self.counts, np.float64) / sum(self.counts)
        return np.array([self.scale if self.of_counts else self.mean if self.average is None else self.average])

    def restore(self, standardised: NDArray[np.float64]) -> NDArray[np.float64]:
        """Standardised values in the target's own units."""
        values = self.mean + self.scale * standardised
        return values if self.transform is None else self.transform.inverse(values)

    def encode(self, table: Table, rows: RowNumbers) -> NDArray[Any]:
        """Class indices (N,) int32, or standardised values (N, 1) float32."""
        column = target_column(table, self.name, rows)
        if self.vocabulary is None:
            values, _, faults = numbers_of(column, rows)
            if faults:
                raise DataError(numeric_problems(table, self.name, faults, advice=False))
            if self.of_counts:
                self._check_counts(table, rows, values)
            if self.transform is not None:
                values = transformed(table, rows, self.name, values, self.transform)
            return np.asarray((values - self.mean) / self.scale, np.float32)[:, None]
        codes = self.vocabulary.codes(column)[rows]
        wrong = rows[codes == UNKNOWN]
        if len(wrong):
            cells, shown = column.cells(), wrong[:SHOWN_PROBLEMS].tolist()
            raise DataError(table.problems([(row, self._no_class(str(cells[row]))) for row in shown], len(wrong)))
        return codes.astype(np.int32)

    def _check_counts(self, table: Table, rows: RowNumbers, values: NDArray[np.float64]) -> None:
        negative = np.flatnonzero(values < 0.0)
        if len(negative):
            found = [
                (
                    int(rows[at]),
                    f"target '{shorten(self.name)}': {values[at]:g} is negative; the loss is for counts: expected ≥ 0",
                )
                for at in negative[:SHOWN_PROBLEMS].tolist()
            ]
            raise DataError(table.problems(found, len(negative)))

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
            "of_counts": self.of_counts,
            "transform": self.transform.kind if self.transform else None,
            "average": self.average,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Target:
        """What `state` gave."""
        vocabulary = state["vocabulary"]
        known = {**state, "counts": tuple(state["counts"])}
        if state.get("transform") is not None:
            known["transform"] = target_transforms[state["transform"]].factory()
        return cls(**{**known, "vocabulary": Vocabulary.from_state(vocabulary) if vocabulary else None})


def fit_target(
    table: Table,
    rows: RowNumbers,
    name: str,
    task: Task,
    of_counts: bool = False,
    *,
    transform: TargetTransform | None = None,
) -> Target:
    """The target of some rows, which are those of training; ``of_counts`` where the loss is for counts."""
    column = target_column(table, name, rows)
    if transform is not None and (task == "classification" or of_counts):
        why = "the loss is for counts, which it takes as they are" if of_counts else f"the task here is {task}"
        raise DataError(
            table.problem(f"data.target_transform: {transform.kind} is for numbers that are measured; {why}")
        )
    if task == "classification":
        vocabulary = Vocabulary.of(column, rows)
        counts = np.bincount(vocabulary.codes(column)[rows], minlength=len(vocabulary.names))
        return Target(name, task, vocabulary, tuple(counts.tolist()))
    values, _, faults = numbers_of(column, rows)
    if faults:
        raise DataError(numeric_problems(table, name, faults, advice=False))
    mean = float(np.mean(values))
    if transform is not None:
        logs = transformed(table, rows, name, values, transform)
        spread = float(np.std(logs)) or 1.0
        return Target(name, task, mean=float(np.mean(logs)), scale=spread, transform=transform, average=mean)
    if of_counts:
        return Target(name, task, scale=mean if mean > 0.0 else 1.0, of_counts=True)
    return Target(name, task, mean=mean, scale=float(np.std(values)) or 1.0)


def check_target(table: Table, name: str, task: Task | None) -> Task:
    """The task, after a look at all rows that training, validation and test will come from."""
    rows = row_numbers(table.rows)
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


def target_column(table: Table, name: str, rows: RowNumbers) -> NumberColumn | TextColumn:
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
    rows = row_numbers(table.rows)
    column = target_column(table, name, rows)
    return Vocabulary.of(column, rows).codes(column)
