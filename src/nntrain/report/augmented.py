"""A look at augmentation: rows of the first batch as they are and as training sees them, as a table or as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.assemble import Prepared
from nntrain.assemble.augmentation import build_augmenter, build_canvas
from nntrain.augment import Augmenter, Canvas
from nntrain.network.mixed import Mixed
from nntrain.report.console import literal, show
from nntrain.report.figures import counted
from nntrain.report.png import png
from nntrain.training.atomic import write_atomically
from nntrain.types import Array, Feature

MOST_ROWS, MOST_COLUMNS = 4, 30
PICTURES, VERSIONS = 8, 7
ENLARGED = 96
"""Pixels that a small picture is enlarged to at least."""
GAP = 2


@dataclass(frozen=True)
class Change:
    """One cell of a row: its column, and in words what it was and what it became."""

    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Preview:
    """What becomes of the rows of the first batch; of pictures the grey values too, originals on the left."""

    rows: list[list[Change]]
    picture: NDArray[np.uint8] | None = None

    def plain(self, file: Path | None) -> dict[str, Any]:
        """As JSON data."""
        rows = [{change.column: [change.before, change.after] for change in row} for row in self.rows]
        return {"rows": rows, "picture": None if file is None else str(file)}


def preview(prepared: Prepared) -> Preview:
    """The first batch of the run before and after its augmentation."""
    preprocessing, job = prepared.dataset.preprocessing, prepared.job
    augment = build_augmenter(prepared.spec, preprocessing)
    if augment is None:
        raise prepared.spec.error(("augmentation",), "nothing to show; add some, such as [{gaussian_noise: 0.05}]")
    rows = job.batches.order(0)[: job.batches.bounds[1]]
    x, y = job.train.x[rows], job.train.y.take(rows, axis=0)
    changed = x.copy()
    targets = augment(changed, y, 1)
    names = preprocessing.target.classes
    label = preprocessing.target.name
    found = [
        [
            *changes(preprocessing.described, x[row], changed[row]),
            Change(label, aim(y[row : row + 1], names), aim(targets[row : row + 1], names)),
        ]
        for row in range(min(MOST_ROWS, len(x)))
    ]
    canvas = build_canvas(prepared.spec, preprocessing)
    return Preview(found, None if canvas is None else sheet(canvas, augment, x, y))


def changes(features: Sequence[Feature], before: Array, after: Array) -> list[Change]:
    """The cells of one row."""
    columns: dict[str, list[int]] = {}
    for place, feature in enumerate(features):
        columns.setdefault(feature.column, []).append(place)
    return [
        Change(column, cell([features[at] for at in places], before[places]), cell([features[at] for at in places], after[places]))
        for column, places in columns.items()
    ]  # fmt: skip


def cell(features: Sequence[Feature], values: Array) -> str:
    """The inputs of one column in words: numbers as they are, of the others those that are not 0."""
    words = []
    for feature, value in zip(features, values.tolist(), strict=True):
        if feature.kind == "flag":
            name = feature.name.removeprefix(feature.column).lstrip(" =")
            words += [name if value == 1 else f"{value:.2g} {name}"] if value else []
        else:
            words.append(f"{value:.3g}")
    return " + ".join(words) or "nothing"


def aim(targets: Any, names: Sequence[str] | None) -> str:
    """The target of one row in words: a class, a standardised number, or several with their shares."""
    if not isinstance(targets, Mixed):
        y = getattr(targets, "y", targets)
        values = np.ravel(y).tolist()
        return names[values[0]] if names is not None else ", ".join(f"{value:.3g}" for value in values)
    shares: dict[str, float] = {}
    for part in targets.parts:
        name = aim(part.y, names)
        shares[name] = shares.get(name, 0.0) + float(part.weights[0])
    largest = sorted(shares.items(), key=lambda item: -item[1])
    return " + ".join(f"{share:.2f} {name}" for name, share in largest if share >= 0.005)


def sheet(canvas: Canvas, augment: Augmenter, x: Array, y: Any) -> NDArray[np.uint8]:
    """Some pictures below each other, each beside what becomes of it at several steps."""
    shown = canvas.pixels(x[:PICTURES])
    columns = [shown]
    for step in range(1, VERSIONS + 1):
        changed = x.copy()
        augment(changed, y, step)
        columns.append(canvas.pixels(changed[:PICTURES]))
    low, high = min(float(shown.min()), 0.0), float(shown.max())
    grey = np.clip((np.stack(columns, axis=1) - low) / ((high - low) or 1.0), 0.0, 1.0)  # (rows, columns, H, W)
    times = -(-ENLARGED // max(canvas.height, canvas.width))
    large = np.repeat(np.repeat((255 * grey).astype(np.uint8), times, axis=2), times, axis=3)
    framed = np.pad(large, ((0, 0), (0, 0), (GAP, GAP), (GAP, GAP)), constant_values=128)
    rows, across, height, width = framed.shape
    return np.ascontiguousarray(framed.transpose(0, 2, 1, 3).reshape(rows * height, across * width))


def save_picture(found: Preview, file: Path) -> Path | None:
    """Write the pictures, if there are any."""
    if found.picture is None:
        return None
    write_atomically(file, [png(found.picture)])
    return file


def print_preview(console: Console, found: Preview, file: Path | None) -> None:
    """Column by column what becomes of some rows; what changed stands out."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0), caption_justify="left")
    table.add_column("column", no_wrap=True)
    for number in range(len(found.rows)):
        table.add_column(f"row {number + 1}", overflow="fold")
    lines = list(zip(*found.rows, strict=True))
    for line in [*lines[:-1][:MOST_COLUMNS], lines[-1]]:
        table.add_row(literal(line[0].column, 40), *(_shown(change) for change in line))
    if len(lines) - 1 > MOST_COLUMNS:
        table.caption = Text(f"and {counted(len(lines) - 1 - MOST_COLUMNS, 'more column')} (all with --json)", "dim")
    console.print()
    console.print(Text("augmentation", "bold"))
    show(console, Padding(table, (0, 0, 0, 2)))
    if file is not None:
        console.print(Text(f"  Pictures, originals on the left: {file}"))


def _shown(change: Change) -> Text:
    if change.before == change.after:
        return literal(change.after, 100, "dim")
    return Text.assemble(literal(change.before, 100), " → ", literal(change.after, 100, "bold yellow"))
