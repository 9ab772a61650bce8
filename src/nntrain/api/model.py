"""A trained network with its preprocessing: tables in, predictions out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.assemble import Bundle, restore_bundle
from nntrain.assemble.parts import aims
from nntrain.data.dataset import SplitName, load_split
from nntrain.data.prediction import LoadedRows, load_rows
from nntrain.errors import ConfigError, DataError, Problem
from nntrain.training.multilabel_metric import THRESHOLD
from nntrain.training.run_folder import find_checkpoint

Table: TypeAlias = str | PathLike[str] | Mapping[str, Sequence[Any]] | NDArray[Any]
"""A file, a mapping of column names to values, or an array with the input columns in training's order."""


@dataclass(frozen=True)
class Examples:
    """Encoded rows with their targets, and weights where the run has any.

    ``unknown`` counts the cells of each column that held an unknown category.
    """

    x: NDArray[np.float32]
    y: NDArray[Any]
    unknown: dict[str, int]
    warnings: list[str]
    weights: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Model:
    """The network of a checkpoint; made by `load`."""

    bundle: Bundle

    @property
    def classes(self) -> list[str] | None:
        """The class labels in the order of the probabilities; None for regression and for several labels."""
        return self.bundle.preprocessing.target.classes

    @property
    def targets(self) -> list[str]:
        """The names of the target columns; where there are several, predictions are (N, T) in this order."""
        return self.bundle.preprocessing.target.names

    @property
    def task(self) -> str:
        """``classification``, ``multilabel`` or ``regression``."""
        return self.bundle.preprocessing.task

    def predict(self, table: Table) -> NDArray[Any]:
        """Labels (N,), or values (N,) in the target's own units; (N, T) of several targets, whose columns are not needed."""
        return self.labels(self.outputs(self.rows(table, need_target=False)))

    def predict_proba(self, table: Table) -> NDArray[np.float64]:
        """Probabilities (N, K), columns in the order of `classes`; of several labels (N, T), each of its second class."""
        if self.task == "regression":
            raise ConfigError("predict_proba is for classification; this model does regression")
        return self.outputs(self.rows(table, need_target=False))

    def evaluate(self, table: Table | None = None, *, split: SplitName = "test") -> dict[str, float]:
        """Loss and all metrics on a table with the target column, or on a split of the run's own data."""
        return self.figures(self.examples(table, split))

    def figures(self, examples: Examples) -> dict[str, float]:
        """Loss and all metrics of encoded rows."""
        with np.errstate(all="ignore"):  # overflow shows in the figures
            evaluator = self.bundle.evaluator
            return evaluator.figures(examples.x, aims(examples.y, examples.weights), evaluator.metrics)

    def examples(self, table: Table | None, split: str = "test") -> Examples:
        """Encoded rows and targets of a table, or of a split of the run's own data."""
        if table is not None:
            rows = self.rows(table, need_target=True)
            assert rows.y is not None
            return Examples(rows.x, rows.y, rows.unknown, rows.warnings, rows.weights)
        name = next((name for name in self.splits if name == split), None)
        if name is None:
            raise ConfigError(f"this run has no {split} split; it has {', '.join(self.splits)}")
        found = load_split(self.bundle.spec.config.data, self.bundle.preprocessing, name)
        if found.digest != self.bundle.header["data"][name]:
            message = "the data changed since this run began; give the table with --data"
            raise DataError(Problem(str(self.bundle.path), message))
        return Examples(found.x, found.y, found.unknown, [], found.weights)

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
        if self.task == "multilabel":
            pairs = [np.asarray(target.classes) for target in self.bundle.preprocessing.target.columns]
            chosen = (outputs > THRESHOLD).astype(np.int64)
            return np.stack([pair[chosen[:, t]] for t, pair in enumerate(pairs)], axis=1)
        if self.classes is None:
            return outputs
        labels: NDArray[Any] = np.asarray(self.classes)[outputs.argmax(axis=1)]
        return labels

    def outputs(self, rows: LoadedRows | Examples) -> NDArray[np.float64]:
        """Probabilities (N, K), or values (N,), of encoded rows; (N, T) where there are several targets."""
        with np.errstate(all="ignore"):
            return self.bundle.evaluator.predict(rows.x)

    def further(self, rows: LoadedRows | Examples) -> dict[str, NDArray[np.float64]]:
        """What the loss predicts beside that: every level of a quantile loss, as ``quantile_0.1`` and so on."""
        with np.errstate(all="ignore"):
            return self.bundle.evaluator.further(rows.x)


def load(path: str | PathLike[str]) -> Model:
    """The model of a run folder (its best epoch) or of a checkpoint file."""
    return Model(restore_bundle(find_checkpoint(Path(path))))
