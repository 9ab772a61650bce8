"""The shared types of settings and arrays: a bound stated here is checked wherever the type is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from annotated_types import Ge, Gt, Le, Lt

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[np.floating]"
"""float32 in training, float64 in gradient checks. (Text, so that a config is checked without NumPy.)"""
Batch: TypeAlias = Array
"""A batch of rows, (B, width)."""
RowNumbers: TypeAlias = "NDArray[np.integer]"
"""Rows of a table, counted from 0, in four bytes each where they fit."""
ClassIndices: TypeAlias = "NDArray[np.integer]"
"""Which class each row is of, (N,), or of several labels which it has, 0 or 1, (N, T); those of a table in four bytes each."""

Positive = Annotated[float, Gt(0)]
"""A number above 0."""
NonNegative = Annotated[float, Ge(0)]
"""A number of at least 0."""
Fraction = Annotated[float, Ge(0), Lt(1)]
"""A share: at least 0, below 1."""
Share = Annotated[float, Ge(0), Le(1)]
"""A share: from 0 to 1, both included."""
Count = Annotated[int, Ge(1)]
"""A whole number of at least 1."""
Index = Annotated[int, Ge(0)]
"""A whole number of at least 0."""
Width = Annotated[int, Ge(1), Le(1_000_000)]
"""The number of units of a layer."""
Seed = Annotated[int, Ge(0), Lt(2**63)]
"""A seed of the random streams."""


@dataclass(frozen=True)
class Feature:
    """What one entry of a row stands for: it is all that layers know of the table.

    ``column``      of the table that it comes from
    ``kind``        a scaled number; a flag, 0 or 1; the code of a category, a whole number from 0 on; or an entry of an embedding
    ``categories``  how many codes there are; 0 for what is no code
    """

    name: str
    column: str
    kind: Literal["number", "flag", "code", "entry"] = "number"
    categories: int = 0
