"""Saving and loading checkpoint files: whole at every moment, and never twice in memory."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from nntrain.errors import CheckpointError, StorageError
from nntrain.training.checkpoint import Checkpoint, load_checkpoint, pieces, save_checkpoint


def small() -> Checkpoint:
    return Checkpoint({"state": {"epoch": 3}}, {"parameters": np.arange(9, dtype=np.float32)})


CONTENT = b"".join(pieces(small()))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_back(tmp_path: Path) -> None:
    save_checkpoint(tmp_path / "a.safetensors", small())
    assert b"".join(pieces(load_checkpoint(tmp_path / "a.safetensors"))) == CONTENT
    assert (tmp_path / "a.safetensors").read_bytes() == CONTENT


def test_a_newer_one_takes_its_place_and_nothing_else_is_left(tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        save_checkpoint(tmp_path / "a.safetensors", Checkpoint({}, {"a": np.full(3, value)}))
    assert names(tmp_path) == ["a.safetensors"]
    np.testing.assert_array_equal(load_checkpoint(tmp_path / "a.safetensors").arrays["a"], np.full(3, 2.0))


def test_what_was_read_can_be_saved_in_its_own_place(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_checkpoint(path, small())
    save_checkpoint(path, load_checkpoint(path))
    assert path.read_bytes() == CONTENT


def test_nothing_is_in_memory_twice(tmp_path: Path) -> None:
    array = np.zeros(4 << 20, np.float32)
    tracemalloc.start()
    try:
        save_checkpoint(tmp_path / "a.safetensors", Checkpoint({}, {"a": array, "b": array}))
        saving = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        arrays = load_checkpoint(tmp_path / "a.safetensors").arrays
        loading = tracemalloc.get_traced_memory()[1]
        for name in arrays:
            assert arrays[name].nbytes == array.nbytes
        reading = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert max(saving, loading) < array.nbytes / 4
    assert reading < 1.25 * array.nbytes


@pytest.mark.parametrize("stored", [False, True])
class TestFilling:
    """A checkpoint's arrays go into those of a network, from memory and from a file alike."""

    @pytest.fixture
    def checkpoint(self, tmp_path: Path, stored: bool) -> Checkpoint:
        save_checkpoint(tmp_path / "a.safetensors", small())
        return load_checkpoint(tmp_path / "a.safetensors") if stored else small()

    @pytest.mark.parametrize(
        ("name", "like", "holds"),
        [
            ("parameters", np.zeros(9, np.float32), True),
            ("parameters", np.zeros(8, np.float32), False),
            ("parameters", np.zeros((9, 1), np.float32), False),
            ("parameters", np.zeros(9, np.float64), False),
            ("memory", np.zeros(9, np.float32), False),
        ],
    )
    def test_what_does_not_fit_is_told(
        self, checkpoint: Checkpoint, name: str, like: NDArray[np.floating], holds: bool
    ) -> None:
        assert checkpoint.holds(name, like) == holds

    def test_numbers_arrive(self, checkpoint: Checkpoint) -> None:
        target = np.zeros(9, np.float32)
        checkpoint.fill("parameters", target)
        np.testing.assert_array_equal(target, small().arrays["parameters"])


class TestAFileThatChanges:
    """Arrays are read when they are looked up: nothing but what was checked may come then."""

    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        save_checkpoint(tmp_path / "a.safetensors", small())
        return tmp_path / "a.safetensors"

    def test_one_that_is_replaced_is_still_there(self, path: Path) -> None:
        read = load_checkpoint(path)
        save_checkpoint(path, Checkpoint({}, {"parameters": np.zeros(9, np.float32)}))
        np.testing.assert_array_equal(read.arrays["parameters"], small().arrays["parameters"])
        path.unlink()
        np.testing.assert_array_equal(read.arrays["parameters"], small().arrays["parameters"])

    @pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT + b"x", b"", bytes(len(CONTENT))])
    def test_one_that_is_written_to_is_refused(self, path: Path, content: bytes) -> None:
        read = load_checkpoint(path)
        path.write_bytes(content)
        os.utime(path, ns=(0, 0))  # clocks of file systems are coarse
        with pytest.raises(CheckpointError, match="was changed while it was being read") as caught:
            read.arrays["parameters"]
        assert caught.value.problems[0].place == str(path)

    def test_a_name_that_is_not_there(self, path: Path) -> None:
        arrays = load_checkpoint(path).arrays
        assert arrays.get("nothing") is None
        assert list(arrays) == ["parameters"]
        assert len(arrays) == 1


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
