"""Where the files of claims lie, and which of them are meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import nntrain
from nntrain.config.messages import suggestion
from nntrain.errors import ConfigError, Problem

PACKAGE = Path(nntrain.__file__).parent
CHECKOUT = PACKAGE.parent.parent / "configs" / "lecture"
"""Beside the package, in a checkout."""
INSTALLED = PACKAGE / "lecture" / "files" / "configs" / "lecture"
"""Inside the package, as a wheel brings them (with the tables in ``files/data``, so that ``../../data`` holds in both)."""


def claims_folder() -> Path:
    """The folder of the claims that come with nntrain."""
    return CHECKOUT if CHECKOUT.is_dir() else INSTALLED


def find_claims(wanted: Iterable[str], folder: Path | None = None) -> list[Path]:
    """The files of claims, by number (``1``), name (``01_perceptron`` or ``perceptron``) or path; all if none is named."""
    folder = folder or claims_folder()
    if not folder.is_dir():
        raise ConfigError(Problem("", f"{folder}: no such folder; expected one with the files of claims"))
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ConfigError(Problem("", f"{folder}: no claims here; expected files such as 01_perceptron.yaml"))
    names = {key: file for file in files for key in _keys(file)}
    found: list[Path] = []
    problems: list[Problem] = []
    for name in wanted:
        if name in names:
            found.append(names[name])
        elif name.endswith((".yaml", ".yml")):
            found.append(Path(name))
        else:
            hint = suggestion(name, [file.stem for file in files])
            problems.append(Problem("", f"unknown claim '{name}'{hint}"))
    if problems:
        raise ConfigError(problems)
    return list(dict.fromkeys(found)) or files


def _keys(file: Path) -> list[str]:
    """``01_perceptron`` → 01_perceptron, perceptron, 01, 1."""
    match = re.fullmatch(r"(\d+)_(.+)", file.stem)
    return [file.stem, *((match[2], match[1], str(int(match[1]))) if match else ())]
