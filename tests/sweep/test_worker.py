"""A worker's process by itself: what it answers to a task, and how it leaves."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nntrain.errors import ConfigError, DivergedError
from nntrain.spec import load_spec
from nntrain.sweep import one_run
from nntrain.sweep.fatal import raise_fatal
from nntrain.sweep.one_run import BusyError, OneRun
from nntrain.sweep.rows import Outcome
from nntrain.sweep.search import Past
from nntrain.sweep.tasks import Answer, Task
from tests.runs import comparable
from tests.sweep.sweeps import BASE

LONG = BASE.replace("epochs: 4", "epochs: 4000, checkpoint_every_steps: 20")


def task(folder: Path, base: str = BASE, **more: Any) -> Task:
    (folder / "base.yaml").write_text(base)
    config = load_spec(folder / "base.yaml", ["training.threads=1", "training.shares=1"]).plain()
    given = Task(7, 3, "grid", config, str(folder / "run"), str(folder / "data"), "validation_loss", 1.0)
    return replace(given, **more)


def trained(given: Task) -> tuple[Outcome, list[tuple[str, dict[str, Any]]]]:
    said: list[tuple[str, dict[str, Any]]] = []
    outcome = OneRun(given, lambda kind, **content: said.append((kind, content))).train()
    return outcome, said


def test_a_task_is_what_it_was_when_it_arrives(tmp_path: Path) -> None:
    past = [Past(0, {"lr": 0.1}, "pruned", 0.5, [0.6, 0.5], {"completed_rung_0": 0.6})]
    given = task(tmp_path, pruning={"median": {"startup": 1, "warmup": 0}}, past=past)
    assert Task.of(given.line()) == given


def test_a_run_tells_of_its_beginning_and_of_every_epoch(tmp_path: Path) -> None:
    outcome, said = trained(task(tmp_path))
    assert said[0] == ("began", {"epochs_done": 0})
    assert [content["epoch"] for kind, content in said[1:] if kind == "epoch"] == [1, 2, 3, 4]
    assert outcome.curve == [content["value"] for _, content in said[1:]]
    assert (outcome.state, outcome.epochs) == ("finished", 4)
    assert outcome.value == pytest.approx(min(outcome.curve))
    assert {"train_loss", "validation_accuracy"} <= outcome.metrics.keys()
    assert not any(name.startswith("test") for name in outcome.metrics)


def test_a_run_that_is_over_settles_again_with_the_same(tmp_path: Path) -> None:
    first, _ = trained(task(tmp_path))
    again, said = trained(task(tmp_path))
    assert said == [("began", {"epochs_done": 4})]
    assert replace(again, seconds=0.0) == replace(first, seconds=0.0)


MEDIAN = {"median": {"startup": 1, "warmup": 0}}
BETTER = [Past(number, {}, "finished", 0.01, [0.01] * 4, {}) for number in range(3)]


def test_a_run_that_is_worse_than_others_is_pruned_and_stays_so(tmp_path: Path) -> None:
    given = task(tmp_path, pruning=MEDIAN, past=BETTER)
    first, _ = trained(given)
    assert (first.state, first.epochs, first.reason) == ("pruned", 1, "after epoch 1")
    again, _ = trained(given)
    assert replace(again, seconds=0.0) == replace(first, seconds=0.0)


def test_higher_is_better_is_turned_round(tmp_path: Path) -> None:
    worse = [Past(number, {}, "finished", -0.01, [-0.01] * 4, {}) for number in range(3)]
    given = task(tmp_path, pruning=MEDIAN, past=worse, monitor="validation_accuracy", sign=-1.0)
    assert trained(given)[0].state == "finished"


def test_a_folder_that_another_process_trains_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(one_run, "PATIENCE", 0.1)
    (tmp_path / "run").mkdir()
    with (tmp_path / "run" / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(BusyError):
            trained(task(tmp_path))
    assert trained(task(tmp_path))[0].state == "finished"


def test_divergence_is_raised_and_becomes_an_outcome(tmp_path: Path) -> None:
    base = BASE.replace("adam: {lr: 0.02}", "sgd: {lr: 1.0e+30}").replace("tanh", "relu")
    run = OneRun(task(tmp_path, base), lambda *_, **__: None)
    with pytest.raises(DivergedError):
        run.train()
    assert run.failed("too far").reason == "too far"


@contextmanager
def worker(*how: str) -> Iterator[subprocess.Popen[str]]:
    pipe = subprocess.PIPE
    command = how or ("-m", "nntrain.sweep.worker")
    with subprocess.Popen([sys.executable, *command], stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen[str], given: Task) -> None:
    assert process.stdin is not None
    process.stdin.write(given.line())
    process.stdin.flush()


def answers(process: subprocess.Popen[str], until: tuple[str, ...]) -> list[Answer]:
    """What it says, to the first of these kinds."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(Answer.of(line))
        if said[-1].kind in until:
            break
    return said


