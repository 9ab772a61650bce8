"""A column of dates as inputs of the network, fitted to the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from nntrain.data.dates import PARTS, DateEncoder, DatePart, complaint, parts_of
from nntrain.data.inference import usable
from nntrain.data.table import Table
from nntrain.errors import DataError
from nntrain.types import Feature, RowNumbers


@dataclass(frozen=True)
class DateInput:
    """The parts of a date that vary; where it is missing they are 0, and one more input says so if training had that.

    ``missing`` is how many training rows held no date.
    """

    type: ClassVar[str] = "date"
    categories: ClassVar[None] = None
    name: str
    format: str | None
    parts: tuple[DatePart, ...]
    missing: int

    @property
    def features(self) -> list[str]:
        """The names of the inputs."""
        own = [self.name + feature for part in self.parts for feature in part.features]
        return [*own, f"{self.name} is missing"] if self.missing else own

    @property
    def described(self) -> list[Feature]:
        """What each input stands for."""
        numbers = len(self.features) - bool(self.missing)
        return [
            Feature(name, self.name, "number" if place < numbers else "flag")
            for place, name in enumerate(self.features)
        ]

    def write(self, table: Table, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Fill this column's inputs, (N, width); the number of missing dates, if training had none."""
        values, missing, faults = parts_of(usable(table, self.name), rows, self.format)
        if faults:
            raise DataError(table.problems((row, complaint(self.name, text, self.format)) for row, text in faults))
        start = 0
        for part in self.parts:
            end = start + len(part.features)
            out[:, start:end] = part(values[part.part])
            start = end
        out[missing] = 0.0
        if self.missing:
            out[:, -1] = missing
        return 0 if self.missing else int(missing.sum())

    def describe(self) -> str:
        """What becomes of its dates."""
        listed = ", ".join(part.part + (" on a circle" if part.cyclic else "") for part in self.parts)
        return listed + (", missing → 0 and an indicator" if self.missing else "")

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        parts = [part.state() for part in self.parts]
        return {"type": self.type, "name": self.name, "format": self.format, "parts": parts, "missing": self.missing}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> DateInput:
        """What `state` gave."""
        parts = tuple(DatePart(**part) for part in state["parts"])
        return cls(state["name"], state["format"], parts, state["missing"])


def fit_dates(table: Table, rows: RowNumbers, name: str, encoder: DateEncoder) -> DateInput | str:
    """The column fitted to the training rows, or why it tells nothing."""
    values, missing, faults = parts_of(usable(table, name), rows, encoder.format)
    if faults:
        messages = [(row, complaint(name, text, encoder.format)) for row, text in faults]
        row, message = messages[0]
        ways = f"correct it, give the column's format (data.columns), or add '{faults[0][1]}' to data.missing_values"
        raise DataError(table.problems([(row, f"{message}; {ways}"), *messages[1:]]))
    there = {part: values[part][~missing] for part in PARTS}
    varying = [part for part in PARTS if np.ptp(there[part]) > 0.0]
    absent = int(missing.sum())
    if not varying and not absent:
        return "holds the same date in every training row"
    return DateInput(name, encoder.format, tuple(encoder.fit(part, there[part]) for part in varying), absent)
