"""Generated tables: two-dimensional toy problems that show what a network can do, the same bits for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from nntrain.data.arrays import table_of_columns
from nntrain.data.columns import MissingTokens
from nntrain.data.registries import sources
from nntrain.data.table import Table
from nntrain.streams import stream
from nntrain.types import NonNegative, Positive, Seed

Rows = Annotated[int, Ge(4), Le(10_000_000)]
Classes = Annotated[int, Ge(2), Le(100)]


def _table(points: NDArray[np.float64], labels: Sequence[str], name: str, tokens: MissingTokens) -> Table:
    columns = {"x": points[:, 0], "y": points[:, 1], "label": np.array(labels)}
    return table_of_columns(columns, tokens, name)


@sources
def xor(tokens: MissingTokens, *, rows: Rows = 400, noise: NonNegative = 0.0, seed: Seed = 0) -> Table:
    """Points in the square [−1, 1]²; ``label`` is ``same`` where x and y have the same sign, else ``different``.

    YAML      train: {xor: {rows: 400, noise: 0.1}}          target: label

    ``noise`` is the standard deviation of what is added to x and y after labelling. No line separates the two labels.
    """
    random = stream(seed, "xor")
    points = random.uniform(0.05, 1.0, (rows, 2))
    points *= np.where(np.arange(rows)[:, None] // [1, 2] % 2, -1.0, 1.0)  # the four quadrants in turn
    labels = np.where(points[:, 0] * points[:, 1] > 0, "same", "different")
    return _table(points + noise * random.standard_normal((rows, 2)), labels.tolist(), "xor", tokens)


@sources
def moons(tokens: MissingTokens, *, rows: Rows = 500, noise: NonNegative = 0.2, seed: Seed = 0) -> Table:
    """Two half circles that reach into each other; ``label`` is ``upper`` or ``lower``.

    YAML      train: {moons: {rows: 500, noise: 0.2}}        target: label

    upper (cos t, sin t), lower (1 − cos t, ½ − sin t), t even over [0, π]; as scikit-learn's ``make_moons``.
    """
    random = stream(seed, "moons")
    upper = (rows + 1) // 2
    t = np.concatenate([np.linspace(0, np.pi, upper), np.linspace(0, np.pi, rows - upper)])
    above = np.arange(rows) < upper
    x = np.where(above, np.cos(t), 1 - np.cos(t))
    y = np.where(above, np.sin(t), 0.5 - np.sin(t))
    points = np.column_stack([x, y]) + noise * random.standard_normal((rows, 2))
    return _table(points, np.where(above, "upper", "lower").tolist(), "moons", tokens)


@sources
def spirals(
    tokens: MissingTokens,
    *,
    rows: Rows = 600,
    noise: NonNegative = 0.02,
    classes: Classes = 2,
    turns: Positive = 1.5,
    seed: Seed = 0,
) -> Table:
    """Spiral arms from the middle outwards, one for each class; ``label`` is ``arm 1``, ``arm 2``, ….

    YAML      train: {spirals: {rows: 600, classes: 3, turns: 1.0}}          target: label

    r (cos φ, sin φ) with r even over [0.05, 1] and φ = 2π (turns · r + k / classes) for class k.
    """
    random = stream(seed, "spirals")
    k = np.arange(rows) % classes
    r = 0.05 + 0.95 * (np.arange(rows) // classes) / max(1, (rows - 1) // classes)
    angle = 2 * np.pi * (turns * r + k / classes)
    points = np.column_stack([r * np.cos(angle), r * np.sin(angle)]) + noise * random.standard_normal((rows, 2))
    return _table(points, [f"arm {place + 1}" for place in k], "spirals", tokens)
