"""The runs of a sweep in a database: what is to be run, who runs it, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, select, update
from sqlalchemy.engine import Row as Record

from nntrain.sweep.database import PATIENCE, Database
from nntrain.sweep.postgres import Postgres
from nntrain.sweep.rows import SETTLED, Outcome, Plan, Row
from nntrain.sweep.sqlite_file import SQLiteFile
from nntrain.sweep.statements import claim_first, find_or_add_sweep, insert_new
from nntrain.sweep.storage_url import parse_storage
from nntrain.sweep.tables import (
    columns_of,
    is_open,
    order,
    outcome_text,
    row_of,
    runs,
)

T = TypeVar("T")


class _Inside(threading.local):
    """Whether this thread is within `Store.exclusive`, and the connection that it has to use then."""

    within = False
    connection: Connection | None = None


class Store:
    """The runs of one sweep; every method is one transaction, and safe against any number of processes and threads.

    A transaction that fails since the connection was lost or the database is busy is tried again, by default for a minute;
    then, and at once where trying again cannot help, comes a StorageError of one line.
    """

    def __init__(self, database: Database, sweep: int) -> None:
        self._database, self._sweep = database, sweep
        self._mine = runs.c.sweep == sweep
        self._inside, self._seen = _Inside(), 0

    @classmethod
    def open(cls, url: str, sweep: str, patience: float = PATIENCE) -> Store:
        """The sweep of this name in a file or at ``postgresql://…``, made where it is not there; several may do so at once."""
        place = parse_storage(url)
        database = SQLiteFile(place, patience) if isinstance(place, Path) else Postgres(place, patience)
        try:
            database.prepare()
            return cls(database, database.transact(lambda connection: find_or_add_sweep(connection, database, sweep)))
        except BaseException:
            database.close()
            raise

    def __repr__(self) -> str:
        return f"Store({self._database.place!r})"

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def rows(self) -> list[Row]:
        """All of them, by number, repeat and fold."""
        records = self._transact(lambda connection: connection.execute(self._all()).all(), reading=True)
        return [self._row(record) for record in records]

    def changed(self) -> list[Row]:
        """The rows that were added, claimed, released or settled since this was asked last; the first time, all.

        A row may come again unchanged. Renewing a lease is no change.
        """

        def work(connection: Connection) -> tuple[Sequence[Record[Any]], int]:
            # The horizon first: what is committed between the two is then seen twice, not never.
            horizon = connection.execute(select(self._database.horizon())).scalar_one()
            return connection.execute(self._all().where(runs.c.changed >= self._seen)).all(), horizon

        records, self._seen = self._transact(work, reading=True)
        return [self._row(record) for record in records]

    def add(self, plans: Sequence[Plan]) -> int:
        """Plan those runs that are not there yet; how many these were.

        There is one already with the same point, repeat and fold, or with the same number, repeat and fold.
        """
        planned = [{**columns_of(plan), "sweep": self._sweep} for plan in plans]

        def work(connection: Connection) -> int:
            stamp = connection.execute(select(self._database.stamp())).scalar_one()
            return insert_new(connection, [{**run, "changed": stamp} for run in planned])

        return self._transact(work)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """While it lasts, no other thread, process or machine is within it for this sweep: for planning what follows from the rows.

        Runs may be claimed and settled elsewhere meanwhile, if the database is PostgreSQL.
        """
        if self._inside.within:
            yield
            return
        seen = self._seen
        with self._database.exclusive(self._sweep) as connection:
            self._inside.within, self._inside.connection = True, connection
            try:
                yield
            except BaseException:
                self._seen = seen  # what is undone may come with the same stamp again
                raise
            finally:
                self._inside.within, self._inside.connection = False, None

    def claim(self, owner: str, lease: float, among: Collection[int]) -> Row | None:
        """Take one of these runs for ``lease`` seconds: the first, by number, repeat and fold, that waits or whose lease ran out.

        ``among``  runs that the owner does not have; None is returned where others have them all
        """
        if not among:
            return None

        def work(connection: Connection) -> Record[Any] | None:
            return connection.execute(claim_first(self._database, self._sweep, owner, lease, among)).one_or_none()

        record = self._transact(work)
        return None if record is None else self._row(record)

    def renew(self, owner: str, lease: float) -> set[int]:
        """Keep an owner's runs for ``lease`` seconds from now; which these are. What it had besides was taken over."""

        def work(connection: Connection) -> set[int]:
            change = update(runs).where(self._mine, is_open, runs.c.owner == owner, runs.c.state == "running")
            renewed = change.values(lease=self._database.now() + lease).returning(runs.c.id)
            return set(connection.execute(renewed).scalars())

        return self._transact(work)

    def settle(self, run: int, owner: str, outcome: Outcome) -> bool:
        """Write down what came of a run; False where it is not this owner's. To do so again does no harm, and is True."""
        if outcome.state not in SETTLED:
            raise ValueError(f"a run does not end as {outcome.state!r}")
        return self._leave(run, owner, state=outcome.state, outcome=outcome_text(outcome))

    def release(self, run: int, owner: str) -> bool:
        """Let a run wait for another owner; False where it is not this one's. To do so again does no harm, and is True."""
        return self._leave(run, owner, state="waiting", outcome=None)

    def release_all(self) -> int:
        """Let every run wait that is under way, whoever has it; how many these were."""

        def work(connection: Connection) -> int:
            left = {"state": "waiting", "lease": 0.0, "changed": self._database.stamp()}
            change = update(runs).where(self._mine, runs.c.state == "running").values(left).returning(runs.c.id)
            return len(connection.execute(change).all())

        return self._transact(work)

    def _leave(self, run: int, owner: str, state: str, outcome: str | None) -> bool:
        """End an owner's work on a run, if that is going on or has ended in just this way: an answer may have been lost."""
        held = (self._mine, runs.c.id == run, runs.c.owner == owner)

        def work(connection: Connection) -> bool:
            left = {"state": state, "outcome": outcome, "lease": 0.0, "changed": self._database.stamp()}
            change = update(runs).where(*held, runs.c.state == "running").values(left).returning(runs.c.id)
            if connection.execute(change).one_or_none() is not None:
                return True
            found = connection.execute(select(runs.c.state, runs.c.outcome).where(*held)).one_or_none()
            return found is not None and tuple(found) == (state, outcome)

        return self._transact(work)

    def _transact(self, work: Callable[[Connection], T], *, reading: bool = False) -> T:
        """The work in the transaction that is under way in this thread, if there is one, or in one of its own."""
        if (connection := self._inside.connection) is not None:
            return self._database.patiently(lambda: work(connection), 0)
        return self._database.transact(work, begin=self._database.reading if reading else None)

    def _all(self) -> Select[Any]:
        return select(*runs.c).where(self._mine).order_by(*order)

    def _row(self, record: Record[Any]) -> Row:
        try:
            return row_of(record)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise self._database.damaged(f"run {record.id}") from None
