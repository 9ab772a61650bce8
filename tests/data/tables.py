"""Help for the tests of data: settings as a config would give them, and small tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nntrain.config.markers import check_settings, section_component
from nntrain.data.cells import DEFAULT_MISSING
from nntrain.data.columns import NumberColumn
from nntrain.data.dataset import Dataset, load_dataset
from nntrain.data.files import read_files
from nntrain.data.settings import DataSettings
from nntrain.data.table import Table

ASSETS = Path(__file__).parents[1] / "assets" / "tables"
TOKENS = frozenset(DEFAULT_MISSING)
NO_SPLIT = {"validation": 0}


def data_settings(**yaml: Any) -> DataSettings:
    """The settings of ``data:``, checked as those of a config."""
    settings: DataSettings = check_settings(section_component(DataSettings), yaml, ()).build()
    return settings


def written(path: Path, text: str) -> str:
    """The path of a file that holds the text."""
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def rows_of(header: str, *rows: str) -> str:
    """The text of a CSV."""
    return "\n".join([header, *rows]) + "\n"


def labelled(*cells: str) -> list[str]:
    """Rows of a column and a label."""
    return [f"{cell},{'yes' if place % 2 else 'no'}" for place, cell in enumerate(cells)]


def load(folder: Path, header: str, *rows: str, **yaml: Any) -> Dataset:
    """The dataset of a CSV with these rows; all of them are for training, unless told otherwise."""
    path = written(folder / "t.csv", rows_of(header, *rows))
    return load_dataset(data_settings(**{"train": path, "target": "label", "split": NO_SPLIT, **yaml}))


def read(path: str | Path, **settings: Any) -> Table:
    """The table in a file, or in those that a glob names."""
    return read_files(str(path), settings.get("format"), settings.get("delimiter"), settings.get("tokens", TOKENS))


def cells(table: Table) -> dict[str, list[Any]]:
    """All cells, as they stood in the source."""
    return {name: column.cells().tolist() for name, column in table.columns.items()}


def numbers(table: Table, name: str) -> list[float]:
    """The values of a column, which is one of numbers."""
    column = table.columns[name]
    assert isinstance(column, NumberColumn)
    return column.values.tolist()
