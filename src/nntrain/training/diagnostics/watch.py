"""Watches a run for the loop: looks at the layers where the settings ask for it, and tells verdicts when they come up."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np

from nntrain.streams import stream
from nntrain.training.diagnostics.constant import constant_loss
from nntrain.training.diagnostics.course import Course, verdicts
from nntrain.training.diagnostics.look import FILE, Look, append_look, read_looks, write_looks
from nntrain.training.diagnostics.probe import Probe
from nntrain.training.events import Record
from nntrain.training.job import Job
from nntrain.training.run_folder import RunFolder
from nntrain.training.state import RunState
from nntrain.training.steps import Outcome, Steps, Stretch
from nntrain.types import Array

MOST_ROWS = 256
"""Training rows in the probe: enough for shares of units, few enough to cost next to nothing."""


class LastStepApart:
    """`Steps` that take the last step of an epoch by itself and keep what it added to θ.

    How steps are cut into stretches never changes what comes out.
    """

    def __init__(self, steps: Steps, values: Array, end: int) -> None:
        self.steps, self.values, self.end = steps, values, end
        self.update = np.zeros_like(values)

    def run(self, stretch: Stretch) -> Outcome:
        """The steps before the last, then the last."""
        if stretch.bounds[-1] < self.end:
            return self.steps.run(stretch)
        before, losses = len(stretch.rates) - 1, list[float]()
        if before:
            outcome = self.steps.run(replace(stretch, bounds=stretch.bounds[:-1], rates=stretch.rates[:-1]))
            if outcome.failed is not None:
                return outcome
            losses = outcome.losses
        np.negative(self.values, out=self.update)
        last = replace(stretch, bounds=stretch.bounds[-2:], rates=stretch.rates[-1:], step=stretch.step + before)
        outcome = self.steps.run(last)
        self.update += self.values
        return Outcome([*losses, *outcome.losses], outcome.failed)

    def close(self) -> None:
        """End the threads."""
        self.steps.close()


class Watch:
    """The looks and the verdicts of a run. Without `training.diagnostics` only the curves are judged, at its end."""

    def __init__(self, job: Job, state: RunState, folder: RunFolder) -> None:
        self.job, self.state, self.path = job, state, folder.path / FILE
        self.settings = job.settings.diagnostics
        self.looks: list[Look] = []
        self._told: set[str] = set()
        self._baseline: float | None = None
        if self.settings is not None:
            network, train = job.step.network, job.train
            rows = _sample(len(train.x), job.batches.seed)
            self.probe = Probe(network, job.evaluator.loss, train.x[rows], train.y[rows])
            end = int(job.batches.bounds[-1])
            job.steps = self.last_step = LastStepApart(job.steps, network.vector.values, end)

    def begin(self) -> None:
        """Before the first step of a run, or of what is left of it."""
        if self.settings is None:
            return
        step = self.state.position.step
        self.looks = [look for look in read_looks(self.path) if look.step <= step] if step else []
        write_looks(self.path, self.looks)
        self._told = set(verdicts(self.course))
        if step == 0:
            self._look(0, None)

    def look(self, record: Record) -> None:
        """An epoch is over: the time that the look takes is the epoch's."""
        if self.settings is None or record["epoch"] % self.settings.every:
            return
        began = time.perf_counter()
        self._look(record["epoch"], self.last_step.update)
        record["seconds"] += time.perf_counter() - began

    def news(self) -> list[str]:
        """The verdicts that nobody was told of yet."""
        if self.settings is None:
            return []
        found = {name: text for name, text in self.verdicts().items() if name not in self._told}
        self._told |= set(found)
        return list(found.values())

    def verdicts(self) -> dict[str, str]:
        """What is to be said of the run as it stands."""
        return verdicts(self.course)

    def summary(self) -> dict[str, Any]:
        """What belongs into `summary.json`: the verdicts, and the latest look where there is one."""
        said: dict[str, Any] = {"verdicts": self.verdicts()}
        return said | ({"diagnostics": self.looks[-1].plain()} if self.looks else {})

    @property
    def course(self) -> Course:
        """All that is known of the run."""
        if self._baseline is None:
            evaluator = self.job.evaluator
            self._baseline = evaluator.in_units(constant_loss(evaluator.loss, self.job.train.y))
        return Course(self.state.history, self.looks, self._baseline)

    def _look(self, epoch: int, update: Array | None) -> None:
        step, in_units = self.state.position.step, self.job.evaluator.in_units
        loss, layers = self.probe.measure(step, update)
        expected = in_units(self.probe.expected)
        look = Look(epoch, step, len(self.probe.x), in_units(loss), expected, layers)
        self.looks.append(look)
        append_look(self.path, look)


def _sample(rows: int, seed: int) -> Any:
    """Some of the training rows, the same ones for the whole run."""
    if rows <= MOST_ROWS:
        return slice(None)
    return np.sort(stream(seed, "diagnostics").choice(rows, MOST_ROWS, replace=False))
