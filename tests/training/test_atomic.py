"""Files are whole at every moment, whatever the disk does."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nntrain.errors import StorageError
from nntrain.training import atomic
from nntrain.training.atomic import Piece, reads_back, write_atomically

PIECES: list[Piece] = [b"one", memoryview(b"two"), b"", b"three"]
WHOLE = b"onetwothree"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing(number: int) -> Callable[..., None]:
    """A system call that never succeeds."""

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.mark.parametrize("content", [[], [b""], [b"x"], PIECES])
def test_pieces_become_a_file(tmp_path: Path, content: list[Piece]) -> None:
    write_atomically(tmp_path / "a", content)
    assert (tmp_path / "a").read_bytes() == b"".join(content)
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize(
    ("owner", "call"), [(os, "fsync"), (Path, "open"), (Path, "replace"), (atomic, "reads_back"), (os, "open")]
)
def test_a_full_disk_leaves_the_old_file_and_no_other(
    owner: object, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with monkeypatch.context() as patch:
        patch.setattr(owner, call, failing(errno.ENOSPC))
        with pytest.raises(StorageError, match="cannot be written: No space left on device") as caught:
            write_atomically(path, PIECES)
    assert caught.value.exit_code == 6
    assert caught.value.problems[0].place == str(path)
    assert path.read_bytes() == (WHOLE if owner is os and call == "open" else b"old")  # the folder's flush comes last
    assert names(tmp_path) == ["a"]


def test_a_disk_that_keeps_other_bytes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", lambda descriptor: os.pwrite(descriptor, b"X", 4))
    with pytest.raises(StorageError, match="does not read back the same"):
        write_atomically(path, PIECES)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("content", [b"", b"onetwothre", b"onetwothreX", b"Xnetwothree", b"onetwothreeX"])
def test_another_content_is_told_apart(tmp_path: Path, content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "CHUNK", 2)
    (tmp_path / "a").write_bytes(WHOLE)
    assert reads_back(tmp_path / "a", PIECES)
    (tmp_path / "a").write_bytes(content)
    assert not reads_back(tmp_path / "a", PIECES)


def test_what_a_killed_process_left_behind_is_in_nobody_s_way(tmp_path: Path) -> None:
    """In a container every run may have the same process number."""
    (tmp_path / f".a.{os.getpid()}.tmp").write_bytes(b"half a")
    write_atomically(tmp_path / "a", PIECES)
    assert names(tmp_path) == ["a"]
