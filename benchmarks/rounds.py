"""Workers that compute in turns: started once, stopped between their turns, so that only one computes at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NPROC": "1",  # XLA's thread pool
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
}
"""Environment in which a peer computes with one thread."""


class WorkerError(Exception):
    """A worker ended, or could not begin."""


class Worker:
    """A process that computes when it is asked to; in between it is stopped (SIGSTOP), threads that spin included."""

    def __init__(self, label: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.label = label
        self._errors = tempfile.TemporaryFile(mode="w+", encoding="utf-8")  # noqa: SIM115  # lives as long as the process
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            cwd=ROOT,
            env={**os.environ, **(environment or {})},
        )
        self.ready = self._answer()

    def compute(self, seconds: float) -> dict[str, Any]:
        """Let it compute for about so many seconds."""
        self._process.send_signal(signal.SIGCONT)
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"seconds": seconds}) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise self._error() from None
        return self._answer()

    def close(self) -> None:
        """End the process."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise self._error()
        self._process.send_signal(signal.SIGSTOP)
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _error(self) -> WorkerError:
        code = self._process.wait()
        self._errors.seek(0)
        tail = "\n".join(self._errors.read().splitlines()[-15:])
        self.close()
        return WorkerError(f"{self.label} ended with exit code {code}\n{tail}")


def interleaved(workers: Sequence[Worker], rounds: int, seconds: float) -> dict[str, list[dict[str, Any]]]:
    """The answers of each worker in so many rounds; each round begins with another one. Who fails is left out, and named."""
    answers: dict[str, list[dict[str, Any]]] = {worker.label: [] for worker in workers}
    for turn in range(rounds):
        first = turn % max(len(workers), 1)
        for worker in [*workers[first:], *workers[:first]]:
            if worker.label not in answers:
                continue
            try:
                answers[worker.label].append(worker.compute(seconds))
            except WorkerError as error:
                print(error, file=sys.stderr)
                del answers[worker.label]
    return answers
