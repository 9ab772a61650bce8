"""From the settings of `data:` to what training sees: float32 rows, split, with the preprocessing that made them."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.data.columns import Codes
from nntrain.data.fitting import fit
from nntrain.data.memory import give_back
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.settings import DataSettings
from nntrain.data.splitting import split_rows
from nntrain.data.table import Table
from nntrain.data.targets import check_targets
from nntrain.errors import DataError, Problem
from nntrain.streams import row_numbers
from nntrain.types import RowNumbers

BLOCK = 1 << 16
"""Targets that a digest takes in at a time."""

SplitName: TypeAlias = Literal["train", "validation", "test"]
SPLIT_NAMES: tuple[SplitName, ...] = ("train", "validation", "test")


@dataclass(frozen=True)
class Split:
    """Encoded rows.

    ``x`` (N, n) float32     ``y`` (N,) int32 class indices, (N, T) int32 labels, or (N, T) float32 standardised targets
    ``members``  which rows of the source these are, in its order: a bit for each, eight in a byte
    ``unknown``  for each column how many cells held a category that training did not have
    ``weights``  (N,) float32 how much each row counts, where that is given
    """

    name: SplitName
    x: NDArray[np.float32]
    y: NDArray[Any]
    members: NDArray[np.uint8]
    unknown: dict[str, int]
    weights: NDArray[np.float32] | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def rows(self) -> Codes:
        """The number of each row in its source, from 0, (N,)."""
        return np.flatnonzero(np.unpackbits(self.members))

    @property
    def digest(self) -> str:
        """sha256 over the encoded rows: equal if and only if the network sees the same."""
        whole = self.y.dtype.kind == "i"  # taken as int64, as it once was: the digest says the same of a row for ever
        digest = hashlib.sha256(
            f"{self.name} {self.x.shape} {self.y.shape} {'int64' if whole else self.y.dtype}".encode()
        )
        digest.update(self.x.data)
        for start in range(0, len(self.y), BLOCK):
            block = self.y[start : start + BLOCK]
            digest.update(np.ascontiguousarray(block, np.int64 if whole else None).data)
        if self.weights is not None:
            digest.update(self.weights.data)
        return digest.hexdigest()


@dataclass(frozen=True)
class Recorded:
    """What is known of a split without its rows: how many there are, and their digest."""

    rows: int
    digest: str


@dataclass(frozen=True)
class Dataset:
    """The splits, and what was found on the way.

    ``timings``   seconds: ``read``, and ``encode`` (which includes finding types and fitting)
    ``recorded``  of splits, what was found when they were encoded; of one that is withheld it is all that is here
    """

    train: Split
    validation: Split | None
    test: Split | None
    preprocessing: Preprocessing
    warnings: list[str]
    timings: dict[str, float]
    recorded: Mapping[str, Recorded] = field(default_factory=dict)

    @property
    def splits(self) -> list[Split]:
        """Those that are here."""
        return [split for split in (self.train, self.validation, self.test) if split is not None]

    @cached_property
    def digests(self) -> dict[str, str]:
        """What tells whether a later reading of the same tables gives the same splits."""
        here: dict[str, str] = {split.name: split.digest for split in self.splits if split.name not in self.recorded}
        known = here | {name: recorded.digest for name, recorded in self.recorded.items()}
        return {name: known[name] for name in SPLIT_NAMES if name in known}

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows each split has, a withheld one too."""
        known = {split.name: len(split) for split in self.splits} | {n: kept.rows for n, kept in self.recorded.items()}
        return {name: known[name] for name in SPLIT_NAMES if name in known}


def load_dataset(settings: DataSettings, of_counts: bool = False) -> Dataset:
    """Read, check, split, fit on the training rows, encode; ``of_counts`` where the target is to be a count."""
    began = time.perf_counter()
    tokens = frozenset(settings.missing_values)
    table = settings.train(tokens)
    others: dict[SplitName, Table] = {}
    if settings.validation is not None:
        others["validation"] = settings.validation(tokens)
    if settings.test is not None:
        others["test"] = settings.test(tokens)
    give_back()
    read = time.perf_counter()
    task = check_targets(table, settings.targets, settings.task)
    rows = split_rows(table, settings, task)
    preprocessing, warnings = fit(table, rows["train"], settings, task, of_counts)
    give_back()
    splits: dict[str, Split] = {}
    problems: list[Problem] = []
    for name in SPLIT_NAMES:
        source = others.get(name, table)
        if name not in rows and name not in others:
            continue
        try:
            split = _encode(source, row_numbers(source.rows) if name in others else rows[name], preprocessing, name)
        except DataError as error:
            problems += error.problems
        else:
            splits[name] = split
            warnings += preprocessing.warnings(source, split.unknown, name=name)
    if problems:
        raise DataError(problems)
    del table, others, source
    give_back()
    timings = {"read": read - began, "encode": time.perf_counter() - read}
    train, validation, test = splits["train"], splits.get("validation"), splits.get("test")
    return Dataset(train, validation, test, preprocessing, warnings, timings)


def load_split(settings: DataSettings, preprocessing: Preprocessing, name: SplitName) -> Split:
    """One split as a recorded run had it, encoded with that run's preprocessing."""
    own = None if name == "train" else getattr(settings, name)
    if own is not None:
        table: Table = own(preprocessing.tokens)
        return _encode(table, row_numbers(table.rows), preprocessing, name)
    table = settings.train(preprocessing.tokens)
    rows = split_rows(table, settings, preprocessing.task)
    if name not in rows:
        raise DataError(table.problem(f"there is no {name} split: data.split.{name} is 0 and no data.{name} is given"))
    return _encode(table, rows[name], preprocessing, name)


def _encode(table: Table, rows: RowNumbers, preprocessing: Preprocessing, name: SplitName) -> Split:
    """Inputs, targets and weights; the mistakes of all are gathered."""
    problems: list[Problem] = []
    try:
        y, weights = preprocessing.aims(table, rows)
    except DataError as error:
        problems += error.problems
    try:
        x, unknown = preprocessing.encode(table, rows)
    except DataError as error:
        problems += error.problems
    if problems:
        raise DataError(problems)
    members = np.zeros(table.rows, np.bool_)
    members[rows] = True
    return Split(name, x, y, np.packbits(members), unknown, weights)
