"""What coordinator and workers say to each other: one JSON document a line.

The coordinator hands out a task at a time; a worker answers with ``began``, ``epoch`` after each epoch, and one of ``settled``
(with an outcome), ``stopped`` (a signal came; everything is saved), ``fatal`` (the sweep cannot go on: config, disk, a bug).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from nntrain.sweep.rows import Outcome
from nntrain.sweep.search import Past


@dataclass(frozen=True)
class Task:
    """A run to make.

    ``config``   its whole config, as plain values
    ``monitor``  the objective's column in the history; ``sign`` is −1 where higher is better
    ``pruning``  name and settings of the pruning; None where this run is not to be ended early
    ``past``     earlier points' first runs, which the pruning may know
    """

    id: int
    number: int
    name: str
    config: dict[str, Any]
    folder: str
    data: str
    monitor: str
    sign: float
    pruning: Any = None
    past: list[Past] = field(default_factory=list)

    def line(self) -> str:
        """As it is sent."""
        return json.dumps(asdict(self)) + "\n"

    @classmethod
    def of(cls, line: str) -> Task:
        """As it was sent."""
        fields = json.loads(line)
        return cls(**{**fields, "past": [Past(**point) for point in fields["past"]]})


@dataclass(frozen=True)
class Answer:
    """A line of a worker."""

    id: int
    kind: str
    content: Mapping[str, Any]

    def line(self) -> str:
        """As it is sent."""
        return json.dumps({"id": self.id, "kind": self.kind, **self.content}) + "\n"

    @classmethod
    def of(cls, line: str) -> Answer:
        """As it was sent."""
        fields = json.loads(line)
        return cls(fields.pop("id"), fields.pop("kind"), fields)

    @property
    def outcome(self) -> Outcome:
        """That of a settled run."""
        return Outcome(**self.content["outcome"])