ENDS = ("settled", "stopped", "fatal")


def test_a_process_makes_one_run_after_the_other(tmp_path: Path) -> None:
    failing = BASE.replace("adam: {lr: 0.02}", "sgd: {lr: 1.0e+30}").replace("tanh", "relu")
    with worker() as process:
        for name, base, state in (("one", BASE, "finished"), ("two", failing, "failed"), ("three", BASE, "finished")):
            (tmp_path / name).mkdir()
            ask(process, task(tmp_path / name, base))
            last = answers(process, ENDS)[-1]
            assert (last.id, last.kind, last.outcome.state) == (7, "settled", state)
        process.communicate()
    assert comparable(tmp_path / "one" / "run") == comparable(tmp_path / "three" / "run")


def test_it_saves_and_leaves_when_there_are_no_more_tasks(tmp_path: Path) -> None:
    with worker() as process:
        ask(process, task(tmp_path, LONG))
        answers(process, ("epoch",))
        assert process.stdin is not None
        process.stdin.close()
        began = time.monotonic()
        assert answers(process, ENDS)[-1].kind == "stopped"
        process.wait(20)
        assert time.monotonic() - began < 10
    assert (tmp_path / "run" / "last.safetensors").exists()


WITH_A_BUG = """
from nntrain.sweep import worker
from nntrain.sweep.one_run import OneRun

def train(run):
    raise ZeroDivisionError("a bug")

OneRun.train = train
worker.main()
"""


def test_a_bug_is_told_with_its_traceback_and_is_no_failure_of_the_point(tmp_path: Path) -> None:
    with worker("-c", WITH_A_BUG) as process:
        ask(process, task(tmp_path))
        (told,) = answers(process, ENDS)
        assert (process.wait(20), process.communicate()[1]) == (1, "")
    assert (told.kind, told.id, told.content["code"]) == ("fatal", 7, 1)
    with pytest.raises(RuntimeError, match="in a worker, trial 7: ZeroDivisionError: a bug") as caught:
        raise_fatal(told.content["code"], told.content["problems"], "trial 7")
    assert "in train" in caught.value.__notes__[0]


def test_a_bug_that_nobody_listens_to_ends_the_worker_as_well(tmp_path: Path) -> None:
    with worker("-c", WITH_A_BUG) as process:
        assert process.stdout is not None
        process.stdout.close()
        ask(process, task(tmp_path))
        assert process.wait(20) == 1


def test_what_is_wrong_with_all_runs_is_fatal(tmp_path: Path) -> None:
    given = task(tmp_path)
    given.config["loss"] = "poisson"
    with worker() as process:
        ask(process, given)
        said = answers(process, ENDS)[-1]
        process.communicate()
    assert (said.kind, said.content["code"]) == ("fatal", ConfigError.exit_code)
    assert "poisson" in said.content["problems"][0][1]
