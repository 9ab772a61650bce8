"""Initializers that draw nothing: the numbers stand in the config, or in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
from annotated_types import MinLen

from nntrain.errors import ConfigError, Problem
from nntrain.network.initializer import initializers
from nntrain.network.parameters import Shape
from nntrain.types import Array

Row = Annotated[list[float], MinLen(1)]
Rows = Annotated[list[Row], MinLen(1)]


@initializers
def values(rng: np.random.Generator, shape: Shape, *, numbers: Row | Rows) -> Array:
    """The numbers given here: for a weight (n, m) a list of n rows of m, for a bias (m,) a list of m.

    YAML      dense: {units: 2, initializer: {values: [[1, 0], [1, 1]]}, bias_initializer: {values: [0, 1]}}
    """
    lengths = {len(row) if isinstance(row, list) else 0 for row in numbers}
    if len(lengths) > 1:
        raise ConfigError(f"values has rows of {_listed(lengths)} numbers; {_expected(shape)}")
    return _fitting(np.array(numbers, dtype=np.float64), shape, Problem("", "values"))


@initializers
def file(rng: np.random.Generator, shape: Shape, *, path: Annotated[str, MinLen(1)]) -> Array:
    """The numbers of a file: NumPy's ``.npy``, or a ``.csv`` of n rows of m numbers without a header.

    YAML      initializer: {file: weights.npy}

    ``path``  relative to the config. It is read when the network is initialised, and is no part of the checkpoint
    """
    return _fitting(_read(Path(path)), shape, Problem(path, "its array"))


def _read(path: Path) -> Array:
    if path.suffix not in (".npy", ".csv"):
        raise ConfigError(Problem(str(path), "is no file of numbers that we know; expected .npy or .csv"))
    try:
        array: Array = np.load(path, allow_pickle=False) if path.suffix == ".npy" else _read_csv(path)
    except FileNotFoundError:
        raise ConfigError(Problem(str(path), "no such file")) from None
    except (OSError, ValueError, EOFError) as error:
        raise ConfigError(Problem(str(path), f"cannot be read as numbers ({error})")) from None
    if array.dtype.kind not in "fiub":
        raise ConfigError(Problem(str(path), f"holds {array.dtype.name}; expected numbers"))
    return array.astype(np.float64)


def _read_csv(path: Path) -> Array:
    lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    return np.loadtxt(lines, np.float64, comments=None, delimiter=",", ndmin=2) if lines else np.empty((0, 0))


def _fitting(array: Array, shape: Shape, named: Problem) -> Array:
    """The array, if it has the shape (a single row or column is a vector, too) and is finite."""
    if len(shape) == 1 and array.ndim == 2 and 1 in array.shape:
        array = array.ravel()
    if array.shape != shape:
        raise ConfigError(Problem(named.place, f"{named.message} has shape {_shape(array.shape)}; {_expected(shape)}"))
    if not np.isfinite(array).all():
        raise ConfigError(Problem(named.place, f"{named.message} holds NaN or infinity; expected finite numbers"))
    return array


def _expected(shape: Shape) -> str:
    if len(shape) == 1:
        return f"expected {shape[0]} numbers, one for each unit"
    return f"expected {_shape(shape)}: {shape[0]} rows, one for each input, of {shape[1]} numbers, one for each unit"


def _shape(shape: Shape) -> str:
    return f"({', '.join(map(str, shape))})" if len(shape) > 1 else f"({shape[0]},)" if shape else "()"


def _listed(lengths: set[int]) -> str:
    return " and ".join(map(str, sorted(lengths)))
