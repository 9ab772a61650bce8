"""The course of a run so far, and the list of verdicts that judge it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nntrain.training.diagnostics.look import Look
from nntrain.training.events import Record


@dataclass(frozen=True)
class Course:
    """What a verdict may know: a record for each epoch, the looks at the layers, and the loss of the best constant answer."""

    history: Sequence[Record]
    looks: Sequence[Look] = ()
    baseline: float = math.nan

    def losses(self, name: str = "train_loss") -> list[float]:
        """A loss, epoch by epoch; none where the run has not got it."""
        return [float(record[name]) for record in self.history if record.get(name) is not None]


Verdict: TypeAlias = Callable[[Course], str | None]
"""A plain sentence with the numbers behind it; None where there is nothing to be said."""

_all: dict[str, Verdict] = {}


def verdict(judge: Verdict) -> Verdict:
    """Put a function among the verdicts, by its name."""
    _all[judge.__name__] = judge
    return judge


def verdicts(course: Course) -> dict[str, str]:
    """What all verdicts say of a course, by their names."""
    said = {name: judge(course) for name, judge in _all.items()}
    return {name: text for name, text in said.items() if text is not None}
