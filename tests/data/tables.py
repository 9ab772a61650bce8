"""Help for the tests of data: settings as a config would give them, and small tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nntrain.config.markers import check_settings, section_component
from nntrain.data.cells import DEFAULT_MISSING
from nntrain.data.settings import DataSettings

ASSETS = Path(__file__).parents[1] / "assets" / "tables"
TOKENS = frozenset(DEFAULT_MISSING)


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
