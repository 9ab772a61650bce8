"""Which runs there are: all of a grid at once, or as many points as may be under way.

A point that is proposed from results, or whose runs may be pruned, knows the points up to its number − ``parallel``, and may
not begin before these are settled. So nothing depends on how many workers there are, nor on who was quicker.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from nntrain.streams import stream, stream_key
from nntrain.sweep.identity import Identities
from nntrain.sweep.points import Points
from nntrain.sweep.rows import Coordinates, Plan, Row
from nntrain.sweep.search import Past, Question, Sequential
from nntrain.training.monitor import Monitor

MOST_CANDIDATES = 200
ATTEMPTS = 100
"""Proposals of a point that was there before, after which a space counts as exhausted."""


class Planner:
    """Sees the rows of the study as they change, and says which are to be added."""

    def __init__(self, identities: Identities) -> None:
        self.identities, self.sweep = identities, identities.sweep
        self.settings = self.sweep.settings
        self.points = Points(
            self.settings.repeats * self.settings.folds,
            Monitor(self.sweep.monitor).sign,
            self.settings.pruning.prunes,
        )
        self.duplicates = 0
        self.exhausted = False
        self.failed: dict[int, Row] = {}
        self._numbers: dict[str, int] = {}
        self._changed: set[int] = set()
        self._grid = self._whole_grid() if self.settings.search.complete else None
        self._begun = False

    @property
    def ordered(self) -> bool:
        """Whether points wait for the results of earlier ones."""
        return self.settings.search.learns or self.settings.pruning.prunes

    @property
    def last(self) -> int | None:
        """The highest number that may begin now; None where any may."""
        return self.points.lowest_unsettled + self.settings.parallel - 1 if self.ordered else None

    def candidates(self, busy: Collection[int]) -> list[int]:
        """Runs that may begin now, in their order, but for those in hand: as many as a few machines could take at once."""
        last, found = self.last, list[int]()
        for number in range(self.points.lowest_unsettled, max(self.points.by_number, default=-1) + 1):
            if len(found) >= MOST_CANDIDATES or (last is not None and number > last):
                break
            runs = self.points.by_number.get(number, {})
            rows = [runs[key] for key in sorted(runs) if not runs[key].settled and runs[key].id not in busy]
            found += [row.id for row in rows if self.belongs(row)]
        return found

    def see(self, rows: Iterable[Row]) -> None:
        """Take note of rows as they are now. Of a grid, where a point lies is read from the grid as it is now."""
        for row in map(self._as_now, rows):
            self.points.see([row])
            self._numbers[row.plan.point] = row.plan.number
            if row.settled:
                self._changed.add(row.plan.number)
            if row.state == "failed" and self.belongs(row):
                self.failed[row.id] = row

    def _as_now(self, row: Row) -> Row:
        if self._grid is None or row.plan.point not in self._grid:
            return row
        coordinates = self._grid[row.plan.point]
        return replace(
            row, plan=replace(row.plan, coordinates=coordinates, values=self.sweep.space.values(coordinates))
        )

    def belongs(self, row: Row) -> bool:
        """Whether a row is one of this sweep as its file is now."""
        if self._grid is not None:
            return (
                row.plan.point in self._grid
                and row.plan.repeat < self.settings.repeats
                and row.plan.fold < self.settings.folds
            )
        return True

    def extend(self) -> list[Plan]:
        """The plans that are to be added now."""
        plans = [
            plan
            for number in sorted(self._changed if self._begun else self.points.by_number)
            for plan in self._rest(number)
        ]
        self._changed.clear()
        new = self._new_of_grid() if self._grid is not None else self._proposals()
        for number, point, coordinates, marks in new:
            runs = self.identities.plan(number, point, coordinates, marks)
            plans += runs[:1] if self.settings.pruning.prunes else runs
        self._begun = True
        return plans

    @property
    def expected_points(self) -> int:
        """How many points there will be, as far as can be known."""
        if self._grid is not None:
            return len(self._grid)
        known = len(self.points.by_number)
        return known if self.exhausted else max(self.settings.trials or 0, known)

    def expected(self) -> int:
        """How many runs there will be, as far as can be known."""
        spared = sum(self.points.runs - 1 for number in self.points.by_number if self.points.cut(number))
        return self.expected_points * self.points.runs - spared

    def task_past(self, row: Row) -> list[Past]:
        """What the pruning of a run may know."""
        return self.points.past(row.plan.number, row.plan.number - self.settings.parallel + 1)

    def _rest(self, number: int) -> Iterator[Plan]:
        """Runs of a known point that are still to be planned: further repeats, or what waited for its first run."""
        runs = self.points.by_number[number]
        first = self.points.first(number)
        if first is None or not self.belongs(first) or len(runs) >= self.points.runs:
            return
        if self.points.cut(number) or (self.points.prunes and not first.settled):
            return
        plan = first.plan
        for other in self.identities.plan(number, plan.point, plan.coordinates, plan.marks):
            if (other.repeat, other.fold) not in runs:
                yield other

    def _whole_grid(self) -> dict[str, Coordinates]:
        """The points of the grid by what they are; in a random order where they are compared with each other as they come."""
        grid: dict[str, Coordinates] = {}
        for coordinates in self.sweep.space.grid():
            point = self.identities.point(coordinates)
            self.duplicates += point in grid
            grid.setdefault(point, coordinates)
        order = list(grid)
        if self.settings.pruning.prunes:
            order = [order[position] for position in stream(self.settings.seed, "sweep order").permutation(len(order))]
        return {point: grid[point] for point in order[: self.settings.trials]}

    def _new_of_grid(self) -> Iterator[tuple[int, str, Coordinates, dict[str, object]]]:
        if self._begun:
            return
        number = max(self.points.by_number, default=-1) + 1
        for point, coordinates in (self._grid or {}).items():
            if point not in self._numbers:
                yield number, point, coordinates, {}
                number += 1

    def _proposals(self) -> Iterator[tuple[int, str, Coordinates, dict[str, object]]]:
        """The next points that may be proposed, from what each may know."""
        number, last = len(self.points.by_number), self.last
        while number < (self.settings.trials or 0) and not self.exhausted and (last is None or number <= last):
            found = self._propose(number)
            if found is None:
                self.exhausted = True
                return
            yield number, *found
            if self.ordered:
                return  # the next one knows where this one lies, once it is seen
            number += 1

    def _propose(self, number: int) -> tuple[str, Coordinates, dict[str, object]] | None:
        """A point that was not there yet; None where none is found."""
        search = self.settings.search
        assert isinstance(search, Sequential)
        past = self.points.past(number, number - self.settings.parallel + 1) if search.learns else []
        for attempt in range(ATTEMPTS):
            seed = stream_key(self.settings.seed, "sweep attempt", attempt)
            coordinates, marks = search.propose(self.sweep.space, Question(past, number, seed))
            point = self.identities.point(coordinates)
            if point not in self._numbers:
                self._numbers[point] = number
                return point, coordinates, marks
        return None
