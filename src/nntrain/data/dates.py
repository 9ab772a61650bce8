"""Dates and times of day: the texts that are such, and the parts that the network sees of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import numpy as np
from annotated_types import MinLen

from nntrain.config.messages import shorten
from nntrain.data.columns import Mask, NumberColumn, Numbers, TextColumn, as_texts
from nntrain.data.registries import date_encoders
from nntrain.types import RowNumbers

PartName: TypeAlias = Literal["year", "month", "day", "weekday", "hour"]
PERIODS: dict[PartName, tuple[int, int]] = {"month": (1, 12), "day": (1, 31), "weekday": (0, 7), "hour": (0, 24)}
"""Of the parts that come round: the first value, and after how many it comes again. Monday is weekday 0."""
PARTS: tuple[PartName, ...] = ("year", *PERIODS)
EXAMPLES = "2024-05-31 or 2024-05-31T18:30"

Format = Annotated[str, MinLen(2)]


@dataclass(frozen=True)
class DatePart:
    """One part of a date as inputs: z = (x − shift) / scale, or sin and cos of 2π z where it is ``cyclic``."""

    part: PartName
    cyclic: bool
    shift: float
    scale: float

    @property
    def features(self) -> list[str]:
        """What each input stands for, to be put behind the column's name."""
        return [f" {self.part} sin", f" {self.part} cos"] if self.cyclic else [f" {self.part}"]

    def __call__(self, values: Numbers) -> Numbers:
        """The inputs (N, 1) or (N, 2)."""
        z = (values - self.shift) / self.scale
        if not self.cyclic:
            return z[:, None]
        return np.stack([np.sin(2 * np.pi * z), np.cos(2 * np.pi * z)], axis=1)

    def state(self) -> dict[str, Any]:
        """The fitted numbers."""
        return asdict(self)


def _standardized(part: PartName, values: Numbers) -> DatePart:
    return DatePart(part, False, float(np.mean(values)), float(np.std(values)) or 1.0)


class DateEncoder(ABC):
    """How dates are read and what becomes of their parts; ``format`` is None for ISO 8601."""

    format: str | None

    @abstractmethod
    def fit(self, part: PartName, values: Numbers) -> DatePart:
        """The inputs for one part, given that of the training rows."""


@date_encoders
@dataclass(frozen=True, kw_only=True)
class Cyclic(DateEncoder):
    """Dates as year, month, day, weekday and hour; but for the year each as a point on a circle, so that December is near January.

    YAML      dates: cyclic          columns: {when: {type: date, dates: {cyclic: {format: "%d.%m.%Y"}}}}

    ``format``  as Python's strptime has it; by default ISO 8601, such as 2024-05-31 or 2024-05-31T18:30

    Inputs are sin and cos of 2π (x − first) / period, with periods of 12, 31, 7 and 24; the hour counts its minutes; the year is
    standardised. Parts that do not vary among the training rows are left out. Columns of dates are those that the source says to be
    (Parquet, SQL, pandas), and those with ``type: date``.
    """

    format: Format | None = None

    def fit(self, part: PartName, values: Numbers) -> DatePart:
        """On a circle, but for the year."""
        if part not in PERIODS:
            return _standardized(part, values)
        first, period = PERIODS[part]
        return DatePart(part, True, float(first), float(period))


@date_encoders
@dataclass(frozen=True, kw_only=True)
class Linear(DateEncoder):
    """Dates as year, month, day, weekday and hour, each one standardised number.

    YAML      dates: linear          columns: {when: {type: date, dates: linear}}

    ``format``  as Python's strptime has it; by default ISO 8601, such as 2024-05-31 or 2024-05-31T18:30
    """

    format: Format | None = None

    def fit(self, part: PartName, values: Numbers) -> DatePart:
        """Standardised."""
        return _standardized(part, values)


def parts_of(
    column: NumberColumn | TextColumn, rows: RowNumbers, form: str | None
) -> tuple[dict[PartName, Numbers], Mask, list[tuple[int, str]]]:
    """The parts of some rows (NaN where there is no date), which of them are missing, and row and text of what is no date."""
    texts = as_texts(column)
    moments = [read(text, form) for text in texts.texts]
    table = np.array([*(values_of(moment) for moment in moments), [np.nan] * len(PARTS)])  # code −1 is the last
    codes = texts.codes[rows]
    found = table[codes]  # (N, parts)
    faults = [
        (int(rows[place]), texts.texts[codes[place]])
        for place in np.flatnonzero((codes >= 0) & np.isnan(found[:, 0])).tolist()
    ]
    return {part: found[:, at] for at, part in enumerate(PARTS)}, codes < 0, faults


def read(text: str, form: str | None) -> datetime | None:
    """The moment that a text stands for; None if it is none."""
    try:
        return datetime.fromisoformat(text) if form is None else datetime.strptime(text, form)
    except ValueError:
        return None


def values_of(moment: datetime | None) -> list[float]:
    """The parts, in the order of PARTS; the hour with its minutes and seconds."""
    if moment is None:
        return [np.nan] * len(PARTS)
    hour = moment.hour + moment.minute / 60 + moment.second / 3600
    return [moment.year, moment.month, moment.day, moment.weekday(), hour]


def complaint(name: str, text: str, form: str | None) -> str:
    """What is wrong with a text in a column of dates."""
    expected = f"ISO 8601 such as {EXAMPLES}" if form is None else f"the format '{form}'"
    return f"column '{shorten(name)}': '{shorten(text)}' is no date; expected {expected}"
