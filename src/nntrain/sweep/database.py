"""A database as the study needs it: transactions that are tried again, a clock, and errors in one sentence."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from nntrain.errors import NNTrainError, Problem, StorageError

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds that a transaction is tried again before the user hears of it."""


class Database(ABC):
    """What SQLite and PostgreSQL do differently.

    ``place``     how it is named in messages
    ``patience``  seconds for which a transaction is tried again
    """

    reading: ClassVar[str] = ""
    """How a transaction that only reads begins, where that is not the usual way."""

    def __init__(self, place: str, engine: Engine, patience: float) -> None:
        self.place, self.engine, self.patience = place, engine, patience

    @abstractmethod
    def prepare(self) -> None:
        """See that it is there, is ours, and has its tables; two may do this at once."""

    @abstractmethod
    def lock(self, connection: Connection) -> None:
        """Nobody else makes tables or sweeps before this transaction ends."""

    @abstractmethod
    def exclusive(self, sweep: int, /) -> AbstractContextManager[Connection | None]:
        """While it lasts, nobody else is within it for this sweep. Gives the connection that is to be used meanwhile, if not any."""

    @abstractmethod
    def now(self) -> ColumnElement[float]:
        """The time in seconds by the clock that all who use this database share."""

    @abstractmethod
    def stamp(self) -> ColumnElement[int]:
        """What this transaction writes as `changed`."""

    @abstractmethod
    def horizon(self) -> ColumnElement[int]:
        """The lowest `changed` that a transaction may still write, or has written and not yet committed."""

    @abstractmethod
    def passes(self, error: DBAPIError) -> bool:
        """Whether the same may well succeed in a moment."""

    @abstractmethod
    def explained(self, error: DBAPIError, waited: float) -> NNTrainError:
        """The error that the user sees, after so many seconds of trying."""

    def transact(self, work: Callable[[Connection], T], begin: str | None = None, patience: float | None = None) -> T:
        """What ``work`` returns, done wholly or not at all, and as often as it takes; so it must not do anything else.

        Where a connection is lost between a commit and its answer, the work is done twice.
        """

        def once() -> T:
            with self.engine.connect() as connection:
                if begin is not None:
                    connection.execution_options(begin=begin)
                with connection.begin():
                    return work(connection)

        return self.patiently(once, self.patience if patience is None else patience)

    def patiently(self, attempt: Callable[[], T], patience: float) -> T:
        """What ``attempt`` returns when it succeeds; an error that passes is waited for, any other becomes ours."""
        started = time.monotonic()
        for pause in _pauses():
            try:
                return attempt()
            except (IntegrityError, DataError):
                raise  # no fault of the database's
            except DBAPIError as error:
                waited = time.monotonic() - started
                if waited + pause > patience or not self.passes(error):
                    raise self.explained(error, waited) from None
            time.sleep(pause)
        raise AssertionError("the pauses never end")

    def damaged(self, what: str) -> StorageError:
        """The error for content that does not read back."""
        return StorageError(Problem(self.place, f"{what} does not read back; the database is damaged"))

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def first_line(error: DBAPIError) -> str:
    """What the driver says, without the statement."""
    original: Any = error.orig
    lines = [line.strip() for line in str(original).splitlines() if line.strip()]
    return lines[0] if lines else type(original).__name__


def _pauses() -> Iterator[float]:
    """None at first (a lost connection is replaced at once), then longer ones."""
    yield 0.0
    pause = 0.05
    while True:
        yield pause
        pause = min(2 * pause, 2.0)
