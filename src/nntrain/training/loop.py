"""The training loop: epochs of shuffled batches, each epoch validated, the best one kept."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from nntrain.errors import DivergedError, InterruptedRun
from nntrain.kernels.denormals import denormals_flushed
from nntrain.optim import Observer, Progress, steady
from nntrain.training.diagnosis import REMEDIES, first_bad_layer
from nntrain.training.diagnostics import Watch
from nntrain.training.events import Audience, CheckpointSaved, EpochEnded, Listener, Progressed, Record, Warned
from nntrain.training.job import Job
from nntrain.training.saver import Saver
from nntrain.training.signals import Interrupts
from nntrain.training.state import RunState
from nntrain.training.steps import Stretch
from nntrain.types import Array, RowNumbers

HEARTBEAT = 0.1
"""Seconds between signs of life inside an epoch."""
PACE = 0.02
"""Seconds of a stretch of steps, after which the loop looks up: for signals, time limits, its listeners."""


class Trainer:
    """Runs a job from wherever its state is to its end."""

    def __init__(self, job: Job, state: RunState, saver: Saver, listeners: Sequence[Listener]) -> None:
        self.job, self.state, self.saver, self.audience = job, state, saver, Audience(listeners)
        self.network = job.step.network
        self.interrupts = Interrupts()
        self.watch = Watch(job, state, saver.folder)
        state.stopper = job.stopper.name
        if isinstance(job.schedule, Observer):
            state.schedule = job.schedule.counters
        self._next_beat = 0.0
        self._pace = 1

    def run(self) -> str:
        """Train to the end; returns why it ended: ``epochs``, ``early_stopping``, ``max_time``, or what a listener says."""
        with np.errstate(all="ignore"), self.interrupts:  # steps check for non-finite numbers themselves
            self.watch.begin()
            while (reason := self._finished()) is None:
                self._epoch()
            if self.state.best.epoch == 0:  # out of time before the first epoch was over: judge what there is
                self._judge(self._record())
            self._save(now=True)
        return reason

    def _finished(self) -> str | None:
        stopping, counters = self.job.settings.early_stopping, self.state.best.counters
        if self.audience.wish is not None:
            return self.audience.wish
        if self.state.position.epoch >= self.job.settings.epochs:
            return "epochs"
        if stopping is not None and counters["waited"] >= stopping.patience:
            return "early_stopping"
        return "max_time" if self._out_of_time() else None

    def _out_of_time(self) -> bool:
        limit = self.job.settings.max_time
        return limit is not None and self.state.seconds >= limit

    def _epoch(self) -> None:
        """The batches of one epoch that are left, then validation; or up to where the run must stop."""
        position, batches = self.state.position, self.job.batches
        began = time.perf_counter() - position.seconds
        order = batches.order(position.epoch)
        self._next_beat = position.seconds + HEARTBEAT
        while position.batch < batches.count:
            self._stretch(order)
            position.seconds = time.perf_counter() - began
            self._show_life()
            if self.interrupts.received:
                self._leave()
            if position.batch < batches.count and self._out_of_time():
                return
            self._save_if_due()
        self._end_of_epoch()

    def _stretch(self, order: RowNumbers) -> None:
        """Some batches in a row, as many as take about `PACE` seconds; how many never changes what comes out."""
        position, job, began = self.state.position, self.job, time.perf_counter()
        first, count = position.batch, min(self._pace, job.batches.count - position.batch)
        if (every := job.settings.checkpoint_every_steps) is not None:
            count = min(count, every - position.step % every)
        bounds = job.batches.bounds[first : first + count + 1]
        rates = self._rates(first, count)
        with denormals_flushed():
            outcome = job.steps.run(Stretch(order, bounds, rates, position.step + 1))
        position.advance(outcome.losses, np.diff(bounds))
        if outcome.failed is not None:
            failed = len(outcome.losses)
            raise self._failed(outcome.failed, order[bounds[failed] : bounds[failed + 1]], rates[failed])
        seconds = time.perf_counter() - began
        self._pace = max(self._pace // 2, 1) if seconds > PACE else self._pace * 2 if seconds < PACE / 3 else self._pace

    def _failed(self, what: str, rows: RowNumbers, lr: float) -> DivergedError:
        """The error of a batch whose loss or gradient is not finite."""
        position, job = self.state.position, self.job
        layer = first_bad_layer(self.network, job.step.loss, job.train.x[rows], job.train.y[rows])
        batch = f"batch {position.batch + 1} of {job.batches.count}"
        return self._diverged(f"the {what} is not finite", f"{batch}; first seen in {layer}", lr)

    def _diverged(self, what: str, where: str, lr: float) -> DivergedError:
        """The error of a run that came to nothing; what was best before stays."""
        self.saver.flush_best()
        epoch = self.state.position.epoch + 1
        return DivergedError(f"training diverged: {what} in epoch {epoch}, {where}; learning rate {lr:g}; {REMEDIES}")

    def _rates(self, first: int, count: int) -> list[float]:
        """The learning rates of ``count`` batches."""
        if steady(self.job.schedule):
            return [self._learning_rate(first)] * count
        return [self._learning_rate(first + number) for number in range(count)]

    def _learning_rate(self, batch: int) -> float:
        """The rate of batch ``batch`` of the epoch in hand: a function of position and counters alone."""
        share = 1.0 / self.job.batches.count
        progress = Progress(self.state.position.epoch + batch * share, self.job.settings.epochs, share)
        return self.job.step.optimizer.lr * float(self.job.schedule(progress))

    def _show_life(self) -> None:
        """Tell the listeners where the epoch stands, now and then."""
        position = self.state.position
        if position.seconds >= self._next_beat:
            self._next_beat = position.seconds + HEARTBEAT
            loss = self.job.evaluator.in_units(position.running_loss)
            self.audience.tell(Progressed(position.epoch + 1, position.batch, self.job.batches.count, loss))

    def _save_if_due(self) -> None:
        """Save in the middle of an epoch where the settings ask for it."""
        every = self.job.settings.checkpoint_every_steps
        if every is not None and self.state.position.step % every == 0:
            self._save(now=True)

    def _leave(self) -> NoReturn:
        """A signal came: save and end."""
        self._save(now=True)
        epoch, batch = self.state.position.epoch + 1, f"batch {self.state.position.batch} of {self.job.batches.count}"
        message = f"stopped by signal in epoch {epoch}, after {batch}; everything is saved"
        raise InterruptedRun(message, self.interrupts.received)

    def _end_of_epoch(self) -> None:
        position, job = self.state.position, self.job
        record = self._record()
        for name in ("train_loss", "validation_loss"):
            if not math.isfinite(record.get(name, 0.0)):
                raise self._diverged(f"{name} is not finite", "after its last batch", record["lr"])
        self.watch.look(record)
        position.next_epoch()
        self.state.add(record)
        self.saver.folder.append_history(record)
        figure = job.monitor.read(record)
        if isinstance(job.schedule, Observer) and job.schedule.observe(figure):
            self.audience.tell(
                Warned(f"epoch {position.epoch}: no improvement of {job.monitor.name}, learning rate lowered")
            )
        if job.settings.early_stopping is not None:
            stopping = job.settings.early_stopping
            self.state.best.out_of_patience(job.stopper.read(record), stopping.patience, stopping.min_delta)
        best = self._judge(record)
        self._save(now=False)
        self.audience.tell(EpochEnded(record, best))
        for message in self.watch.news():
            self.audience.tell(Warned(f"epoch {position.epoch}: {message}"))

    def _record(self) -> Record:
        """The figures of the epoch in hand, validation among them."""
        position, job = self.state.position, self.job
        record: Record = {
            "epoch": position.epoch + 1,
            "step": position.step,
            "lr": self._learning_rate(position.batch - 1),
            "seconds": position.seconds,
            "samples_per_second": position.rows / max(position.seconds, 1e-9),
            "train_loss": job.evaluator.in_units(position.running_loss),
        }
        if job.validation is not None:
            began = time.perf_counter()
            with job.step.optimizer.kept():
                figures = job.evaluator.figures(job.validation.x, job.validation.y, job.metrics)
            record |= {f"validation_{name}": value for name, value in figures.items()}
            record["seconds"] += time.perf_counter() - began
        return record

    def _judge(self, record: Record) -> bool:
        """Keep this moment if its figure is the best so far."""
        best = self.state.best.improved(self.job.monitor.read(record), record["epoch"])
        if best:
            self.saver.note_best(*self.capture())
        return best

    def _save(self, *, now: bool) -> None:
        path = self.saver.save(self.capture, now=now)
        if path is not None:
            self.audience.tell(CheckpointSaved(path))

    def capture(self) -> tuple[dict[str, Any], dict[str, Array]]:
        """This moment, whole: state and arrays."""
        vector, slots = self.network.vector, self.job.step.bench.slots
        arrays = {"parameters": vector.values, "memory": vector.memory}
        return self.state.plain(), arrays | {f"slot/{name}": slot for name, slot in slots.items()}

    def restore(self, state: dict[str, Any], arrays: Mapping[str, Array]) -> None:
        """Go back to a captured moment, in place."""
        self.state.restore(state)
        if not self.state.history:  # a network that was judged before its first epoch was over is none to beat
            self.state.best.forget()
        if self.state.stopper != self.job.stopper.name:  # another figure: what it was before says nothing
            self.state.best.forget_patience()
            self.state.stopper = self.job.stopper.name
        for name, array in self.capture()[1].items():
            array[...] = arrays[name]
