"""The training loop: epochs of shuffled batches, each epoch validated, the best one kept."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nntrain.errors import DivergedError, InterruptedRun
from nntrain.optim import Observer, Progress, Schedule
from nntrain.training.batches import Batches
from nntrain.training.diagnosis import REMEDIES, first_bad_layer
from nntrain.training.evaluation import Evaluator
from nntrain.training.events import CheckpointSaved, EpochEnded, Event, Listener, Progressed, Record, Warned
from nntrain.training.monitor import Monitor
from nntrain.training.saver import Saver
from nntrain.training.settings import TrainingSettings
from nntrain.training.signals import Interrupts
from nntrain.training.state import RunState
from nntrain.training.step import NonFiniteError, TrainStep
from nntrain.types import Array

HEARTBEAT = 0.1
"""Seconds between signs of life inside an epoch."""


@dataclass(frozen=True)
class Rows:
    """Encoded rows: x (N, n), and y (N,) class indices or (N, 1) standardised targets."""

    x: Array
    y: NDArray[Any]


@dataclass
class Job:
    """Everything that a run needs, built by `assemble`."""

    step: TrainStep
    schedule: Schedule
    evaluator: Evaluator
    train: Rows
    validation: Rows | None
    batches: Batches
    settings: TrainingSettings
    monitor: Monitor
    stopper: Monitor
    metrics: list[str]


class Trainer:
    """Runs a job from wherever its state is to its end."""

    def __init__(self, job: Job, state: RunState, saver: Saver, listeners: Sequence[Listener]) -> None:
        self.job, self.state, self.saver, self.listeners = job, state, saver, listeners
        self.network = job.step.network
        if isinstance(job.schedule, Observer):
            state.schedule = job.schedule.counters
        self._x = np.empty((job.batches.largest, job.train.x.shape[1]), job.train.x.dtype)
        self._beat = 0.0

    def run(self) -> str:
        """Train to the end; returns why it ended: ``epochs``, ``early_stopping`` or ``max_time``."""
        with (
            np.errstate(all="ignore"),
            Interrupts() as self.interrupts,
        ):  # steps check for non-finite numbers themselves
            while (reason := self._finished()) is None:
                self._epoch()
            if self.state.best.epoch == 0:  # out of time before the first epoch was over: judge what there is
                self._judge(self._validated({"epoch": self.state.position.epoch + 1}))
            self._save(now=True)
        return reason

    def _finished(self) -> str | None:
        stopping, counters = self.job.settings.early_stopping, self.state.best.counters
        if self.state.position.epoch >= self.job.settings.epochs:
            return "epochs"
        if stopping is not None and counters["waited"] >= stopping.patience:
            return "early_stopping"
        return "max_time" if self._out_of_time(0.0) else None

    def _out_of_time(self, elapsed: float) -> bool:
        limit = self.job.settings.max_time
        return limit is not None and self.state.seconds + elapsed >= limit

    def _epoch(self) -> None:
        """The batches of one epoch that are left, then validation."""
        position, batches = self.state.position, self.job.batches
        order = batches.order(position.epoch)
        began = time.perf_counter()
        while position.batch < batches.count:
            loss, rows = self._batch(order[batches.bounds(position.batch)])
            position.advance(loss, rows)
            elapsed = time.perf_counter() - began
            if self._pause(elapsed):
                return
        position.seconds += time.perf_counter() - began
        self._end_of_epoch()

    def _batch(self, rows: NDArray[np.int64]) -> tuple[float, int]:
        """One training step on these rows."""
        position, job = self.state.position, self.job
        x = job.train.x.take(rows, axis=0, out=self._x[: len(rows)], mode="clip")  # (B, n)
        y = job.train.y.take(rows, axis=0)
        lr = self._learning_rate(position.batch)
        try:
            return job.step(x, y, lr, position.step + 1), len(rows)
        except NonFiniteError as error:
            self.saver.flush_best()
            layer = first_bad_layer(self.network, job.step.loss, x, y)
            raise DivergedError(
                f"training diverged: the {error} is not finite in epoch {position.epoch + 1}, batch "
                f"{position.batch + 1} of {job.batches.count}; first seen in {layer}; learning rate {lr:g}; "
                f"{REMEDIES}"
            ) from None

    def _learning_rate(self, batch: int) -> float:
        """The rate of batch ``batch`` of the epoch in hand: a function of position and counters alone."""
        share = 1.0 / self.job.batches.count
        progress = Progress(self.state.position.epoch + batch * share, self.job.settings.epochs, share)
        return self.job.step.optimizer.lr * float(self.job.schedule(progress))

    def _pause(self, elapsed: float) -> bool:
        """Between two batches: signs of life, checkpoints, signals, the clock. True where the epoch must end here."""
        position, settings = self.state.position, self.job.settings
        if elapsed - self._beat >= HEARTBEAT or elapsed < self._beat:
            self._beat = elapsed
            loss = self.job.evaluator.in_units(position.running_loss)
            self._emit(Progressed(position.epoch + 1, position.batch, self.job.batches.count, loss))
        due = settings.checkpoint_every_steps is not None and position.step % settings.checkpoint_every_steps == 0
        stop = self.interrupts.received or (position.batch < self.job.batches.count and self._out_of_time(elapsed))
        if not due and not stop:
            return False
        position.seconds, before = position.seconds + elapsed, position.seconds
        self._save(now=True)
        if self.interrupts.received:
            raise InterruptedRun(
                f"stopped by signal in epoch {position.epoch + 1}, after batch {position.batch} of "
                f"{self.job.batches.count}; everything is saved",
                self.interrupts.received,
            )
        if not stop:
            position.seconds = before
        return bool(stop)

    def _end_of_epoch(self) -> None:
        position, job, history = self.state.position, self.job, self.state.history
        record: Record = {
            "epoch": position.epoch + 1,
            "step": position.step,
            "lr": self._learning_rate(position.batch - 1),
            "seconds": position.seconds,
            "samples_per_second": position.rows / max(position.seconds, 1e-9),
            "train_loss": job.evaluator.in_units(position.running_loss),
        }
        began = time.perf_counter()
        self._validated(record)
        record["seconds"] += time.perf_counter() - began
        position.next_epoch()
        history.append(record)
        self.saver.folder.append_history(record)
        figure = job.monitor.read(record)
        if isinstance(job.schedule, Observer) and job.schedule.observe(figure):
            self._emit(Warned(f"epoch {position.epoch}: no improvement of {job.monitor.name}, learning rate lowered"))
        if job.settings.early_stopping is not None:
            stopping = job.settings.early_stopping
            self.state.best.out_of_patience(job.stopper.read(record), stopping.patience, stopping.min_delta)
        best = self._judge(record)
        self._save(now=False)
        self._emit(EpochEnded(record, best))

    def _validated(self, record: Record) -> Record:
        """Add the validation figures to a record."""
        if self.job.validation is not None:
            rows = self.job.validation
            for name, value in self.job.evaluator.figures(rows.x, rows.y, self.job.metrics).items():
                record[f"validation_{name}"] = value
        return record

    def _judge(self, record: Record) -> bool:
        """Keep this moment if its figure is the best so far."""
        record.setdefault("train_loss", self.job.evaluator.in_units(self.state.position.running_loss))
        best = self.state.best.improved(self.job.monitor.read(record), record["epoch"])
        if best:
            self.saver.note_best(*self.capture())
        return best

    def _save(self, *, now: bool) -> None:
        path = self.saver.save(self.capture, now=now)
        if path is not None:
            self._emit(CheckpointSaved(path))

    def capture(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """This moment, whole: state and arrays."""
        vector, slots = self.network.vector, self.job.step.bench.slots
        arrays = {"parameters": vector.values, "memory": vector.memory}
        return self.state.plain(), arrays | {f"slot/{name}": slot for name, slot in slots.items()}

    def restore(self, state: dict[str, Any], arrays: dict[str, Array]) -> None:
        """Go back to a captured moment, in place."""
        self.state.restore(state)
        for name, array in self.capture()[1].items():
            array[...] = arrays[name]

    def _emit(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)
