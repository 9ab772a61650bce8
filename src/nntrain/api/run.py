"""A finished run: its folder, summary and history."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nntrain.api.model import Model, load
from nntrain.training.events import Record
from nntrain.training.run_folder import read_history


@dataclass(frozen=True)
class Run:
    """What `fit` returns: ``summary`` is the content of the run folder's `summary.json`."""

    folder: Path
    summary: dict[str, Any]

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Figures of the best epoch on ``train``, ``validation`` and ``test``, where there are any."""
        metrics: dict[str, dict[str, float]] = self.summary["metrics"]
        return metrics

    @cached_property
    def history(self) -> list[Record]:
        """One record for each epoch, as in `history.jsonl`."""
        return read_history(self.folder)

    @cached_property
    def model(self) -> Model:
        """The model of the best epoch."""
        return load(self.folder)
