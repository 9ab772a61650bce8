"""The two tables of a study's database, and how plans and outcomes are written in them.

What is looked for stands in columns; the rest of a plan and of an outcome is JSON text, in which NaN and infinity are written
as Python reads them. It is text, not the database's own JSON, which would refuse those.
"""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import BigInteger, Column, Double, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlalchemy.engine import Row as Record

from nntrain.sweep.rows import Outcome, Plan, Row

FORMAT = 1
"""Of these tables; to be raised when an older nntrain could not read them any more."""

metadata = MetaData()

sweeps = Table(
    "nntrain_sweeps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("format", Integer, nullable=False),
)

runs = Table(
    "nntrain_runs",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("sweep", ForeignKey(sweeps.c.id), nullable=False),
    Column("number", Integer, nullable=False),
    Column("repeat", Integer, nullable=False),
    Column("fold", Integer, nullable=False),
    Column("point", Text, nullable=False),
    Column("plan", Text, nullable=False),  # seed, coordinates, values, marks
    Column("state", Text, nullable=False, server_default="waiting"),
    Column("owner", Text, nullable=False, server_default=""),  # who had it last, also when it is settled or waits again
    Column("lease", Double, nullable=False, server_default="0"),  # until when, in seconds of the database's clock
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("changed", BigInteger, nullable=False),  # the transaction that changed it last
    Column("outcome", Text),  # as long as there is none, the run is open
    UniqueConstraint("sweep", "point", "repeat", "fold"),
    UniqueConstraint("sweep", "number", "repeat", "fold"),
)

Index("nntrain_runs_changed", runs.c.changed)
is_open = runs.c.outcome.is_(None)
order = (runs.c.number, runs.c.repeat, runs.c.fold)
# The next run, and those of an owner, are found at once, however many are settled.
Index("nntrain_runs_open", runs.c.sweep, *order, sqlite_where=is_open, postgresql_where=is_open)


def json_text(value: Any) -> str:
    """As JSON; TypeError for what JSON would change or does not have."""
    _require_json(value)
    return json.dumps(value)  # pure ASCII: no database objects to a zero byte or half a character in it


def _require_json(value: Any) -> None:
    if isinstance(value, dict):
        for key, below in value.items():
            if not isinstance(key, str):
                raise TypeError(f"cannot be stored: the key {key!r} is not text")
            _require_json(below)
    elif isinstance(value, list | tuple):
        for below in value:
            _require_json(below)
    elif not isinstance(value, str | int | float | None):
        raise TypeError(f"cannot be stored: {value!r} is of type {type(value).__name__}")


def columns_of(plan: Plan) -> dict[str, Any]:
    """A plan as columns of `runs`."""
    content = {"seed": plan.seed, "coordinates": plan.coordinates, "values": plan.values, "marks": plan.marks}
    keys = {"number": plan.number, "repeat": plan.repeat, "fold": plan.fold, "point": plan.point}
    return {**keys, "plan": json_text(content)}


def outcome_text(outcome: Outcome) -> str:
    """An outcome as the column of that name; its state has a column of its own."""
    return json_text({key: value for key, value in vars(outcome).items() if key != "state"})


def row_of(record: Record[Any]) -> Row:
    """A row of the study from one of `runs`; ValueError, TypeError or KeyError where the text is damaged."""
    plan = Plan(record.number, record.repeat, record.fold, record.point, **json.loads(record.plan))
    outcome = None if record.outcome is None else Outcome(record.state, **json.loads(record.outcome))
    owner = record.owner if record.state == "running" else ""
    return Row(record.id, plan, record.state, owner, record.attempts, outcome)
