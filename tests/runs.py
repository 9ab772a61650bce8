"""Small runs for tests, and what of a run must be equal when it was interrupted and resumed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from nntrain.training.checkpoint import load_checkpoint

WALL_CLOCK = ("seconds", "samples_per_second")

EVERYTHING = """
data:
  train: {spirals: {rows: 400, noise: 0.05, classes: 3}}
  target: label
  split: {validation: 0.2, test: 0.2}
architecture: {hidden: [12, 12], activation: relu, batch_norm: true, dropout: 0.2}
optimizer: {adam: {lr: 0.02}}
schedule: {warmup: {epochs: 1.5, then: {plateau: {factor: 0.5, patience: 2}}}}
regularization: {l1: 1e-5, l2: 1e-4, clip_norm: 1}
training: {epochs: 12, batch_size: 17, seed: 3, early_stopping: {patience: 11}}
"""
"""A run that uses everything which keeps state: batch norm, dropout, plateau, warm-up, slots, patience."""


def write_config(folder: Path, text: str = EVERYTHING, name: str = "run.yaml") -> Path:
    """A config file in ``folder``."""
    path = folder / name
    path.write_text(text)
    return path


def comparable(folder: Path) -> dict[str, Any]:
    """Everything of a run but the wall clock: both checkpoints byte for byte, and the history file."""
    result: dict[str, Any] = {}
    for name in ("best", "last"):
        checkpoint = load_checkpoint(folder / f"{name}.safetensors")
        header = json.loads(json.dumps(checkpoint.header))
        del header["digest"]
        header["state"]["position"].pop("seconds")
        header["state"]["history"] = [without_clock(record) for record in header["state"]["history"]]
        result[name] = {"header": header, "arrays": {key: array.tobytes() for key, array in checkpoint.arrays.items()}}
    lines = (folder / "history.jsonl").read_text().splitlines()
    result["history"] = [without_clock(json.loads(line)) for line in lines]
    return result


def without_clock(record: dict[str, Any]) -> dict[str, Any]:
    """A record without its wall-clock figures."""
    return {key: value for key, value in record.items() if key not in WALL_CLOCK}
