"""One run of a sweep inside a worker: opened where it stopped, trained, judged after each epoch."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nntrain.api.reopen import Reopened, reopen
from nntrain.api.run import Run
from nntrain.api.train import train
from nntrain.assemble import prepare
from nntrain.spec import spec_of
from nntrain.sweep.rows import Outcome
from nntrain.sweep.shared_data import SharedData
from nntrain.sweep.tasks import Task
from nntrain.training.events import EpochEnded, Event, Record, RunStarted, StopTraining
from nntrain.training.run_folder import BEST, LAST, RunFolder

if TYPE_CHECKING:
    from nntrain.sweep.optuna_study import Judge

PATIENCE = 20.0
"""Seconds to wait for a run folder that a dying process still holds."""
PRUNED = "pruned"


class BusyError(Exception):
    """Another process trains in the run's folder: one whose coordinator lost the run, and has not noticed yet."""


class OneRun:
    """A run, and what it has shown so far; ``answer`` tells the coordinator."""

    def __init__(self, task: Task, answer: Callable[..., None]) -> None:
        self.task, self.answer = task, answer
        self.curve: list[float] = []
        self.judge = None if task.pruning is None else _judge(task)
        self.pruned = False

    def train(self) -> Outcome:
        """Train from where it stands to its end."""
        reopened = _open(self.task)
        done = [] if reopened.checkpoint is None else reopened.checkpoint.header["state"]["history"]
        for record in done:
            self._see(record)
        self.answer("began", epochs_done=len(done))
        run = train(reopened.prepared, reopened.folder, reopened.checkpoint, [self._listen])
        return self._outcome(run)

    def failed(self, reason: str) -> Outcome:
        """The outcome of a run that came to nothing."""
        return Outcome("failed", curve=self.curve, epochs=len(self.curve), reason=reason)

    def _listen(self, event: Event) -> None:
        """Follow the run; end it where it is judged so."""
        if isinstance(event, EpochEnded):
            self._see(event.record)
            self.answer("epoch", epoch=len(self.curve), value=self.curve[-1])
        if isinstance(event, EpochEnded | RunStarted) and self.pruned:  # at the start: it was killed as it ended
            raise StopTraining(PRUNED)

    def _see(self, record: Record) -> None:
        value = float(record[self.task.monitor])
        self.curve.append(value)
        if self.judge is not None and not self.pruned:
            self.pruned = self.judge(len(self.curve), self.task.sign * value)

    def _outcome(self, run: Run) -> Outcome:
        metrics = {
            f"{split}_{name}": value for split, figures in run.metrics.items() for name, value in figures.items()
        }
        pruned = run.summary["stopped"] == PRUNED
        return Outcome(
            "pruned" if pruned else "finished",
            value=metrics[self.task.monitor],
            metrics=metrics,
            curve=self.curve,
            marks={} if self.judge is None else self.judge.marks,
            best_epoch=run.summary["best_epoch"],
            epochs=run.summary["epochs"],
            seconds=run.summary["seconds"],
            reason=f"after epoch {len(self.curve)}" if pruned else "",
        )


def _open(task: Task) -> Reopened:
    """The run where it stands: a folder of its name holds it and no other."""
    folder = Path(task.folder)
    folder.mkdir(parents=True, exist_ok=True)
    _wait_for_lock(folder)
    load = SharedData(Path(task.data)).loader(task.config["data"])
    if any((folder / name).exists() for name in (LAST, BEST)):
        return reopen(folder, load=load)
    spec = spec_of(task.config, task.name)
    return Reopened(RunFolder(folder), prepare(spec, load), None)


def _wait_for_lock(folder: Path) -> None:
    """Let a process that was told to end finish its last save; `BusyError` where one goes on training here."""
    until = time.monotonic() + PATIENCE
    with (folder / ".lock").open("a") as lock:
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > until:
                    raise BusyError from None
                time.sleep(0.05)
            else:
                return


def _judge(task: Task) -> Judge:
    from nntrain.sweep.optuna_study import Judge
    from nntrain.sweep.pruning import prunings

    ((name, settings),) = task.pruning.items()
    pruner = prunings.build(name, **settings).pruner(int(task.config["training"]["epochs"]))
    return Judge(pruner, task.past, task.number)
