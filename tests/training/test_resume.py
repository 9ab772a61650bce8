"""Resuming is exact: a run that was stopped anywhere, by a signal, ends in the same bytes as one that was not."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import nntrain
from nntrain.errors import CheckpointError, ConfigError, DataError, InterruptedRun, StorageError
from nntrain.training.events import CheckpointSaved, EpochEnded, Event, RunEnded
from nntrain.training.run_folder import RunFolder
from tests.runs import comparable, write_config


class StopAfter:
    """Sends this process a signal at the n-th event of a kind."""

    def __init__(self, kind: type, count: int, number: int = signal.SIGTERM) -> None:
        self.kind, self.count, self.number = kind, count, number

    def __call__(self, event: Event) -> None:
        if isinstance(event, self.kind):
            self.count -= 1
            if self.count == 0:
                os.kill(os.getpid(), self.number)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    return nntrain.fit(write_config(folder), {"training.checkpoint_every_steps": 5}, out=folder / "run").folder


@pytest.mark.parametrize("steps", [1, 2, 3, 7, 13, 14, 20])
def test_a_run_stopped_after_any_step_and_resumed_ends_in_the_same_bytes(
    tmp_path: Path, undisturbed: Path, steps: int
) -> None:
    config = write_config(tmp_path)
    out = tmp_path / "run"
    with pytest.raises(InterruptedRun) as stopped:
        nntrain.fit(
            config, {"training.checkpoint_every_steps": 5}, out=out, listeners=[StopAfter(CheckpointSaved, steps)]
        )
    assert stopped.value.exit_code == 143
    nntrain.resume(out)
    assert comparable(out)["history"] == comparable(undisturbed)["history"]
    _same_but_config(out, undisturbed)


def test_a_run_stopped_again_and_again_ends_in_the_same_bytes(tmp_path: Path, undisturbed: Path) -> None:
    out = tmp_path / "run"
    with pytest.raises(InterruptedRun):
        nntrain.fit(
            write_config(tmp_path),
            {"training.checkpoint_every_steps": 5},
            out=out,
            listeners=[StopAfter(CheckpointSaved, 2, signal.SIGINT)],
        )
    sittings = 1
    while True:
        try:
            nntrain.resume(out, listeners=[StopAfter(CheckpointSaved, 3)])
            break
        except InterruptedRun:
            sittings += 1
    assert sittings > 5
    _same_but_config(out, undisturbed)


def test_the_same_config_gives_the_same_bytes_twice(tmp_path: Path, undisturbed: Path) -> None:
    again = nntrain.fit(write_config(tmp_path), {"training.checkpoint_every_steps": 5}, out=tmp_path / "again")
    _same_but_config(again.folder, undisturbed)


def test_another_seed_gives_other_bytes(tmp_path: Path, undisturbed: Path) -> None:
    other = nntrain.fit(write_config(tmp_path), {"training.seed": 4}, out=tmp_path / "other")
    assert comparable(other.folder)["last"]["arrays"] != comparable(undisturbed)["last"]["arrays"]


def test_a_finished_run_is_resumed_without_a_step(undisturbed: Path) -> None:
    before = comparable(undisturbed)
    events: list[Event] = []
    run = nntrain.resume(undisturbed, listeners=[events.append])
    assert not [event for event in events if isinstance(event, EpochEnded)]
    assert isinstance(events[-1], RunEnded)
    assert run.summary["epochs"] == 12
    assert comparable(undisturbed) == before


def test_more_epochs_go_on_where_the_run_ended(tmp_path: Path) -> None:
    constant = {"schedule": "constant", "training.early_stopping": False}
    config = write_config(tmp_path)
    short = nntrain.fit(config, {**constant, "training.epochs": 4}, out=tmp_path / "short")
    longer = nntrain.resume(short.folder, {"training.epochs": 9})
    whole = nntrain.fit(config, {**constant, "training.epochs": 9}, out=tmp_path / "whole")
    assert longer.summary["epochs"] == 9
    _same_but_config(longer.folder, whole.folder)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"training.batch_size": 16}, "training.batch_size: 17 → 16: a resumed run cannot change this"),
        ({"training.seed": 1}, "training.seed: 3 → 1"),
        ({"architecture.hidden": [12, 13]}, "architecture.hidden: "),
        ({"data.split.seed": 1}, "data.split.seed: 0 → 1"),
        ({"optimizer": "sgd"}, "optimizer: a resumed run cannot change its optimizer"),
    ],
)
def test_what_would_change_the_past_is_refused(undisturbed: Path, change: dict[str, object], says: str) -> None:
    before = comparable(undisturbed)
    with pytest.raises(ConfigError, match=r".") as refused:
        nntrain.resume(undisturbed, change)
    assert says in str(refused.value)
    assert comparable(undisturbed) == before


def test_changed_data_are_refused(tmp_path: Path) -> None:
    rows = "\n".join(f"{i},{i % 7},{'ab'[i % 2]}" for i in range(60))
    (tmp_path / "t.csv").write_text("x,z,y\n" + rows + "\n")
    config = write_config(tmp_path, "data: {train: t.csv, target: y}\ntraining: {epochs: 2}\n")
    run = nntrain.fit(config, out=tmp_path / "run")
    (tmp_path / "t.csv").write_text("x,z,y\n" + rows.replace("3,3,b", "3,4,b") + "\n")
    with pytest.raises(DataError, match="the data changed since this run began"):
        nntrain.resume(run.folder)


def test_a_run_in_use_is_refused(undisturbed: Path) -> None:
    holder = RunFolder(undisturbed)
    try:
        with pytest.raises(StorageError, match="another process is training in this run folder"):
            nntrain.resume(undisturbed)
    finally:
        holder.close()


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="is it a run folder"):
        nntrain.resume(tmp_path)
    with pytest.raises(CheckpointError, match="no such run folder"):
        nntrain.resume(tmp_path / "nowhere")


def test_a_run_stopped_before_its_first_checkpoint_starts_from_its_config(tmp_path: Path, undisturbed: Path) -> None:
    run = nntrain.fit(write_config(tmp_path), {"training.checkpoint_every_steps": 5}, out=tmp_path / "run").folder
    for name in ("best.safetensors", "last.safetensors", "history.jsonl", "summary.json"):
        (run / name).unlink()
    nntrain.resume(run)
    _same_but_config(run, undisturbed)


def _same_but_config(run: Path, other: Path) -> None:
    """Equal, but for the run's name and how long it was asked to go on."""
    one, two = comparable(run), comparable(other)
    for name in ("best", "last"):
        for side in (one, two):
            del side[name]["header"]["name"]
            del side[name]["header"]["config"]["training"]
    assert one == two
