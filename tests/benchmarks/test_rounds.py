"""Workers that take turns: a small program stands for a peer."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.peers.trainer import Epochs, epoch_by_epoch, measure
from benchmarks.rounds import Worker, WorkerError, interleaved

ECHO = """
import json, sys
print(json.dumps({"versions": {}}), flush=True)
for number, line in enumerate(sys.stdin):
    print(json.dumps({"rate": json.loads(line)["seconds"], "turn": number}), flush=True)
"""


@pytest.fixture
def echoes() -> Iterator[list[Worker]]:
    workers = [Worker(label, [sys.executable, "-c", ECHO]) for label in "ab"]
    yield workers
    for worker in workers:
        worker.close()


def test_every_worker_has_every_turn(echoes: list[Worker]) -> None:
    answers = interleaved(echoes, 3, 0.5)
    assert {label: [answer["turn"] for answer in given] for label, given in answers.items()} == {
        "a": [0, 1, 2],
        "b": [0, 1, 2],
    }


def test_a_worker_that_does_not_compute_is_stopped(echoes: list[Worker]) -> None:
    assert all(state(worker) == "T" for worker in echoes)
    echoes[0].compute(0.1)
    assert all(state(worker) == "T" for worker in echoes)


def state(worker: Worker) -> str:
    """The kernel's letter for the state of its process; T is stopped. A signal takes a moment to arrive."""
    stat = Path(f"/proc/{worker._process.pid}/stat")
    for _ in range(100):
        letter = stat.read_text(encoding="ascii").rpartition(")")[2].split()[0]
        if letter == "T":
            break
        time.sleep(0.01)
    return letter


def test_who_fails_is_left_out_and_named(echoes: list[Worker], capfd: pytest.CaptureFixture[str]) -> None:
    failing = Worker("failing", [sys.executable, "-c", "print({}); input(); raise SystemExit('out of luck')"])
    answers = interleaved([*echoes, failing], 2, 0.1)
    assert {label: len(given) for label, given in answers.items()} == {"a": 2, "b": 2}
    assert "failing ended with exit code 1\nout of luck" in capfd.readouterr().err
    failing.close()


def test_why_a_worker_could_not_begin_is_told() -> None:
    with pytest.raises(WorkerError, match=r"lost ended with exit code 3\nno such network"):
        Worker("lost", [sys.executable, "-c", "import sys; print('no such network', file=sys.stderr); sys.exit(3)"])


def test_the_rate_is_that_of_the_median_epoch_after_one_to_warm_up() -> None:
    asked = []

    def train(count: int) -> Epochs:
        asked.append(count)
        return Epochs([0.1, 0.4, 0.2][:count], 0.5)

    assert measure(train, 10, 0.3) == {"rate": 10 / 0.2, "loss": 0.5, "epochs": 3}
    assert asked == [1, 3]


def test_an_epoch_is_trained_at_least() -> None:
    assert measure(lambda count: Epochs([2.0] * count, 0.0), 10, 0.1)["epochs"] == 1


def test_epochs_are_timed_one_by_one() -> None:
    losses = iter([3.0, 2.0])
    epochs = epoch_by_epoch(lambda: next(losses))(2)
    assert len(epochs.seconds) == 2
    assert epochs.loss == 2.0
