"""Encoded rows, as the loop sees a split."""

from __future__ import annotations

from dataclasses import dataclass

from nntrain.network import Targets
from nntrain.types import Array


@dataclass(frozen=True)
class Rows:
    """x (N, n), and y: (N,) class indices, (N, T) labels or (N, T) standardised targets; with weights or without."""

    x: Array
    y: Targets
