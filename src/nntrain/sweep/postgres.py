"""A study in a PostgreSQL database: any number of machines share it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import BigInteger, ColumnElement, Connection, Double, Text, cast, create_engine, extract, func, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError

from nntrain.errors import ConfigError, Problem, StorageError
from nntrain.sweep.database import Database, first_line
from nntrain.sweep.storage_url import Server
from nntrain.sweep.tables import metadata

CREATING = 0x6E6E7377
"""The advisory lock of those who make the tables."""
PLANNING = 0x6E6E7378
"""That of those who plan, together with the id of the sweep."""
FORGOTTEN = 60
"""Seconds after which a machine that plans, and is not heard of, loses that lock."""

PASSING = {
    "40001", "40P01",  # serialization failure, deadlock
    "53300",           # too many connections
    "55P03",           # a lock cannot be had
    "57P01", "57P02", "57P03", "57P05",  # the server stops, crashed, starts; an idle session was ended
}  # fmt: skip
"""SQLSTATEs of errors that pass."""

LIFELINE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
    "application_name": "nntrain",
}
"""Settings of a connection that the URL may change; they see to it that a dead one is noticed within a minute."""


class Postgres(Database):
    """The database of a server; no message of it shows the password."""

    def __init__(self, server: Server, patience: float) -> None:
        self.server = server
        _require_driver(server)
        url = URL.create(
            "postgresql+psycopg", server.user, server.password, server.host, server.port, server.database, server.query
        )
        engine = create_engine(
            url,
            # Prepared statements do not outlive a transaction behind a connection pooler such as PgBouncer.
            connect_args={**LIFELINE, **server.query, "prepare_threshold": None},
            isolation_level="READ COMMITTED",
            pool_size=1,
            max_overflow=-1,
            hide_parameters=True,
        )
        super().__init__(server.shown, engine, patience)

    def prepare(self) -> None:
        """A server that cannot be reached at the beginning is a mistake, not worth a minute's wait."""
        self.transact(lambda connection: connection.execute(select(1)).all(), patience=0)
        self.transact(self._create)

    def _create(self, connection: Connection) -> None:
        self.lock(connection)
        metadata.create_all(connection)

    def lock(self, connection: Connection) -> None:
        """By an advisory lock: there may be no table yet to lock."""
        connection.execute(select(func.pg_advisory_xact_lock(CREATING)))

    @contextmanager
    def exclusive(self, sweep: int, /) -> Iterator[None]:
        """By another advisory lock, with a connection of its own.

        What is done meanwhile is committed step by step, so that a server that starts anew in between undoes nothing.
        The lock is gone then; to plan the same run twice does no harm.
        """
        lock = select(func.pg_advisory_xact_lock(PLANNING, sweep))

        def begin() -> Connection:
            connection = self.engine.connect()
            try:
                connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = '{FORGOTTEN}s'")
                connection.execute(lock)
            except BaseException:
                connection.close()
                raise
            return connection

        connection = self.patiently(begin, self.patience)
        try:
            yield
        finally:
            with suppress(DBAPIError):  # lost, and the lock with it
                connection.close()

    def now(self) -> ColumnElement[float]:
        """The server's clock, not this machine's."""
        return cast(extract("epoch", func.clock_timestamp()), Double)

    def stamp(self) -> ColumnElement[int]:
        """The transaction's number."""
        return cast(cast(func.pg_current_xact_id(), Text), BigInteger)

    def horizon(self) -> ColumnElement[int]:
        """Below it every transaction is over: the order of commits is not that of the numbers."""
        return cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), BigInteger)

    def passes(self, error: DBAPIError) -> bool:
        """Whether the connection was lost or cannot be made, or the server asks to try again."""
        return _is_of_connection(error) or _sqlstate(error) in PASSING

    def explained(self, error: DBAPIError, waited: float) -> StorageError:
        """In the server's own words, without secrets."""
        cannot = "no connection" if _is_of_connection(error) else "cannot be used"
        for_long = f" for {waited:.0f} seconds" if waited >= 1 else ""
        return StorageError(Problem(self.place, f"{cannot}{for_long}: {self.server.clean(_reason(error))}"))


def _require_driver(server: Server) -> None:
    """ConfigError where psycopg is missing, or does not know a setting of the URL."""
    try:
        import psycopg
    except ImportError:
        how = "PostgreSQL needs another package: pip install 'nntrain[postgres]'"
        raise ConfigError(Problem(server.shown, how)) from None
    for key in server.query:
        try:
            psycopg.conninfo.make_conninfo(**{key: ""})
        except psycopg.Error:
            raise ConfigError(Problem(server.shown, f"PostgreSQL has no connection setting '{key}'")) from None


def _sqlstate(error: DBAPIError) -> str:
    """The server's five letters; none where it was not reached, or refused the connection."""
    return getattr(error.orig, "sqlstate", None) or ""


def _is_of_connection(error: DBAPIError) -> bool:
    """Whether there was no connection, or it was lost."""
    state = _sqlstate(error)
    return error.connection_invalidated or state.startswith("08") or (not state and isinstance(error, OperationalError))


def _reason(error: DBAPIError) -> str:
    """Without what the driver says before it: ``connection failed: connection to server at "…" failed: FATAL:  …``."""
    return re.sub(r"^[A-Z]+: +", "", first_line(error).rpartition(" failed: ")[2])
