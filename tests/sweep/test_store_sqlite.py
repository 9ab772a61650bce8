"""What can go wrong with an SQLite file, in one sentence each."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nntrain.errors import StorageError
from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan


def write_text(path: Path) -> None:
    path.write_text("key: value\n" * 100)


def write_other_database(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE nntrain_runs (id)")
    connection.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (write_text, "is not an SQLite database"),
        (write_other_database, "is the database of another program, not a study of nntrain's"),
        (Path.mkdir, "is a folder; expected a file"),
    ],
)
def test_a_foreign_file_is_refused_and_left_alone(make: Callable[[Path], None], reason: str, tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    make(path)
    before = None if path.is_dir() else path.read_bytes()
    with pytest.raises(StorageError) as caught:
        Store.open(str(path), "sweep")
    assert str(caught.value) == f"{path}: error: {reason}"
    assert (None if path.is_dir() else path.read_bytes()) == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=r"study\.db: error: cannot be made: its folder does not exist"):
        Store.open(str(tmp_path / "nowhere" / "study.db"), "sweep")


def test_an_empty_file_becomes_a_study(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    path.touch()
    store = Store.open(str(path), "sweep")
    assert store.add([plan(0)]) == 1
    assert repr(store) == f"Store('{path}')"
    store.close()
    assert list(tmp_path.iterdir()) == [path]


def test_a_damaged_file_is_told_of(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = Store.open(str(path), "sweep")
    store.add([plan(number) for number in range(200)])
    store.close()
    content = bytearray(path.read_bytes())
    content[4096:] = b"\x55" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StorageError) as caught:
        Store.open(str(path), "sweep").rows()
    assert str(caught.value) == f"{path}: error: the database is damaged"


def test_a_full_disk_is_told_of_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "study.db"
    store = Store.open(str(path), "sweep")
    store.add([plan(0)])

    def limit(pages: int) -> None:
        statement = f"PRAGMA max_page_count = {pages}"
        store._database.transact(lambda connection: connection.exec_driver_sql(statement).close(), begin="")

    limit(1)
    with pytest.raises(StorageError) as caught:
        store.add([plan(number) for number in range(1, 1000)])
    assert str(caught.value) == f"{path}: error: cannot be written: the disk is full"
    limit(100_000)
    assert store.add([plan(number) for number in range(1000)]) == 999
    store.close()


class TestLocked:
    def hold(self, path: Path, seconds: float) -> threading.Thread:
        """A shell that keeps the file locked for a while."""
        locked = threading.Event()

        def shell() -> None:
            connection = sqlite3.connect(path, isolation_level=None)
            connection.execute("BEGIN EXCLUSIVE")
            locked.set()
            time.sleep(seconds)
            connection.execute("ROLLBACK")
            connection.close()

        thread = threading.Thread(target=shell)
        thread.start()
        locked.wait(10)
        return thread

    def test_a_shell_is_waited_for(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("nntrain.sweep.sqlite_file.UNTIL_FREE", 0.05)
        path = tmp_path / "study.db"
        store = Store.open(str(path), "sweep")
        store.add([plan(0)])
        thread = self.hold(path, 0.4)
        assert len(store.rows()) == 1
        row = store.claim("a", 60.0, [1])
        assert row is not None
        thread.join()
        thread = self.hold(path, 0.2)
        with store.exclusive():
            assert store.settle(row.id, "a", finished())
        thread.join()
        assert store.rows()[0].settled
        store.close()

    def test_but_not_for_ever(self, tmp_path: Path) -> None:
        path = tmp_path / "study.db"
        store = Store.open(str(path), "sweep", patience=0.1)
        thread = self.hold(path, 0.6)
        with pytest.raises(StorageError) as caught:
            store.add([plan(0)])
        thread.join()
        reason = "another program has kept it locked for 0 seconds; end that (a shell?) and run this again"
        assert str(caught.value) == f"{path}: error: {reason}"
        assert store.add([plan(0)]) == 1
        store.close()

    def test_a_new_file_too(self, tmp_path: Path) -> None:
        path = tmp_path / "study.db"
        thread = self.hold(path, 0.3)
        store = Store.open(str(path), "sweep")
        thread.join()
        assert store.rows() == []
        store.close()


def test_what_was_committed_is_in_the_file_s_journal_at_once(tmp_path: Path) -> None:
    store = Store.open(str(tmp_path / "study.db"), "sweep")
    connection = sqlite3.connect(tmp_path / "study.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    synchronous = store._database.transact(lambda c: c.exec_driver_sql("PRAGMA synchronous").scalar_one())
    assert synchronous == 1
    store.close()
