"""Finds the files that a path or glob means, and the reader that fits their format."""

from __future__ import annotations

import glob
import re
from pathlib import Path
from typing import Literal, TypeAlias

from nntrain.config.messages import suggestion
from nntrain.data.columns import MissingTokens
from nntrain.data.delimited import read_delimited
from nntrain.data.json_lines import read_json_lines
from nntrain.data.table import Table, shown_path, stacked
from nntrain.errors import DataError, Problem

Format: TypeAlias = Literal["csv", "tsv", "parquet", "json_lines", "npz"]

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "json_lines",
    ".ndjson": "json_lines",
    ".npz": "npz",
}


QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*\"""")
"""A text or an identifier in quotes, as SQL has them."""


def read_files(pattern: str, format_: Format | None, delimiter: str | None, tokens: MissingTokens) -> Table:
    """The rows of all files that the pattern means, in the order of their names."""
    return stacked([_read(path, format_ or _format(path), delimiter, tokens) for path in find(pattern)])


def find(pattern: str) -> list[Path]:
    """The files of a path or glob; at least one."""
    path = Path(pattern).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        raise DataError(Problem(shown_path(path), "is a folder; name a file, or files by a glob such as folder/*.csv"))
    if glob.has_magic(pattern):
        found = sorted(_matches(str(path)))
        files = [name for name in found if name.is_file()]
        if files:
            return files
        raise DataError(Problem(shown_path(path), f"no file matches{_neighbours(path.parent, path.name)}"))
    raise DataError(Problem(shown_path(path), f"no such file{_neighbours(path.parent, path.name)}"))


def files_of_query(query: str, base: Path) -> list[Path]:
    """The files that an SQL query names in quotes, each by its path or a glob from ``base``; texts that mean no file are none."""
    names = [quoted[1:-1].replace(quoted[0] * 2, quoted[0]) for quoted in QUOTED.findall(query)]
    found = {base / path for name in names if name for path in _matches(name, base)}
    return sorted(path for path in found if path.is_file())


def _matches(pattern: str, base: Path | None = None) -> list[Path]:
    """What a glob means, from ``base`` on where it is relative; hidden files only where it names them, as in a shell."""
    found = glob.glob(pattern, root_dir=base, recursive=True)  # noqa: PTH207  # Path.glob refuses absolute patterns, and its * matches hidden files, such as the ._ ones that macOS leaves beside each table
    return [Path(name) for name in found]


def _neighbours(folder: Path, name: str) -> str:
    """What lies in the folder instead."""
    if glob.has_magic(str(folder)):
        return ""
    if not folder.is_dir():
        return f": the folder {shown_path(folder)} does not exist"
    names = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    hint = suggestion(name, names)
    return hint if "did you mean" in hint or len(names) <= 8 else f" (the folder holds {len(names)} other files)"


def _format(path: Path) -> Format:
    suffix = Path(path.stem).suffix if path.suffix == ".gz" else path.suffix
    found = SUFFIXES.get(suffix.lower())
    if found is None or (path.suffix == ".gz" and found in ("parquet", "npz")):
        known = ", ".join(SUFFIXES)
        hint = "name the format: {file: {path: …, format: csv}}"
        raise DataError(Problem(shown_path(path), f"unknown file type '{path.suffix}'; known are {known}; or {hint}"))
    return found


def _read(path: Path, format_: Format, delimiter: str | None, tokens: MissingTokens) -> Table:
    if format_ == "parquet":
        from nntrain.data.duck import read_parquet

        return read_parquet(path, tokens)
    if format_ == "npz":
        from nntrain.data.arrays import read_npz

        return read_npz(path, tokens)
    if format_ == "json_lines":
        return read_json_lines(path, tokens)
    return read_delimited(path, delimiter or ("\t" if format_ == "tsv" else ","), tokens)
