"""A sweep summed up: for the console, for ``--json``, and as files in its folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.config.writer import inline
from nntrain.sweep.effects import Effect, edges, effects
from nntrain.sweep.ending import test_figures, write_best
from nntrain.sweep.results import Noise, PointResult, noise, point_results
from nntrain.sweep.rows import Row
from nntrain.sweep.run import Opened
from nntrain.sweep.trials_csv import write_trials


@dataclass(frozen=True)
class SweepSummary:
    """All that is said at the end.

    ``points``    best first
    ``test``      the best point's figures on the test rows, if there are any; ``openings``: how often these were looked at
    """

    folder: Path
    objective: str
    higher_is_better: bool
    rows: Sequence[Row]
    points: Sequence[PointResult]
    noise: Noise | None
    effects: Sequence[Effect]
    edges: Sequence[str]
    best_config: Path | None
    test: Mapping[str, float] | None
    openings: int

    @property
    def best(self) -> PointResult | None:
        """The winner; None if no point finished."""
        return self.points[0] if self.points and self.points[0].value is not None else None

    def count(self, state: str) -> int:
        """Runs that ended so."""
        return sum(row.state == state for row in self.rows)

    def plain(self) -> dict[str, Any]:
        """For ``--json``."""
        best = self.best
        return {
            "sweep": str(self.folder),
            "objective": self.objective,
            "trials": {state: self.count(state) for state in ("finished", "failed", "pruned")},
            "best": None
            if best is None
            else {
                "params": best.values,
                "value": best.value,
                "spread": best.spread,
                "run": str(self.folder / "trials" / best.rows[0].name),
                "config": str(self.best_config),
            },
            "noise": None if self.noise is None else {"deviation": self.noise.deviation, "margin": self.noise.margin},
            "effects": {
                effect.key: {
                    "importance": effect.importance,
                    "levels": [vars(level) for level in effect.levels],
                }
                for effect in self.effects
            },
            "edges": list(self.edges),
            "test": None if self.test is None else {"metrics": dict(self.test), "openings": self.openings},
        }


def summarize(opened: Opened, *, whole: bool) -> SweepSummary:
    """Write ``trials.csv`` and ``best.yaml``; of a sweep that came to its end, judge the best point on the test rows."""
    planner, space, folder = opened.planner, opened.sweep.space, opened.folder
    rows = [row for row in planner.points.rows if planner.belongs(row)]
    higher = planner.points.sign < 0
    points = point_results(rows, higher_is_better=higher)
    write_trials(folder.path / "trials.csv", rows, list(space.by_key))
    best = points[0] if points and points[0].value is not None else None
    config, test, openings = None, None, 0
    if best is not None:
        values = ", ".join(f"{key}: {inline(value)}" for key, value in best.values.items())
        words = f"The best of {len(points)} points of {opened.sweep.path}: {values}"
        config = write_best(planner.identities, folder, best.rows[0], words)
        if whole:
            test, openings = test_figures(folder, best.rows[0])
    return SweepSummary(
        folder=folder.path,
        objective=opened.sweep.monitor,
        higher_is_better=higher,
        rows=rows,
        points=points,
        noise=noise(points),
        effects=effects(space, points, higher_is_better=higher),
        edges=[] if best is None else edges(space, best),
        best_config=config,
        test=test,
        openings=openings,
    )
