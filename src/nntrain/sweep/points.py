"""Points of a study with their runs: which are settled, and what a search may know of them."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from nntrain.sweep.rows import Row, State
from nntrain.sweep.search import Past


@dataclass
class Points:
    """All rows of a study by point and run.

    ``runs``    of each point: repeats × folds
    ``sign``    −1 where a higher objective is better
    ``prunes``  a point's further runs wait for its first one, and are not made where that was pruned or failed
    """

    runs: int
    sign: float
    prunes: bool
    by_number: dict[int, dict[tuple[int, int], Row]] = field(default_factory=dict)
    _lowest: int = 0

    def see(self, rows: Iterable[Row]) -> None:
        """Take note of rows as they are now."""
        for row in rows:
            self.by_number.setdefault(row.plan.number, {})[row.plan.repeat, row.plan.fold] = row

    @property
    def rows(self) -> Iterator[Row]:
        """All rows, in no particular order."""
        for runs in self.by_number.values():
            yield from runs.values()

    def first(self, number: int) -> Row | None:
        """A point's first run."""
        return self.by_number.get(number, {}).get((0, 0))

    def cut(self, number: int) -> bool:
        """Whether a point's first run decided that there are no others."""
        first = self.first(number)
        return self.prunes and first is not None and first.state in ("pruned", "failed")

    def settled(self, number: int) -> bool:
        """Whether nothing more comes of a point."""
        runs = self.by_number.get(number, {})
        if self.cut(number):
            return all(row.settled for row in runs.values())
        return len(runs) >= self.runs and all(row.settled for row in runs.values())

    @property
    def lowest_unsettled(self) -> int:
        """The first number of which something is still to come."""
        while self.settled(self._lowest):
            self._lowest += 1
        return self._lowest

    def past(self, number: int, known: int) -> list[Past]:
        """Points before ``number``; of those from ``known`` on nothing but where they lie."""
        return [self._past(other, hidden=other >= known) for other in range(number) if other in self.by_number]

    def _past(self, number: int, *, hidden: bool) -> Past:
        runs = self.by_number[number]
        first = runs.get((0, 0)) or next(iter(runs.values()))
        if hidden or not self.settled(number):
            return Past(number, first.plan.coordinates, "running", marks=first.plan.marks)
        outcomes = [row.outcome for row in runs.values() if row.outcome is not None]
        values = [outcome.value for outcome in outcomes if outcome.value is not None and outcome.state != "failed"]
        states = {outcome.state for outcome in outcomes}
        state: State = "failed" if "failed" in states else "pruned" if "pruned" in states else "finished"
        return Past(
            number,
            first.plan.coordinates,
            state,
            self.sign * statistics.fmean(values) if values else None,
            [self.sign * value for value in (first.outcome.curve if first.outcome else ())],
            {**first.plan.marks, **(first.outcome.marks if first.outcome else {})},
        )
