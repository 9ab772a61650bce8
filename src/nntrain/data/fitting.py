"""Fits the preprocessing: every column's type, scaling and categories, on the training rows and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nntrain.config.messages import shorten, suggestion
from nntrain.data.cells import Meaning
from nntrain.data.columns import NumberColumn, TextColumn
from nntrain.data.date_input import fit_dates
from nntrain.data.encoding import Encoder
from nntrain.data.inference import kind_of, meanings, numbers_of, numeric_problems, usable
from nntrain.data.inputs import CategoricalInput, Input, NumericInput
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.settings import ColumnSettings, DataSettings, Task
from nntrain.data.table import Table
from nntrain.data.targets import fit_targets
from nntrain.data.vocabulary import Vocabulary
from nntrain.data.weights import fit_weights
from nntrain.errors import DataError, Problem
from nntrain.types import RowNumbers

FITTING = {"numeric": ("scaling", "missing"), "categorical": ("encoding",), "date": ("dates",)}
"""The settings of single columns that are for each kind."""


def fit(
    table: Table, rows: RowNumbers, settings: DataSettings, task: Task, of_counts: bool = False
) -> tuple[Preprocessing, list[str]]:
    """The preprocessing of some rows of a table, and what the user should be warned of; for ``of_counts`` see `Target`."""
    problems = _unknown_names(table, settings)
    if problems:
        raise DataError(problems)
    ignored = {*settings.ignore, *(name for name, column in settings.columns.items() if column.type == "ignored")}
    apart = {*settings.targets, settings.split.column, settings.weights}
    inputs: list[Input] = []
    dropped: dict[str, str] = {}
    warnings: list[str] = []
    columns = [name for name in table.columns if name not in ignored and name not in apart]
    for name in columns:
        try:
            fitted = _fit_column(table, rows, name, settings, warnings)
        except DataError as error:
            problems += error.problems
            continue
        if isinstance(fitted, str):
            dropped[name] = fitted
        else:
            inputs.append(fitted)
    if problems:
        raise DataError(problems)
    if not inputs:
        raise DataError(table.problem("no column is left to learn from besides the target"))
    if dropped:
        listed = "; ".join(f"'{shorten(name)}' {reason}" for name, reason in list(dropped.items())[:3])
        more = f"; and {len(dropped) - 3} more" if len(dropped) > 3 else ""
        warnings.insert(0, f"columns that tell nothing are dropped: {listed}{more}")
    target = fit_targets(table, rows, settings.targets, task, of_counts, transform=settings.target_transform)
    weights = fit_weights(table, rows, settings.weights) if settings.weights is not None else None
    left_out = [name for name in table.columns if name in ignored or name == settings.split.column]
    tokens = list(settings.missing_values)
    return Preprocessing(target, inputs, columns, dropped, left_out, tokens, weights), warnings


def _unknown_names(table: Table, settings: DataSettings) -> list[Problem]:
    named = [(name, "data.ignore") for name in settings.ignore] + [(name, "data.columns") for name in settings.columns]
    problems = [
        table.problem(f"no column '{shorten(name)}' ({key}){suggestion(name, table.columns)}")
        for name, key in named
        if name not in table.columns
    ]
    roles = dict.fromkeys(settings.targets, "the target" if len(settings.targets) == 1 else "a target")
    if settings.weights is not None:
        roles[settings.weights] = "the weights"
    for name, role in roles.items():
        if name in settings.ignore:
            problems.append(table.problem(f"'{shorten(name)}' is {role}; it cannot be ignored"))
    return problems


def _fit_column(table: Table, rows: RowNumbers, name: str, settings: DataSettings, warnings: list[str]) -> Input | str:
    """The fitted column, or why it tells nothing."""
    column, own = usable(table, name), settings.columns.get(name) or ColumnSettings()
    found = kind_of(column, rows)
    if found is None:
        message = (
            f"column '{shorten(name)}' holds no value in any of the {len(rows)} training rows; add it to data.ignore"
        )
        raise DataError(table.problem(message))
    kind = own.type or found
    wrong = [key for key in ("scaling", "missing", "encoding", "dates") if key not in FITTING[kind]]
    problems = [
        table.problem(
            f"data.columns.{shorten(name)}.{key} is not for a {kind} column; give its type, or take this away"
        )
        for key in wrong
        if getattr(own, key) is not None
    ]
    if problems:
        raise DataError(problems)
    if kind == "date":
        return fit_dates(table, rows, name, own.dates or settings.dates)
    if kind == "numeric":
        return _fit_numeric(table, rows, name, settings, own)
    if own.type is None:
        _warn_of_numbers(column, rows, name, warnings)
    return _fit_categorical(column, rows, name, own.encoding or settings.categorical, warnings)


def _fit_numeric(
    table: Table, rows: RowNumbers, name: str, settings: DataSettings, own: ColumnSettings
) -> NumericInput | str:
    values, missing, faults = numbers_of(usable(table, name), rows)
    if faults:
        raise DataError(numeric_problems(table, name, faults, advice=True))
    absent = int(np.count_nonzero(missing))
    if absent:
        values = values[~missing]
    with np.errstate(over="ignore", invalid="ignore"):
        fill = (own.missing or settings.missing)(values)
        if not absent:  # an input that is always 0 tells nothing
            fill = replace(fill, indicator=False)
        if np.all(values == values[0]) and not fill.indicator:
            return f"is {values[0]:g} in every training row" + (" that has a value" if absent else "")
        scale = (own.scaling or settings.numeric)(values)
        low, high = scale(np.array([values.min(), values.max()]))
    if not np.isfinite([low, high]).all() or (low == high and values.min() < values.max()):
        message = f"column '{shorten(name)}': values up to {np.max(np.abs(values)):g} are too large to be scaled; set its scaling: quantile"
        raise DataError(table.problem(message))
    return NumericInput(name, fill, scale, absent)


def _fit_categorical(
    column: NumberColumn | TextColumn, rows: RowNumbers, name: str, encoder: Encoder, warnings: list[str]
) -> CategoricalInput | str:
    vocabulary = Vocabulary.of(column, rows)
    codes = vocabulary.codes(column)[rows]
    absent = int(np.count_nonzero(codes < 0))
    size = len(vocabulary.names)
    if size == 1 and not absent:
        return f"is '{shorten(vocabulary.names[0])}' in every training row"
    encoding = encoder(vocabulary, np.bincount(codes[codes >= 0], minlength=size), absent > 0)
    kept = encoding.categories
    if not kept and not absent:
        return "has no category that enough training rows hold to be told apart"
    many = f"column '{shorten(name)}' has {size} categories"
    if kept < size:
        rest = f"{kept} are kept, the others are joined as rare"
        warnings.append(f"{many}: {rest}; if it names rows, add it to data.ignore")
    elif size > 20 and size > len(codes) / 2:
        warnings.append(f"{many} in {len(codes)} rows; if it names rows, add it to data.ignore")
    return CategoricalInput(name, encoding, absent, size)


def _warn_of_numbers(column: NumberColumn | TextColumn, rows: RowNumbers, name: str, warnings: list[str]) -> None:
    """A column of which most cells are numbers may have been meant as one."""
    if isinstance(column, TextColumn) and not column.declared:
        counts = meanings(column, rows)
        if counts[Meaning.NUMBER] * 2 >= counts.total():
            share = f"{counts[Meaning.NUMBER]} of {counts.total()} values are numbers"
            warnings.append(f"column '{shorten(name)}' is taken as categorical, though {share}")
