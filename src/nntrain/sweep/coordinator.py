"""The coordinator: hands runs to workers, writes down what comes of them, and goes on whatever dies.

It alone talks to the study. A run is claimed before it is handed out, its claim is renewed while its worker lives, and what came
of it is written in one transaction: a process that is killed at any moment leaves a run that waits, or one that is settled.
"""

from __future__ import annotations

import os
import secrets
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nntrain.errors import FailedSweepError, InterruptedRun
from nntrain.sweep.events import Noted, RunBegan, RunLost, RunProgressed, RunSettled, SweepEvent, SweepListener
from nntrain.sweep.fatal import raise_fatal
from nntrain.sweep.folder import SweepFolder
from nntrain.sweep.planner import Planner
from nntrain.sweep.processes import WorkerProcess
from nntrain.sweep.rows import Outcome, Row
from nntrain.sweep.stop_signals import StopSignals
from nntrain.sweep.store import Store
from nntrain.sweep.tasks import Answer, Task
from nntrain.sweep.team import Team

MOST_ATTEMPTS = 10
"""How often a run is begun whose worker dies each time, before it counts as failed."""
LOOK = 0.5
"""Seconds between looks at the study, for what other machines did."""


@dataclass
class Coordinator:
    """Runs a sweep to its end.

    ``alone``  whether no other machine can write to the study
    ``told``   rows that listeners know as settled
    """

    planner: Planner
    store: Store
    folder: SweepFolder
    team: Team
    alone: bool
    listeners: Sequence[SweepListener] = ()
    fail_fast: bool = False
    told: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.sweep = self.planner.sweep
        self.settings = self.sweep.settings
        self.owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._next_look = self._next_renewal = 0.0

    def run(self) -> None:
        """Until every run is settled. Raises what ends a sweep before that."""
        with StopSignals() as signals:
            try:
                while True:
                    self._look()
                    self._hand_out()
                    if not self.team.busy and self._all_settled():
                        return
                    self._listen()
                    self._renew()
                    if signals.received:
                        raise InterruptedRun("stopped by signal; everything is saved", signals.received)
                    self._count_failures()
            finally:
                self._dismiss()

    def _all_settled(self) -> bool:
        """Whether nothing is left, for any machine."""
        return all(row.settled for row in self.planner.points.rows if self.planner.belongs(row))

    def _look(self) -> None:
        """See what other machines did, and plan what can be planned."""
        now = time.monotonic()
        if self.alone and self._next_look:
            self._plan()
        elif now >= self._next_look:
            self._next_look = now + LOOK
            with self.store.exclusive():
                self._see(self.store.changed())
                self._plan()

    def _plan(self) -> None:
        """Add runs until no more can be planned now."""
        while plans := self.planner.extend():
            self.store.add(plans)
            self._see(self.store.changed())

    def _see(self, rows: Sequence[Row]) -> None:
        """Take note of rows, and tell of those that others settled."""
        self.planner.see(rows)
        for row in rows:
            if row.settled and row.id not in self.told and self.planner.belongs(row):
                self.told.add(row.id)
                self._emit(RunSettled(row))

    def _hand_out(self) -> None:
        """A run for every worker that has none."""
        while len(self.team.busy) < self.team.most:
            row = self.store.claim(self.owner, self.settings.lease, self.planner.candidates(self.team.busy))
            if row is None:
                return
            self.planner.see([row])
            if row.attempts > MOST_ATTEMPTS:
                self._settle(row, Outcome("failed", reason=f"its process died {MOST_ATTEMPTS} times (see workers.log)"))
            elif (worker := self.team.free()) is not None:
                worker.give(row, self._task(row))

    def _task(self, row: Row) -> Task:
        spec = self.planner.identities.spec_of_run(row.plan)
        first = row.plan.repeat == row.plan.fold == 0
        prunes = self.settings.pruning.prunes and first
        return Task(
            id=row.id,
            number=row.plan.number,
            name=self.sweep.name,
            config=spec.plain(),
            folder=str(self.folder.trials / row.name),
            data=str(self.folder.data),
            monitor=self.sweep.monitor,
            sign=self.planner.points.sign,
            pruning=self.sweep.pruning_plain if prunes else None,
            past=self.planner.task_past(row) if prunes else [],
        )

    def _listen(self) -> None:
        """Wait for what workers say."""
        for worker, said in self.team.hear(min(LOOK, self.settings.lease / 4)):
            if isinstance(said, Answer):
                self._hear(worker, said)
            elif worker.row is not None:  # it died: its run waits again
                self.store.release(worker.row.id, self.owner)
                self._emit(RunLost(worker.row, said))

    def _hear(self, worker: WorkerProcess, answer: Answer) -> None:
        row = worker.row
        if row is None or answer.id != row.id:
            return
        content = answer.content
        if answer.kind == "began":
            self._emit(
                RunBegan(
                    row, resumed=content["epochs_done"] > 0 or row.attempts > 1, epochs_done=content["epochs_done"]
                )
            )
        elif answer.kind == "epoch":
            self._emit(RunProgressed(row, content["epoch"], content["value"]))
        elif answer.kind == "settled":
            worker.row = None
            self._settle(row, answer.outcome)
        elif answer.kind == "stopped":
            worker.row = None
            self.store.release(row.id, self.owner)
        else:
            worker.row = None
            self.store.release(row.id, self.owner)
            raise_fatal(int(content["code"]), content["problems"], f"trial {row.name}")

    def _settle(self, row: Row, outcome: Outcome) -> None:
        """Write down what came of a run; another machine may have taken it over meanwhile."""
        if self.store.settle(row.id, self.owner, outcome):
            self._see([replace(row, state=outcome.state, owner="", outcome=outcome)])
        else:
            self._emit(Noted(f"trial {row.name} was taken over by another machine, as this one was not heard of"))

    def _renew(self) -> None:
        """Keep the claims, a few times a lease; a run that another machine took over is given up."""
        now = time.monotonic()
        if self.alone or now < self._next_renewal:
            return
        self._next_renewal = now + self.settings.lease / 4
        ours = self.store.renew(self.owner, self.settings.lease)
        for worker in self.team.busy.values():
            if worker.row is not None and worker.row.id not in ours:
                self._emit(
                    Noted(f"trial {worker.row.name} was taken over by another machine, as this one was not heard of")
                )
                worker.row = None
                worker.kill()

    def _count_failures(self) -> None:
        failed = self.planner.failed.values()
        most = 0 if self.fail_fast else self.settings.max_failures
        if len(failed) <= most:
            return
        first = min(failed, key=lambda row: row.id)
        reason = first.outcome.reason if first.outcome else ""
        limit = "--fail-fast" if self.fail_fast else f"max_failures: {most}"
        runs = "1 run" if len(failed) == 1 else f"{len(failed)} runs"
        raise FailedSweepError(f"{runs} failed ({limit}); trial {first.name}: {reason}")

    def _dismiss(self) -> None:
        """Send the workers home. A run that came to its end just then counts; the others wait to be gone on with."""
        for worker, answer in self.team.dismiss():
            if worker.row is not None and answer.id == worker.row.id and answer.kind == "settled":
                self._settle(worker.row, answer.outcome)
                worker.row = None
        for run in self.team.busy:
            self.store.release(run, self.owner)

    def _emit(self, event: SweepEvent) -> None:
        for listener in self.listeners:
            listener(event)
