"""Saving and loading checkpoint files: whole at every moment, whatever the disk does."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from nntrain.errors import CheckpointError, StorageError
from nntrain.training.checkpoint import Checkpoint, encode, load_checkpoint, save_checkpoint, write_atomically


def small() -> Checkpoint:
    return Checkpoint({"state": {"epoch": 3}}, {"parameters": np.arange(9, dtype=np.float32)})


CONTENT = encode(small())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_back(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small())
    assert encode(load_checkpoint(tmp_path / "a.safetensors")) == CONTENT
    assert (tmp_path / "a.safetensors").read_bytes() == CONTENT


def test_a_newer_one_takes_its_place_and_nothing_else_is_left(tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        save_checkpoint(tmp_path / "a.safetensors", Checkpoint({}, {"a": np.full(3, value)}))
    assert names(tmp_path) == ["a.safetensors"]
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a.safetensors").arrays["a"], np.full(3, 2.0))


@pytest.mark.parametrize(("owner", "call"), [(os, "fsync"), (Path, "replace"), (Path, "read_bytes")])
def test_a_full_disk_leaves_the_old_file_and_no_other(
    owner: object, call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "a.safetensors"
    save_checkpoint(path, small())
    with monkeypatch.context() as patch:
        patch.setattr(owner, call, full)
        with pytest.raises(StorageError, match="cannot be written: No space left on device") as caught:
            save_checkpoint(path, Checkpoint({}, {"a": np.zeros(3)}))
    assert caught.value.exit_code == 6
    assert caught.value.problems[0].place == str(path)
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.safetensors"]


def test_a_disk_that_keeps_other_bytes_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(CONTENT)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda self: b"something else")
        with pytest.raises(StorageError, match="does not read back the same"):
            write_atomically(path, b"new")
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["a.safetensors"]


@pytest.mark.parametrize("place", ["missing/a.safetensors", "file/a.safetensors", "folder", "n" * 300])
def test_places_that_cannot_be_written(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(StorageError) as caught:
        save_checkpoint(tmp_path / place, small())
    assert caught.value.problems[0].place == str(tmp_path / place)
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.parametrize("place", ["missing.safetensors", "folder", "file/a.safetensors"])
def test_places_that_cannot_be_read(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    with pytest.raises(CheckpointError, match="cannot be read") as caught:
        load_checkpoint(tmp_path / place)
    assert caught.value.problems[0].place == str(tmp_path / place)


def test_what_a_killed_process_left_behind_is_in_nobody_s_way(tmp_path: Path) -> None:
    """In a container every run may have the same process number."""
    (tmp_path / f".a.safetensors.{os.getpid()}.tmp").write_bytes(b"half a checkp")
    save_checkpoint(tmp_path / "a.safetensors", small())
    assert names(tmp_path) == ["a.safetensors"]
