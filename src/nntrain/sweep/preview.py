"""A sweep before it is run: its points, and what they would take. Nothing is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nntrain.sweep.estimate import Estimate, estimate
from nntrain.sweep.folder import SweepFolder
from nntrain.sweep.identity import Identities
from nntrain.sweep.loading import load_sweep
from nntrain.sweep.planner import Planner
from nntrain.sweep.rows import Plan
from nntrain.sweep.run import check_points, study_name, worker_count
from nntrain.sweep.store import Store


@dataclass(frozen=True)
class Preview:
    """What would be run.

    ``plans``  of the points that are known before the first result; ``runs``: how many there will be, ``done`` already are
    """

    name: str
    plans: list[Plan]
    runs: int
    done: int
    duplicates: int
    estimate: Estimate
    workers: int
    points: int = 0
    """How many there will be in all: more than are known where they follow from results."""


def preview(
    path: Path,
    assignments: Sequence[str] = (),
    out: Path | None = None,
    storage: str | None = None,
    workers: int | None = None,
) -> Preview:
    """Plan a sweep, and time a few epochs of it."""
    sweep = load_sweep(path, assignments)
    with tempfile.TemporaryDirectory() as folder:
        identities = Identities(sweep, Path(folder))
        check_points(identities)
        planner = Planner(identities)
        study = storage or str(SweepFolder.path_of(out, sweep.name) / "study.db")
        if storage or Path(study).exists():
            store = Store.open(study, study_name(sweep))
            planner.see(store.rows())
            store.close()
        known = [row for row in planner.points.rows if planner.belongs(row)]
        plans = sorted([*(row.plan for row in known), *planner.extend()], key=lambda plan: plan.number)
        firsts = {plan.number: plan for plan in reversed(plans)}
        points = [firsts[number].coordinates for number in sorted(firsts)]
        return Preview(
            name=sweep.name,
            plans=[firsts[number] for number in sorted(firsts)],
            runs=planner.expected(),
            done=sum(row.settled for row in known),
            duplicates=planner.duplicates,
            estimate=estimate(identities, points),
            workers=worker_count(sweep, workers),
            points=planner.expected_points,
        )
