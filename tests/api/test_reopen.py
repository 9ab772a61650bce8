"""Going on with a run: what is checked before a step is trained, and whose best epoch counts."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import nntrain
from nntrain.api.reopen import reopen
from nntrain.errors import CheckpointError, ConfigError, DataError
from nntrain.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from nntrain.training.events import CheckpointSaved, EpochEnded, Event
from tests.runs import EVERYTHING, comparable, write_config

EVERY_STEPS = {"training.checkpoint_every_steps": 5}
TABLE = "data: {train: t.csv, target: y, split: {validation: 0.2}}\ntraining: {epochs: 2, threads: 1}\n"
ROWS = "x,z,y\n" + "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(60)) + "\n"


def epoch_of(path: Path) -> int:
    epoch: int = load_checkpoint(path).header["state"]["position"]["epoch"]
    return epoch


class Behind:
    """A run whose best is ahead of its last, as a kill between two saves leaves it."""

    def __init__(self, folder: Path) -> None:
        self.whole, self.run = folder / "whole", folder / "run"
        earlier = folder / "earlier"

        def keep(event: Event) -> None:
            if isinstance(event, CheckpointSaved) and epoch_of(event.path) == 1:
                shutil.copy(event.path, earlier)

        nntrain.fit(write_config(folder, EVERYTHING), EVERY_STEPS, out=self.whole, listeners=[keep])
        shutil.copytree(self.whole, self.run)
        earlier.rename(self.run / "last.safetensors")
        self.best = self.run / "best.safetensors"


@pytest.fixture
def behind(tmp_path: Path) -> Behind:
    return Behind(tmp_path)


def test_a_best_epoch_that_comes_again_ends_in_the_same_bytes(behind: Behind) -> None:
    nntrain.resume(behind.run)
    one, other = comparable(behind.run), comparable(behind.whole)
    assert one == other


@pytest.mark.parametrize("change", [{}, {"training.epochs": 13}])
def test_a_best_epoch_that_does_not_come_again_stays(behind: Behind, change: dict[str, object]) -> None:
    """As where another kind of processor found a better epoch than the one that goes on."""
    found = load_checkpoint(behind.best)
    best = found.header["state"]["best"]
    assert best["epoch"] > 1
    best["value"] = -1.0
    save_checkpoint(behind.best, found)
    before = behind.best.read_bytes()
    run = nntrain.resume(behind.run, change)
    assert behind.best.read_bytes() == before
    assert run.summary["best_epoch"] == best["epoch"]
    assert run.metrics["test"] == run.model.evaluate(split="test")


@pytest.mark.parametrize(("change", "told"), [({}, False), ({"training.epochs": 13}, True)])
def test_a_best_epoch_from_before_a_change_is_told_of(behind: Behind, change: dict[str, object], told: bool) -> None:
    reopened = reopen(behind.run, overrides=change)
    reopened.folder.close()
    assert any("was made before the change and stays to be beaten" in note for note in reopened.notes) == told


class TestBest:
    """A checkpoint of the best epoch that cannot be used is told of before anything is trained."""

    @pytest.fixture
    def run(self, tmp_path: Path) -> Path:
        (tmp_path / "t.csv").write_text(ROWS)
        return nntrain.fit(write_config(tmp_path, TABLE), out=tmp_path / "run").folder

    def refused(self, run: Path, says: str) -> None:
        events: list[Event] = []
        with pytest.raises(CheckpointError, match=says) as error:
            nntrain.resume(run, {"training.epochs": 5}, listeners=[events.append])
        assert "best.safetensors" in str(error.value)
        assert events == []

    def test_missing(self, run: Path) -> None:
        (run / "best.safetensors").unlink()
        self.refused(run, "cannot be read: No such file")

    def test_damaged(self, run: Path) -> None:
        content = bytearray((run / "best.safetensors").read_bytes())
        content[-9] ^= 1
        (run / "best.safetensors").write_bytes(content)
        self.refused(run, "does not match its digest")

    def test_of_another_network(self, run: Path) -> None:
        best = load_checkpoint(run / "best.safetensors")
        arrays = {**best.arrays, "parameters": best.arrays["parameters"][:-1]}
        save_checkpoint(run / "best.safetensors", Checkpoint(best.header, arrays))
        self.refused(run, "its array 'parameters' is missing or has another shape")
        save_checkpoint(run / "best.safetensors", Checkpoint({**best.header, "layout": []}, best.arrays))
        self.refused(run, "its layers are not those of its config")

    def test_none_is_needed_before_the_first_epoch_is_over(self, run: Path) -> None:
        last = load_checkpoint(run / "last.safetensors")
        state = last.header["state"]
        state["best"].update(epoch=0, value=np.inf, reference=np.inf, waited=0)
        state["position"].update(epoch=0, step=0)
        state["history"] = []
        save_checkpoint(run / "last.safetensors", last)
        (run / "best.safetensors").unlink()
        assert nntrain.resume(run).summary["epochs"] == 2


class TestMovedTables:
    @pytest.fixture
    def run(self, tmp_path: Path) -> Path:
        (tmp_path / "t.csv").write_text(ROWS)
        run = nntrain.fit(write_config(tmp_path, TABLE), out=tmp_path / "run").folder
        (tmp_path / "moved").mkdir()
        (tmp_path / "t.csv").rename(tmp_path / "moved" / "t.csv")
        return run

    def test_the_same_rows_elsewhere_go_on(self, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        with pytest.raises(DataError, match="no such file"):
            nntrain.resume(run)
        monkeypatch.chdir(tmp_path / "moved")
        longer = nntrain.resume(run, {"data.train": "t.csv", "training.epochs": 3})
        assert longer.summary["epochs"] == 3
        assert nntrain.resume(run, {"training.epochs": 4}).summary["epochs"] == 4

    def test_as_any_source(self, run: Path, tmp_path: Path) -> None:
        query = {"sql": {"query": "SELECT * FROM 'moved/t.csv'", "base": str(tmp_path)}}
        assert nntrain.resume(run, {"data.train": query, "training.epochs": 3}).summary["epochs"] == 3

    def test_other_rows_do_not(self, run: Path, tmp_path: Path) -> None:
        (tmp_path / "moved" / "t.csv").write_text(ROWS.replace("3,3,b", "3,4,b"))
        events: list[Event] = []
        with pytest.raises(DataError, match="the data changed since this run began"):
            nntrain.resume(run, {"data.train": str(tmp_path / "moved" / "t.csv")}, listeners=[events.append])
        with pytest.raises(ConfigError, match=r"data.target: y → z: a resumed run cannot change this"):
            nntrain.resume(run, {"data.train": str(tmp_path / "moved" / "t.csv"), "data.target": "z"})
        assert not [event for event in events if isinstance(event, EpochEnded)]


def test_a_run_without_its_last_checkpoint_goes_on_from_the_best(tmp_path: Path) -> None:
    run = nntrain.fit(write_config(tmp_path), out=tmp_path / "run").folder
    before = comparable(run)
    (run / "last.safetensors").unlink()
    reopened = reopen(run)
    reopened.folder.close()
    assert any("goes on from the best checkpoint" in note for note in reopened.notes)
    nntrain.resume(run)
    assert comparable(run) == before


def test_fewer_epochs_than_were_begun_are_refused(tmp_path: Path) -> None:
    run = nntrain.fit(write_config(tmp_path), out=tmp_path / "run").folder
    with pytest.raises(ConfigError, match=r"training.epochs: 2; the run has begun 12 already"):
        nntrain.resume(run, {"training.epochs": 2})


def test_more_epochs_say_what_becomes_of_the_learning_rate(tmp_path: Path) -> None:
    run = nntrain.fit(write_config(tmp_path), {"schedule": "cosine"}, out=tmp_path / "run").folder
    reopened = reopen(run, overrides={"training.epochs": 24})
    reopened.folder.close()
    assert "the schedule spans 24 epochs now; the learning rate goes on at 0.01" in reopened.notes
