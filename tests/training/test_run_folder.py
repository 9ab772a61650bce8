"""Run folders: never overwritten, never shared, numbered."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path

import pytest

from nntrain.errors import CheckpointError, StorageError
from nntrain.training.run_folder import BEST, LAST, RunFolder, find_checkpoint, latest_run, to_json


@pytest.fixture(autouse=True)
def _in_scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def used(path: Path | None, name: str = "iris") -> Path:
    folder = RunFolder.create(path, name)
    folder.write_config("data: {}\n")
    folder.close()
    return folder.path


def test_runs_are_numbered() -> None:
    assert [str(used(None)) for _ in range(3)] == ["runs/iris-001", "runs/iris-002", "runs/iris-003"]
    assert str(used(None, "iris-2")) == "runs/iris-2-001"


def test_the_number_goes_on_after_the_largest() -> None:
    Path("runs/iris-041").mkdir(parents=True)
    assert str(used(None)) == "runs/iris-042"


def test_a_wanted_folder_is_taken_if_it_is_new_or_empty() -> None:
    assert used(Path("a/b")) == Path("a/b")
    Path("empty").mkdir()
    assert used(Path("empty")) == Path("empty")


def test_a_wanted_folder_that_is_taken_gets_a_number() -> None:
    assert [str(used(Path("out"))) for _ in range(3)] == ["out", "out-002", "out-003"]
    Path("file").write_text("mine")
    assert str(used(Path("file"))) == "file-002"
    assert Path("file").read_text() == "mine"


def test_what_a_run_killed_as_it_began_leaves_is_taken_over() -> None:
    RunFolder.create(Path("out"), "iris").close()
    Path("out/.config.yaml.7.tmp").write_text("half")
    assert used(Path("out")) == Path("out")
    assert not list(Path("out").glob("*.tmp"))


def test_two_processes_cannot_share_a_folder() -> None:
    first = RunFolder.create(Path("out"), "iris")
    second = RunFolder.create(Path("out"), "iris")
    assert (str(first.path), str(second.path)) == ("out", "out-002")
    with pytest.raises(StorageError, match="another process"):
        RunFolder(Path("out"))
    first.close()
    RunFolder(Path("out")).close()
    second.close()


def test_a_folder_that_another_process_used_meanwhile_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def lock_late(file: object, operation: int) -> None:
        Path("out", LAST).write_bytes(b"theirs")  # it began, finished and left just before the lock

    with monkeypatch.context() as patch:
        patch.setattr("fcntl.flock", lock_late)
        taken = RunFolder.create(Path("out"), "iris")
    assert taken.path == Path("out-002")
    taken.close()
    RunFolder(Path("out")).close()


def test_the_working_folder_itself_may_be_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert used(Path()) == tmp_path / "here"


def test_latest_points_at_the_newest_run() -> None:
    for number in (1, 2, 3):
        folder = RunFolder.create(None, "iris")
        folder.link_latest()
        folder.close()
        assert Path("runs/latest").readlink() == Path(f"iris-{number:03d}")
    Path("runs/iris-003").rename("elsewhere")  # the link leads nowhere: it is ours all the same
    folder = RunFolder.create(None, "other")
    folder.link_latest()
    folder.close()
    assert Path("runs/latest").readlink() == Path("other-001")


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_is_no_link_is_not_replaced(kind: str) -> None:
    folder = RunFolder.create(None, "iris")
    latest = Path("runs/latest")
    latest.write_text("mine") if kind == "file" else latest.mkdir()
    folder.link_latest()
    folder.close()
    assert latest.read_text() == "mine" if kind == "file" else latest.is_dir()
    assert {path.name for path in Path("runs").iterdir()} == {"latest", "iris-001"}


def test_what_a_killed_process_left_of_a_link_is_in_nobody_s_way() -> None:
    folder = RunFolder.create(None, "iris")
    Path("runs", f".latest.{os.getpid()}").symlink_to("nowhere")
    folder.link_latest()
    folder.close()
    assert Path("runs/latest").readlink() == Path("iris-001")
    assert {path.name for path in Path("runs").iterdir()} == {"latest", "iris-001"}


def test_only_the_default_folder_has_a_latest() -> None:
    folder = RunFolder.create(Path("mine/a"), "iris")
    folder.link_latest()
    folder.close()
    assert [path.name for path in Path("mine").iterdir()] == ["a"]


def test_a_run_folder_that_cannot_be_made() -> None:
    Path("file").write_text("")
    with pytest.raises(StorageError) as refused:
        RunFolder.create(Path("file/run"), "iris")
    assert refused.value.exit_code == 6
    assert str(refused.value).startswith("file")


def test_latest_run_is_the_newest_that_can_go_on() -> None:
    for number in (1, 2, 3):
        Path(f"runs/iris-{number:03d}").mkdir(parents=True)
    assert latest_run("iris") is None
    Path("runs/iris-001", LAST).write_bytes(b"")
    assert latest_run("iris") == Path("runs/iris-001")
    Path("runs/iris-002", "config.yaml").write_bytes(b"")  # killed before its first checkpoint
    assert latest_run("iris") == Path("runs/iris-002")
    assert latest_run("wine") is None
    assert latest_run("iris", Path("nowhere")) is None


def test_find_checkpoint() -> None:
    Path("run").mkdir()
    with pytest.raises(CheckpointError, match="is it a run folder"):
        find_checkpoint(Path("run"))
    Path("run", BEST).write_bytes(b"")
    assert find_checkpoint(Path("run")) == Path("run", BEST)
    assert find_checkpoint(Path("run", BEST)) == Path("run", BEST)
    with pytest.raises(CheckpointError, match="no such checkpoint"):
        find_checkpoint(Path("none"))


def test_json_has_null_for_numbers_that_are_not_finite() -> None:
    value = {"a": math.nan, "b": [1.5, -math.inf], "c": (2, "x"), "d": {"e": math.inf}}
    assert json.loads(to_json(value)) == {"a": None, "b": [1.5, None], "c": [2, "x"], "d": {"e": None}}


def test_history_is_written_anew_and_appended_to() -> None:
    folder = RunFolder.create(Path("out"), "iris")
    folder.write_history([{"epoch": 1}, {"epoch": 2}])
    folder.append_history({"epoch": 3, "loss": math.nan})
    folder.close()
    lines = Path("out/history.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [{"epoch": 1}, {"epoch": 2}, {"epoch": 3, "loss": None}]
