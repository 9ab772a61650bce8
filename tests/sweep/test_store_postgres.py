"""What can go wrong with a PostgreSQL server: refusals in one line without the password, restarts without any loss."""

from __future__ import annotations

import sys
import threading
import time
import traceback
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from nntrain.errors import ConfigError, NNTrainError, StorageError
from nntrain.sweep.postgres import Postgres
from nntrain.sweep.storage_url import Server
from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan
from tests.sweep.postgres import PASSWORD, PostgresServer


@pytest.fixture
def store(postgres_url: str, caplog: pytest.LogCaptureFixture) -> Iterator[Store]:
    store = Store.open(postgres_url, "sweep")
    store.add([plan(number) for number in range(30)])
    yield store
    store.close()
    assert caplog.get_records("call") == []  # the libraries' complaints about lost connections are nothing for the user


def refusal(url: str, kind: type[NNTrainError] = StorageError) -> str:
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        Store.open(url, "sweep")
    assert time.monotonic() - started < 5
    printed = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    for secret in ("open sesame", "open%20sesame", "wr0ng"):
        assert secret not in printed
    assert "\n" not in str(caught.value)
    return str(caught.value)


class TestRefusals:
    def test_each_in_one_line(self, postgres: PostgresServer) -> None:
        place = f"keeper:***@127.0.0.1:{postgres.port}"
        assert refusal(postgres.url(password="wr0ng")) == (
            f'postgresql://{place}/postgres: error: no connection: password authentication failed for user "keeper"'
        )
        assert refusal(postgres.url("nowhere")) == (
            f'postgresql://{place}/nowhere: error: no connection: database "nowhere" does not exist'
        )
        assert 'password authentication failed for user "nobody"' in refusal(postgres.url(user="nobody"))
        assert refusal(postgres.url().replace(f":{postgres.port}", ":1")) == (
            "postgresql://keeper:***@127.0.0.1:1/postgres: error: no connection: Connection refused"
        )
        assert "server does not support SSL" in refusal(f"{postgres.url()}?sslmode=require")
        assert "***" in refusal(f"postgresql:///d?host=/nowhere&password={PASSWORD.replace(' ', '%20')}")

    def test_no_permission_to_make_tables(self, postgres: PostgresServer, postgres_url: str) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as connection:
            connection.execute("CREATE ROLE guest LOGIN PASSWORD 'wr0ng'")
        url = postgres_url.replace("keeper", "guest").replace("open%20sesame%2F%C2%A71", "wr0ng")
        try:
            assert refusal(url).endswith("error: cannot be used: permission denied for schema public")
        finally:
            with psycopg.connect(postgres_url, autocommit=True) as connection:
                connection.execute("DROP ROLE guest")

    def test_what_the_driver_says_is_cleaned(self) -> None:
        database = Postgres(Server("u", "s3cret", "h"), patience=0)
        error = OperationalError("", {}, psycopg.OperationalError("connection failed: FATAL:  s3cret is no password"))
        assert str(database.explained(error, 12.3)) == (
            "postgresql://u:***@h/: error: no connection for 12 seconds: *** is no password"
        )

    def test_what_is_no_server_at_all(self, monkeypatch: pytest.MonkeyPatch) -> None:
        url = "postgresql://u:wr0ng@h/d"
        assert refusal(f"{url}?colour=wr0ng", ConfigError) == (
            "postgresql://u:***@h/d?colour=***: error: PostgreSQL has no connection setting 'colour'"
        )
        monkeypatch.setitem(sys.modules, "psycopg", None)
        assert refusal(url, ConfigError) == (
            "postgresql://u:***@h/d: error: PostgreSQL needs another package: pip install 'nntrain[postgres]'"
        )


def test_a_change_that_is_committed_late_is_not_overlooked(store: Store, postgres_url: str) -> None:
    looking = Store.open(postgres_url, "sweep")
    looking.changed()
    with psycopg.connect(postgres_url) as slow:
        slow.execute("UPDATE nntrain_runs SET attempts = 7, changed = pg_current_xact_id()::text::bigint WHERE id = 1")
        store.claim("a", 60.0, [2])
        assert [row.id for row in looking.changed()] == [2]
    assert [row.attempts for row in looking.changed() if row.id == 1] == [7]
    looking.close()


