"""A case as a user of nntrain would have it: a config file beside an .npz file."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case, synthetic


def write_config(case: Case, folder: Path, epochs: int, **training: object) -> Path:
    """Write rows and config; `numeric: none`, as the rows are standard normal, so that everybody sees the same."""
    x, y = synthetic(case)
    np.savez(folder / "rows.npz", X=x, y=y)
    config = {
        "data": {
            "train": "rows.npz",
            "target": "y",
            "task": "classification",
            "numeric": "none",
            "split": {"validation": 0},
        },
        "architecture": {"hidden": list(case.hidden), "batch_norm": case.batch_norm, "dropout": case.dropout},
        "loss": "binary_cross_entropy" if case.outputs == 1 else "cross_entropy",
        "optimizer": {case.optimizer: {"lr": 0.001}},
        "training": {"epochs": epochs, "batch_size": case.batch, **training},
    }
    path = folder / f"{case.name}.yaml"
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")  # JSON is YAML
    return path


def without_numba() -> None:
    """Let this process find no Numba; before nntrain is imported."""
    modules: dict[str, Any] = sys.modules
    modules["numba"] = None  # how Python is told that there is none


def has_numba() -> bool:
    """Whether this process can compile: runs too short to be worth it do so all the same where a benchmark asks."""
    return find_spec("numba") is not None
