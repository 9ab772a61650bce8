"""A trained network with its preprocessing: tables in, predictions out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.assemble import Bundle, restore_bundle
from nntrain.data.dataset import SplitName, load_split
from nntrain.data.prediction import LoadedRows, load_rows
from nntrain.errors import ConfigError, DataError, Problem
from nntrain.kernels.threads import blas_threads
from nntrain.training.metric import metrics
from nntrain.training.run_folder import find_checkpoint

Table: TypeAlias = str | PathLike[str] | Mapping[str, Sequence[Any]] | NDArray[Any]
"""A file, a mapping of column names to values, or an array with the input columns in training's order."""


@dataclass(frozen=True)
class Examples:
    """Encoded rows with their targets; ``unknown`` counts the cells of each column that held an unknown category."""

    x: NDArray[np.float32]
    y: NDArray[Any]
    unknown: dict[str, int]
    warnings: list[str]


@dataclass(frozen=True)
class Model:
    """The network of a checkpoint; made by `load`."""

    bundle: Bundle

    @property
    def classes(self) -> list[str] | None:
        """The class labels in the order of the probabilities; None for regression."""
        return self.bundle.preprocessing.target.classes

    @property
    def task(self) -> str:
        """``classification`` or ``regression``."""
        return self.bundle.preprocessing.task

    def predict(self, table: Table) -> NDArray[Any]:
        """Labels (N,), or values (N,) in the target's own units. The target column is not needed."""
        return self.labels(self.outputs(self.rows(table, need_target=False)))

    def predict_proba(self, table: Table) -> NDArray[np.float64]:
        """Probabilities (N, K), columns in the order of `classes`."""
        if self.task != "classification":
            raise ConfigError("predict_proba is for classification; this model does regression")
        return self.outputs(self.rows(table, need_target=False))

    def evaluate(self, table: Table | None = None, *, split: SplitName = "test") -> dict[str, float]:
        """Loss and all metrics on a table with the target column, or on a split of the run's own data."""
        return self.figures(self.examples(table, split))

    def figures(self, examples: Examples) -> dict[str, float]:
        """Loss and all metrics of encoded rows."""
        with self._quiet_threads():
            return self.bundle.evaluator.figures(examples.x, examples.y, metrics[self.bundle.preprocessing.task].names)

    def examples(self, table: Table | None, split: str = "test") -> Examples:
        """Encoded rows and targets of a table, or of a split of the run's own data."""
        if table is not None:
            rows = self.rows(table, need_target=True)
            assert rows.y is not None
            return Examples(rows.x, rows.y, rows.unknown, rows.warnings)
        name = next((name for name in self.splits if name == split), None)
        if name is None:
            raise ConfigError(f"this run has no {split} split; it has {', '.join(self.splits)}")
        found = load_split(self.bundle.spec.config.data, self.bundle.preprocessing, name)
        if found.digest != self.bundle.header["data"][name]:
            message = "the data changed since this run began; give the table with --data"
            raise DataError(Problem(str(self.bundle.path), message))
        return Examples(found.x, found.y, found.unknown, [])

    @property
    def splits(self) -> list[SplitName]:
        """The splits that the run's own data has."""
        return list(self.bundle.header["rows"])

    def rows(self, table: Table, *, need_target: bool) -> LoadedRows:
        """Read and encode a table."""
        source = str(Path(table).absolute()) if isinstance(table, str | PathLike) else table
        return load_rows(source, self.bundle.preprocessing, need_target=need_target)

    def labels(self, outputs: NDArray[np.float64]) -> NDArray[Any]:
        """Probabilities → labels; values stay as they are."""
        if self.classes is None:
            return outputs
        labels: NDArray[Any] = np.asarray(self.classes)[outputs.argmax(axis=1)]
        return labels

    def outputs(self, rows: LoadedRows | Examples) -> NDArray[np.float64]:
        """Probabilities (N, K) or values (N,) of encoded rows."""
        with self._quiet_threads():
            return self.bundle.evaluator.predict(rows.x)

    @contextmanager
    def _quiet_threads(self) -> Iterator[None]:
        """The run's own number of threads, on which bits depend; overflow shows in the figures."""
        with np.errstate(all="ignore"), blas_threads(self.bundle.spec.config.training.threads):
            yield


def load(path: str | PathLike[str]) -> Model:
    """The model of a run folder (its best epoch) or of a checkpoint file."""
    return Model(restore_bundle(find_checkpoint(Path(path))))
