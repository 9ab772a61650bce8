"""A study in an SQLite file: one process writes, any number may look.

The file is in WAL mode with ``synchronous = NORMAL``: a transaction that was committed outlives the process, however that ends,
and readers never wait. After a power failure the last transactions may be missing; the file is whole even then.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, create_engine, event, func, literal, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from nntrain.errors import Problem, StorageError
from nntrain.sweep.database import Database, first_line
from nntrain.sweep.tables import metadata, runs

MARK = 0x6E6E7377
"""The file's application_id ("nnsw"), by which it is known to be ours."""
UNTIL_FREE = 1.0
"""Seconds that SQLite itself waits for a lock; Ctrl-C has to wait with it."""

PASSING = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
REASONS = {
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "the database is damaged",
    sqlite3.SQLITE_FULL: "cannot be written: the disk is full",
    sqlite3.SQLITE_READONLY: "cannot be written: no permission",
    sqlite3.SQLITE_PERM: "cannot be opened: no permission",
}


class SQLiteFile(Database):
    """The file at a path; its folder must be there."""

    reading = "BEGIN"

    def __init__(self, path: Path, patience: float) -> None:
        self.path = path.absolute()
        super().__init__(str(path), _engine(self.path, patience), patience)

    def prepare(self) -> None:
        """Refuse the database of another program, before anything is written to it."""
        if not self.path.parent.is_dir():
            raise StorageError(Problem(self.place, "cannot be made: its folder does not exist"))
        if self.path.is_dir():
            raise StorageError(Problem(self.place, "is a folder; expected a file"))
        self.transact(self._require_ours, begin=self.reading)
        self.transact(lambda connection: connection.exec_driver_sql("PRAGMA journal_mode = WAL").all(), begin="")
        self.transact(self._create)

    def _require_ours(self, connection: Connection) -> None:
        mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        tables = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if tables and mark != MARK:
            raise StorageError(Problem(self.place, "is the database of another program, not a study of nntrain's"))

    def _create(self, connection: Connection) -> None:
        metadata.create_all(connection)
        connection.exec_driver_sql(f"PRAGMA application_id = {MARK}")

    def lock(self, connection: Connection) -> None:
        """Every transaction that writes has the file for itself."""

    @contextmanager
    def exclusive(self, _sweep: int, /) -> Iterator[Connection]:
        """One transaction from beginning to end."""
        with self.engine.connect() as connection:
            transaction = self.patiently(connection.begin, self.patience)
            with transaction:
                yield connection
                self.patiently(transaction.commit, 0)

    def now(self) -> ColumnElement[float]:
        """This machine's clock."""
        return literal(time.time())

    def stamp(self) -> ColumnElement[int]:
        """One more than any before; only one transaction writes at a time."""
        return select(func.coalesce(func.max(runs.alias().c.changed), 0) + 1).scalar_subquery()

    def horizon(self) -> ColumnElement[int]:
        """The stamp of the next transaction."""
        return self.stamp()

    def passes(self, error: DBAPIError) -> bool:
        """Whether it is locked by another connection."""
        return _code(error) in PASSING

    def explained(self, error: DBAPIError, waited: float) -> StorageError:
        """By SQLite's result code."""
        if self.passes(error):
            reason = (
                f"another program has kept it locked for {waited:.0f} seconds; end that (a shell?) and run this again"
            )
        elif _code(error) == sqlite3.SQLITE_CANTOPEN:
            reason = "cannot be opened: no permission for it or its folder"
        else:
            reason = REASONS.get(_code(error), f"cannot be used: {first_line(error)}")
        return StorageError(Problem(self.place, reason))


def _code(error: DBAPIError) -> int:
    """SQLite's primary result code."""
    return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _engine(path: Path, patience: float) -> Engine:
    """Connections that leave transactions to us: the module's own would begin them late and without the lock."""
    timeout = min(UNTIL_FREE, patience)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), connect_args={"timeout": timeout}, pool_size=1, max_overflow=-1
    )

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if statement := connection.get_execution_options().get("begin", "BEGIN IMMEDIATE"):
            connection.exec_driver_sql(statement)

    return engine