class TestLostConnections:
    def test_a_connection_that_was_cut_is_replaced(self, store: Store, postgres: PostgresServer) -> None:
        postgres.cut()
        row = store.claim("a", 60.0, [1])
        postgres.cut()
        assert row is not None
        assert store.settle(row.id, "a", finished())
        postgres.cut()
        assert store.rows()[0].outcome == finished()
        assert repr(store) == f"Store('postgresql://keeper:***@127.0.0.1:{postgres.port}/postgres')"

    def test_a_server_that_starts_anew_is_waited_for(self, store: Store, postgres: PostgresServer) -> None:
        def restart() -> None:
            time.sleep(0.05)
            postgres.stop()
            time.sleep(0.3)
            postgres.start()

        thread = threading.Thread(target=restart)
        thread.start()
        settled = 0
        for run in range(1, 31):
            row = store.claim("a", 60.0, range(run, 31))
            assert row is not None
            assert store.renew("a", 60.0) == {row.id}
            settled += store.settle(row.id, "a", finished(run))
            time.sleep(0.01)
        thread.join()
        assert settled == 30
        assert [row.outcome for row in store.rows()] == [finished(run) for run in range(1, 31)]

    def test_but_not_for_ever(self, store: Store, postgres: PostgresServer, postgres_url: str) -> None:
        impatient = Store.open(postgres_url, "sweep", patience=0.2)
        postgres.stop()
        try:
            with pytest.raises(StorageError) as caught:
                impatient.rows()
        finally:
            postgres.start()
        assert str(caught.value).endswith(": error: no connection: Connection refused")
        assert len(impatient.rows()) == 30
        impatient.close()

    def test_an_answer_that_was_lost_changes_nothing(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        dialect = store._database.engine.dialect
        commit = dialect.do_commit
        lost = 0

        def commit_and_lose(connection: Any) -> None:
            nonlocal lost
            commit(connection)
            if lost % 2 == 0:
                connection.driver_connection.close()
            lost += 1
            if lost % 2:
                raise psycopg.OperationalError("server closed the connection unexpectedly")

        monkeypatch.setattr(dialect, "do_commit", commit_and_lose)
        row = store.claim("a", 60.0, [1, 2])
        assert row is not None
        assert (row.id, row.attempts) == (1, 2)
        assert store.settle(1, "a", finished())
        row = store.claim("a", 60.0, [2])
        assert row is not None
        assert store.release(2, "a")
        assert lost == 8
        assert [row.state for row in store.rows()[:3]] == ["finished", "waiting", "waiting"]

    def test_planning_goes_on_where_its_lock_is_lost(self, store: Store, postgres: PostgresServer) -> None:
        with store.exclusive():
            assert store.add([plan(30)]) == 1
            postgres.cut()
            assert store.add([plan(31)]) == 1
            assert len(store.rows()) == 32
        with store.exclusive():
            pass
        assert len(store.changed()) == 32

    def test_who_plans_and_is_not_heard_of_loses_the_lock(
        self, store: Store, postgres_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nntrain.sweep.postgres.FORGOTTEN", 0.2)
        other, entered = Store.open(postgres_url, "sweep"), threading.Event()

        def enter() -> None:
            with other.exclusive():
                entered.set()

        thread = threading.Thread(target=enter)
        with store.exclusive():
            thread.start()
            assert entered.wait(10)
            thread.join()
            assert store.add([plan(30)]) == 1
        other.close()

    def test_who_waits_to_plan_is_served_when_the_other_dies(
        self, store: Store, postgres: PostgresServer, postgres_url: str
    ) -> None:
        other, entered = Store.open(postgres_url, "sweep"), threading.Event()

        def enter() -> None:
            with other.exclusive():
                entered.set()

        thread = threading.Thread(target=enter)
        with store.exclusive():
            thread.start()
            assert not entered.wait(0.2)
            postgres.cut()  # the one that waits tries again
            assert entered.wait(5)
        thread.join()
        other.close()
