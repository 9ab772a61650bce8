"""Several targets at once: numbers in all of them, or labels that are there or not, each a column of two classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten
from nntrain.data.inference import task_of
from nntrain.data.settings import Task
from nntrain.data.table import Table, quoted
from nntrain.data.target import Target, check_target, fit_target, target_column
from nntrain.data.target_transform import TargetTransform
from nntrain.data.vocabulary import Vocabulary
from nntrain.errors import DataError, Problem
from nntrain.streams import row_numbers
from nntrain.types import RowNumbers

Result = TypeVar("Result")


@dataclass(frozen=True)
class TargetGroup:
    """Target columns that one network predicts together; what is asked of one `Target` can be asked of it."""

    columns: tuple[Target, ...]

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [target.name for target in self.columns]

    @property
    def name(self) -> str:
        """The names in one line."""
        return ", ".join(self.names)

    @property
    def task(self) -> Task:
        """``regression`` or ``multilabel``."""
        return "regression" if self.columns[0].vocabulary is None else "multilabel"

    @property
    def classes(self) -> None:
        """Several targets have no classes in common."""
        return

    @property
    def counts(self) -> tuple[int, ...]:
        """None, as there are no classes."""
        return ()

    @property
    def of_counts(self) -> bool:
        """Whether every target is a count."""
        return all(target.of_counts for target in self.columns)

    @property
    def constant(self) -> NDArray[np.float64]:
        """What the training rows say without any input (T,): the means, or the share of each label's second class."""
        return np.array([target.constant[-1] for target in self.columns])

    def encode(self, table: Table, rows: RowNumbers) -> NDArray[Any]:
        """(N, T): 0 or 1 int32 for labels, else standardised values float32; the mistakes of all columns are gathered."""
        parts = _gathered(self.columns, lambda target: target.encode(table, rows))
        return np.ascontiguousarray(np.stack([part.reshape(len(part)) for part in parts], axis=1))

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        return {"columns": [target.state() for target in self.columns]}


AnyTarget: TypeAlias = Target | TargetGroup


def target_from_state(state: dict[str, Any]) -> AnyTarget:
    """What `state` of a target or of a group gave."""
    if "columns" in state:
        return TargetGroup(tuple(Target.from_state(column) for column in state["columns"]))
    return Target.from_state(state)


def fit_targets(
    table: Table,
    rows: RowNumbers,
    names: list[str],
    task: Task,
    of_counts: bool = False,
    *,
    transform: TargetTransform | None = None,
) -> AnyTarget:
    """The target, or the targets, of the training rows."""
    if len(names) == 1:
        return fit_target(table, rows, names[0], task, of_counts, transform=transform)
    one: Task = "regression" if task == "regression" else "classification"
    fitted = _gathered(names, lambda name: fit_target(table, rows, name, one, of_counts, transform=transform))
    return TargetGroup(tuple(fitted))


def check_targets(table: Table, names: list[str], task: Task | None) -> Task:
    """The task that all targets together ask for, after a look at all rows."""
    if len(names) == 1:
        if task == "multilabel":
            message = f"data.task: multilabel needs several targets; data.target names '{shorten(names[0])}' alone"
            raise DataError(table.problem(message))
        return check_target(table, names[0], task)
    rows = row_numbers(table.rows)
    if task is None:
        found = _gathered(names, lambda name: task_of(target_column(table, name, rows), rows))
        classes = [name for name, its in zip(names, found, strict=True) if its == "classification"]
        if 0 < len(classes) < len(names):
            numbers = [name for name in names if name not in classes]
            message = (
                f"data.target: classes in {quoted(classes)}, numbers in {quoted(numbers)}; several targets must be all"
            )
            hint = "numbers, or all labels of two classes (data.task: regression, if all are numbers)"
            raise DataError(table.problem(f"{message} {hint}"))
        task = "multilabel" if classes else "regression"
    one: Task = "regression" if task == "regression" else "classification"
    _gathered(names, lambda name: check_target(table, name, one))
    if task == "regression":
        return "regression"
    many = [name for name in names if len(Vocabulary.of(target_column(table, name, rows), rows).names) != 2]
    if many:
        hint = "expected two in each of several targets (data.task: regression, if they are numbers)"
        raise DataError(table.problem(f"data.target: more than two classes in {quoted(many)}; {hint}"))
    return "multilabel"


Item = TypeVar("Item")


def _gathered(items: Sequence[Item], work: Callable[[Item], Result]) -> list[Result]:
    """The work on each item; the mistakes of all of them are raised together."""
    results: list[Result] = []
    problems: list[Problem] = []
    for item in items:
        try:
            results.append(work(item))
        except DataError as error:
            problems += error.problems
    if problems:
        raise DataError(problems)
    return results
