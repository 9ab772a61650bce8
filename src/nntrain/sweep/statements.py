"""What the store says to its database where that takes more than a line."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Update, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from nntrain.errors import Problem, StorageError
from nntrain.sweep.database import Database
from nntrain.sweep.tables import FORMAT, runs, sweeps


def find_or_add_sweep(connection: Connection, database: Database, name: str) -> int:
    """The id of the sweep of this name."""
    database.lock(connection)
    wanted = select(sweeps.c.id, sweeps.c.format).where(sweeps.c.name == name)
    found = connection.execute(wanted).one_or_none()
    if found is None:
        connection.execute(insert(sweeps).values(name=name, format=FORMAT))
        found = connection.execute(wanted).one()
    if found.format != FORMAT:
        raise StorageError(Problem(database.place, f"sweep '{name}' was written by another version of nntrain"))
    return int(found.id)


def insert_new(connection: Connection, planned: Sequence[dict[str, Any]]) -> int:
    """Insert those runs of which neither the point nor the number is there yet; how many these were."""
    if not planned:
        return 0
    change = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(runs)
    done = connection.execute(change.on_conflict_do_nothing().returning(runs.c.id), planned)
    return len(done.all())


def claim_first(database: Database, sweep: int, owner: str, lease: float, among: Collection[int]) -> Update:
    """Take the first of some runs that is free, passing over those that others are taking at this moment.

    A run of the owner's is free too: that it is asked for means that the answer to the claim was lost.
    """
    run, now = runs.alias(), database.now()
    is_free = or_(run.c.state == "waiting", run.c.lease < now, run.c.owner == owner)  # of runs without an outcome
    first = select(run.c.id).where(run.c.sweep == sweep, run.c.outcome.is_(None), is_free, run.c.id.in_(among))
    first = first.order_by(run.c.number, run.c.repeat, run.c.fold).limit(1).with_for_update(skip_locked=True)
    taken = {"state": "running", "owner": owner, "lease": now + lease, "attempts": runs.c.attempts + 1}
    return (
        update(runs)
        .where(runs.c.id == first.scalar_subquery())
        .values(**taken, changed=database.stamp())
        .returning(*runs.c)
    )
