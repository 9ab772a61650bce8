"""The workers of one machine together: who is free, what they say, and how they leave."""

from __future__ import annotations

import selectors
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nntrain.sweep.processes import WorkerProcess
from nntrain.sweep.tasks import Answer

GOODBYE = 30.0
"""Seconds that workers have to save and leave."""


@dataclass
class Team:
    """At most ``most`` workers of so many ``threads``, started as there is something for them to do."""

    most: int
    threads: int
    log: Path
    workers: list[WorkerProcess] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._selector = selectors.DefaultSelector()

    @property
    def busy(self) -> dict[int, WorkerProcess]:
        """Those that have a run, by the run's id."""
        return {worker.row.id: worker for worker in self.workers if worker.row is not None}

    def free(self) -> WorkerProcess | None:
        """One without a run, a new one if need be; None where all are busy."""
        idle = next((worker for worker in self.workers if worker.row is None), None)
        if idle is not None or len(self.workers) >= self.most:
            return idle
        worker = WorkerProcess(self.threads, self.log)
        self.workers.append(worker)
        self._selector.register(worker, selectors.EVENT_READ)
        return worker

    def hear(self, seconds: float) -> Iterator[tuple[WorkerProcess, Answer | str]]:
        """What workers say within so many seconds; of one that died, and is no member any more, how."""
        for key, _ in self._selector.select(seconds):
            worker = key.fileobj
            assert isinstance(worker, WorkerProcess)
            answers = worker.answers()
            if answers is None:
                self._selector.unregister(worker)
                self.workers.remove(worker)
                yield worker, worker.wait()
            for answer in answers or ():
                yield worker, answer

    def dismiss(self) -> Iterator[tuple[WorkerProcess, Answer]]:
        """Let every worker save what it has and leave; what they still say."""
        for worker in self.workers:
            worker.stop()
        until = time.monotonic() + GOODBYE
        for worker in self.workers:
            while (answers := worker.answers()) is not None and time.monotonic() < until:
                for answer in answers:
                    yield worker, answer
                time.sleep(0.01)
            worker.kill()
            worker.wait()
        self._selector.close()
