"""``trials.csv``: every run of a sweep with its values and its figures."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from nntrain.config.writer import inline
from nntrain.sweep.rows import Row
from nntrain.training.atomic import write_atomically


def write_trials(path: Path, rows: Iterable[Row], keys: Sequence[str]) -> None:
    """A line for each run, by number; nested values as in YAML, empty where a key does not exist at a point."""
    rows = sorted(rows, key=lambda row: (row.plan.number, row.plan.repeat, row.plan.fold))
    metrics = list(dict.fromkeys(name for row in rows if row.outcome for name in row.outcome.metrics))
    head = ["trial", "repeat", "fold", "state", *keys, "seed", "objective", *metrics]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*head, "best_epoch", "epochs", "seconds", "reason", "run"])
    for row in rows:
        plan, outcome = row.plan, row.outcome
        values = [inline(plan.values[key]) if key in plan.values else "" for key in keys]
        figures = [outcome.metrics.get(name, "") if outcome else "" for name in metrics]
        objective = "" if outcome is None or outcome.value is None else outcome.value
        last = [outcome.best_epoch, outcome.epochs, f"{outcome.seconds:.3f}", outcome.reason] if outcome else [""] * 4
        start = [plan.number, plan.repeat, plan.fold, row.state, *values, plan.seed, objective]
        writer.writerow([*start, *figures, *last, f"trials/{row.name}"])
    write_atomically(path, [text.getvalue().encode("utf-8", "backslashreplace")])
