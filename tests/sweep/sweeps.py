"""Small sweeps for tests."""

from __future__ import annotations

from pathlib import Path

from nntrain.sweep.definition import Sweep
from nntrain.sweep.loading import load_sweep

BASE = """
data:
  train: {spirals: {rows: 90, noise: 0.05, classes: 3}}
  target: label
  split: {validation: 0.2, test: 0.2}
architecture: {hidden: [6], activation: tanh}
optimizer: {adam: {lr: 0.02}}
training: {epochs: 4, batch_size: 16}
"""

GRID = """
base: base.yaml
space:
  optimizer.adam.lr: [0.01, 0.1]
  training.batch_size: [8, 16, 32]
"""


def write_sweep(folder: Path, text: str = GRID, base: str = BASE, name: str = "grid.yaml") -> Path:
    """A sweep's file in a folder, beside its base."""
    (folder / "base.yaml").write_text(base)
    path = folder / name
    path.write_text(text)
    return path


def sweep_of(folder: Path, text: str = GRID, base: str = BASE) -> Sweep:
    """The sweep that a text describes."""
    return load_sweep(write_sweep(folder, text, base))
