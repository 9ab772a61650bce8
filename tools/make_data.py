"""Writes the CSV files of data/ from the tables that scikit-learn's package holds: `python -m tools.make_data`."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
from sklearn import datasets

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Table:
    """One table: how to load it, its target's name, and whether the target's numbers stand for names."""

    load: Callable[[], Any]
    target: str
    named: bool

    def csv(self) -> str:
        """The text of the CSV file; every number reads back as the same float64."""
        bunch = self.load()
        columns = [shortest(column) for column in bunch.data.T]
        labels = [str(bunch.target_names[i]) for i in bunch.target] if self.named else shortest(bunch.target)
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([*map(snake_case, bunch.feature_names), self.target])
        writer.writerows(zip(*columns, labels, strict=True))
        return text.getvalue()


TABLES = {
    "iris": Table(datasets.load_iris, "species", named=True),
    "digits": Table(datasets.load_digits, "digit", named=False),
    "breast_cancer": Table(datasets.load_breast_cancer, "diagnosis", named=True),
    "wine": Table(datasets.load_wine, "cultivar", named=True),
    "diabetes": Table(partial(datasets.load_diabetes, scaled=False), "progression", named=False),
}


def shortest(column: Iterable[float]) -> list[str]:
    """The shortest text of each number; a column of whole numbers goes without decimal points."""
    values = np.asarray(column, dtype=np.float64)
    whole = bool((values == np.round(values)).all())
    return [str(int(value)) if whole else repr(float(value)) for value in values]


def snake_case(name: str) -> str:
    """``sepal length (cm)`` → ``sepal_length_cm``, ``pixel_0_7`` → ``p07``."""
    name = re.sub(r"^pixel_(\d)_(\d)$", r"p\1\2", name)
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def main() -> None:
    """Write every table into the folder that is given, data/ if none is."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
    for name, table in TABLES.items():
        (folder / f"{name}.csv").write_text(table.csv(), encoding="utf-8", newline="\n")
        print(folder / f"{name}.csv")


if __name__ == "__main__":
    main()
