"""One column of the table as inputs of the network, fitted to the training rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.data.date_input import DateInput
from nntrain.data.encoding import Encoding, encodings
from nntrain.data.imputation import Fill
from nntrain.data.inference import numbers_of, numeric_problems, usable
from nntrain.data.matrix import AffineColumn
from nntrain.data.scales import Affine, Scale, scales
from nntrain.data.table import Table
from nntrain.errors import DataError
from nntrain.types import Feature, RowNumbers


@dataclass(frozen=True)
class NumericInput:
    """A numeric column: missing values filled, then scaled; one more input if it says what was missing.

    ``missing`` is how many training rows held no value.
    """

    type: ClassVar[str] = "numeric"
    categories: ClassVar[None] = None
    name: str
    fill: Fill
    scale: Scale
    missing: int

    @property
    def features(self) -> list[str]:
        """The names of the inputs."""
        return [self.name, f"{self.name} is missing"] if self.fill.indicator else [self.name]

    @property
    def described(self) -> list[Feature]:
        """What each input stands for."""
        return [Feature(name, self.name, "flag" if place else "number") for place, name in enumerate(self.features)]

    def affine(self, place: int, feature: int) -> AffineColumn | None:
        """How the column is encoded from a matrix, if it can be; ``place`` there, ``feature`` among all inputs."""
        if self.fill.indicator or not isinstance(self.scale, Affine):
            return None
        return AffineColumn(place, feature, self.fill.value, self.scale.shift, self.scale.scale)

    def write(self, table: Table, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Fill this column's inputs, (N, width); the number of missing values, if training had none."""
        values, missing, faults = numbers_of(usable(table, self.name), rows)
        if faults:
            raise DataError(numeric_problems(table, self.name, faults, advice=False))
        values[missing] = self.fill.value
        with np.errstate(over="ignore"):
            out[:, 0] = self.scale(values)
        if self.fill.indicator:
            out[:, 1] = missing
        beyond = np.flatnonzero(~np.isfinite(out[:, 0]))
        if len(beyond):
            message = f"column '{self.name}': the scaled value is beyond float32; correct it, or set numeric: quantile"
            raise DataError(table.problems((int(rows[place]), message) for place in beyond))
        return 0 if self.missing else int(missing.sum())

    def describe(self) -> str:
        """What becomes of its values, and of missing ones if there were any."""
        filled = f", missing → {self.fill.value:.4g}" if self.missing else ""
        return self.scale.describe() + filled + (" and an indicator" if self.fill.indicator else "")

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        fitted = {"fill": self.fill.state(), "scale": scales.store(self.scale)}
        return {"type": self.type, "name": self.name, "missing": self.missing, **fitted}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> NumericInput:
        """What `state` gave."""
        return cls(state["name"], Fill(**state["fill"]), scales.restore(state["scale"]), state["missing"])


@dataclass(frozen=True)
class CategoricalInput:
    """A categorical column in its encoding. ``categories`` is how many there were before any were put together."""

    type: ClassVar[str] = "categorical"
    name: str
    encoding: Encoding
    missing: int
    categories: int

    @property
    def features(self) -> list[str]:
        """The names of the inputs."""
        return [self.name + feature for feature in self.encoding.features]

    @property
    def described(self) -> list[Feature]:
        """What each input stands for."""
        codes = self.encoding.codes
        return [Feature(name, self.name, "code" if codes else "flag", codes) for name in self.features]

    def write(self, table: Table, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Fill this column's inputs, (N, width); how many cells held what training had not."""
        return self.encoding.write(usable(table, self.name), rows, out)

    def describe(self) -> str:
        """What becomes of its categories."""
        kept = self.encoding.categories
        return self.encoding.describe() + (f", {kept} of {self.categories} by name" if kept < self.categories else "")

    def state(self) -> dict[str, Any]:
        """All of it as JSON holds it."""
        counts = {"missing": self.missing, "categories": self.categories}
        return {"type": self.type, "name": self.name, **counts, "encoding": encodings.store(self.encoding)}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> CategoricalInput:
        """What `state` gave."""
        return cls(state["name"], encodings.restore(state["encoding"]), state["missing"], state["categories"])


Input: TypeAlias = NumericInput | CategoricalInput | DateInput
INPUTS: dict[str, type[Input]] = {cls.type: cls for cls in (NumericInput, CategoricalInput, DateInput)}
"""The classes of inputs by the type of their column."""
