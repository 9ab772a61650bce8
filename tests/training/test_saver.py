"""What the saver keeps, when it writes, and how often."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nntrain.training import run_folder, saver as room
from nntrain.training.checkpoint import load_checkpoint, save_checkpoint
from nntrain.training.run_folder import BEST, LAST, RunFolder
from nntrain.training.saver import Saver
from nntrain.types import Array


class Run:
    """A run of one array whose numbers are its epoch, and its saver."""

    def __init__(self, path: Path) -> None:
        self.path, self.folder = path, RunFolder.create(path, "run")
        self.saver = Saver(self.folder, {"name": "run"})
        self.array = np.zeros(4, np.float32)

    def train(self, epoch: int) -> None:
        self.array[:] = epoch

    def capture(self) -> tuple[dict[str, Any], dict[str, Array]]:
        return {"epoch": int(self.array[0]), "history": [{"epoch": 1}]}, {"parameters": self.array}

    def best(self, epoch: int) -> None:
        self.train(epoch)
        self.saver.note_best(*self.capture())

    def save(self, *, now: bool = True) -> Path | None:
        return self.saver.save(self.capture, now=now)

    def found(self, name: str) -> int:
        """The epoch of a file, by its state and its numbers."""
        checkpoint = load_checkpoint(self.path / name)
        assert checkpoint.header["name"] == "run"
        epoch = checkpoint.header["state"]["epoch"]
        np.testing.assert_array_equal(checkpoint.arrays["parameters"], np.full(4, epoch))
        return int(epoch)


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    made = Run(tmp_path / "run")
    yield made
    made.folder.close()


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every network is a large one."""
    monkeypatch.setattr(room, "WORTH_COPYING", 0)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the checkpoints that are written in full."""
    names: list[str] = []

    def save(path: Path, *arguments: Any) -> None:
        names.append(path.name)
        save_checkpoint(path, *arguments)

    monkeypatch.setattr(run_folder, "save_checkpoint", save)
    return names


def test_a_best_epoch_waits_as_it_was(run: Run, written: list[str]) -> None:
    run.best(1)
    run.train(2)
    assert written == []
    assert run.save() == run.path / LAST
    assert (run.found(BEST), run.found(LAST)) == (1, 2)
    assert written == [BEST, LAST]


def test_only_the_newest_best_is_written(run: Run, written: list[str]) -> None:
    for epoch in (1, 2, 3):
        run.best(epoch)
    run.train(4)
    run.saver.flush_best()
    run.saver.flush_best()
    assert run.found(BEST) == 3
    assert written == [BEST]


@pytest.mark.usefixtures("large")
def test_a_large_one_is_written_at_once_and_never_copied(run: Run, written: list[str]) -> None:
    run.best(1)
    assert written == [BEST]
    run.train(2)
    run.saver.flush_best()
    assert written == [BEST]
    assert run.found(BEST) == 1
    assert run.saver._copies == {}


def test_between_two_saves_lies_a_second(run: Run, written: list[str]) -> None:
    run.best(1)
    assert run.save(now=False) is None
    assert written == []
    assert run.save() is not None
    assert written == [BEST, LAST]
    run.train(2)
    assert run.save(now=False) is None
    assert written == [BEST, LAST]


def test_a_save_that_took_long_makes_the_next_one_wait(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 13.0, 14.0, 162.9, 163.1, 164.0])
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert run.save() is not None  # 3 s
    assert run.save(now=False) is None
    assert run.save(now=False) is None
    assert run.save(now=False) is not None
