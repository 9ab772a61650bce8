"""Which rows of one table are for training, validation and test. The same settings choose the same rows, always."""

from __future__ import annotations

import numpy as np

from nntrain.config.messages import shorten, suggestion
from nntrain.data.columns import Codes, as_texts
from nntrain.data.inference import usable
from nntrain.data.settings import DataSettings, SplitSettings, Task
from nntrain.data.table import Table
from nntrain.data.target import class_codes
from nntrain.errors import DataError
from nntrain.streams import row_numbers, shuffled
from nntrain.types import RowNumbers

NAMES = ("train", "validation", "test")


def split_rows(table: Table, settings: DataSettings, task: Task) -> dict[str, RowNumbers]:
    """The row numbers of each split, in the order of the table; splits with a file of their own, or none, are left out."""
    split = settings.split
    own = {name for name in ("validation", "test") if getattr(settings, name) is not None}
    if split.column is not None:
        return _by_column(table, split.column, own)
    shares = {name: 0.0 if name in own else getattr(split, name) for name in ("validation", "test")}
    if split.stratify and task != "classification":
        raise DataError(table.problem(f"data.split.stratify needs classes of one target, and the task is {task}"))
    if not any(shares.values()) and split.folds is None:
        return {"train": row_numbers(table.rows)}
    stratified = task == "classification" if split.stratify is None else split.stratify
    strata = class_codes(table, settings.targets[0]) if stratified else np.zeros(table.rows, np.int64)
    chosen = _by_shares(strata, shares, split)
    for name, share in shares.items():
        if share and not len(chosen[name]) and not (name == "validation" and split.folds):
            message = (
                f"{table.rows} rows are too few for a {name} split of {share:g}; raise it, or set data.split.{name}: 0"
            )
            raise DataError(table.problem(message))
    if not len(chosen["train"]):
        raise DataError(table.problem(f"{table.rows} rows are too few to be split; none is left for training"))
    chosen = {name: rows for name, rows in chosen.items() if name == "train" or shares[name]}
    return chosen if split.folds is None else _by_folds(table, chosen, strata, split)


def _by_folds(
    table: Table, chosen: dict[str, RowNumbers], strata: Codes, split: SplitSettings
) -> dict[str, RowNumbers]:
    """The rows that are not for test dealt out in turn, stratum after stratum; the only row of a class stays in training."""
    folds, test = split.folds or 1, chosen.get("test", np.array([], np.int64))
    rest = np.setdiff1d(row_numbers(table.rows), test)
    order = shuffled(table.rows, split.seed, "split")
    order = order[np.isin(order, rest)]
    order = order[np.argsort(strata[order], kind="stable")]
    several = np.bincount(strata[rest])[strata[order]] > 1
    validation = np.sort(order[several][split.fold :: folds])
    if np.count_nonzero(several) < folds:
        raise DataError(table.problem(f"{len(rest)} rows that are not for test are too few for {folds} folds"))
    return {**chosen, "train": np.setdiff1d(rest, validation), "validation": validation}


def _by_shares(strata: Codes, shares: dict[str, float], split: SplitSettings) -> dict[str, RowNumbers]:
    """Random rows of each stratum. Cumulative rounding keeps every stratum within one row of its share, and the total exact."""
    order = shuffled(len(strata), split.seed, "split")
    parts: dict[str, list[RowNumbers]] = {name: [] for name in NAMES}
    small = strata.astype(np.uint16) if strata.max() < 1 << 16 else strata  # which is sorted by counting
    before, by_stratum = 0, order[np.argsort(small[order], kind="stable")]
    for size in np.bincount(strata).tolist():
        rows = by_stratum[before : before + size]
        take = {name: round(share * (before + size)) - round(share * before) for name, share in shares.items()}
        while size and sum(take.values()) >= size:  # training needs one row of each
            largest = max(take, key=take.__getitem__)
            take[largest] -= 1
        middle, end = take["validation"], take["validation"] + take["test"]
        parts["validation"].append(rows[:middle])
        parts["test"].append(rows[middle:end])
        parts["train"].append(rows[end:])
        before += size
    return {name: np.sort(np.concatenate(chosen)) for name, chosen in parts.items()}


def _by_column(table: Table, name: str, own: set[str]) -> dict[str, RowNumbers]:
    """The rows as a column names their split."""
    if name not in table.columns:
        raise DataError(
            table.problem(f"no column '{shorten(name)}' (data.split.column){suggestion(name, table.columns)}")
        )
    column = as_texts(usable(table, name))
    labels = np.array([*column.texts, ""], object)[column.codes]
    allowed = [part for part in NAMES if part not in own]
    wrong = np.flatnonzero(~np.isin(labels.astype(str), allowed)).tolist()
    if wrong:
        expected = f"expected {', '.join(allowed)}"
        problems = [(row, f"column '{shorten(name)}': '{shorten(labels[row])}'; {expected}") for row in wrong]
        raise DataError(table.problems(problems))
    chosen: dict[str, RowNumbers] = {part: np.flatnonzero(labels == part) for part in NAMES}
    if not len(chosen["train"]):
        raise DataError(table.problem(f"column '{shorten(name)}' names no row 'train'"))
    return {part: rows for part, rows in chosen.items() if len(rows)}
