"""Worker processes as the coordinator sees them."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from nntrain.sweep.rows import Row
from nntrain.sweep.tasks import Answer, Task

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""Read by libraries of matrix products as they are loaded."""


class WorkerProcess:
    """One worker; it trains ``row``, or waits where that is None."""

    def __init__(self, threads: int, log: Path) -> None:
        environment = {**os.environ, **dict.fromkeys(THREADS, str(threads))}
        with log.open("ab") as errors:
            self._process = _start(environment, errors)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._tasks, self._answers = self._process.stdin, self._process.stdout
        os.set_blocking(self._answers.fileno(), False)
        self.row: Row | None = None
        self._rest = b""

    def fileno(self) -> int:
        """Of its answers, to wait for."""
        return self._answers.fileno()

    def give(self, row: Row, task: Task) -> None:
        """Hand it a run. If it has just died, `answers` will tell."""
        self.row = row
        with contextlib.suppress(BrokenPipeError):
            self._tasks.write(task.line().encode())
            self._tasks.flush()

    def answers(self) -> list[Answer] | None:
        """What it has said since the last time; None where it is dead and has said all."""
        content = b""
        while True:
            try:
                piece = os.read(self._answers.fileno(), 1 << 16)
            except BlockingIOError:
                break
            if not piece:
                if not content:
                    return None
                break
            content += piece
        *lines, self._rest = (self._rest + content).split(b"\n")
        return [Answer.of(line.decode()) for line in lines]

    def stop(self) -> None:
        """Let it save and leave: that is what it does where its tasks end."""
        with contextlib.suppress(OSError):
            self._tasks.close()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def wait(self, seconds: float | None = None) -> str:
        """How it ended."""
        code = self._process.wait(seconds)
        for pipe in (self._tasks, self._answers):
            with contextlib.suppress(OSError):
                pipe.close()
        return f"was killed by signal {-code} ({signal.Signals(-code).name})" if code < 0 else f"ended with code {code}"


def _start(environment: Mapping[str, str], errors: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "nntrain.sweep.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        env=dict(environment),
        start_new_session=True,  # Ctrl-C is the coordinator's
    )
