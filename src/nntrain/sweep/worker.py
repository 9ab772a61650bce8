"""A worker's process: trains one run after the other, as the coordinator says, and is safe to kill at any moment.

``python -m nntrain.sweep.worker``: tasks come on standard input, answers go to standard output, anything printed to standard
error. When the coordinator is gone, the input ends: what is being trained is saved, and the process leaves.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from types import TracebackType
from typing import IO, Any, NoReturn

from nntrain.errors import DivergedError, InterruptedRun, NNTrainError, StorageError
from nntrain.sweep.one_run import BusyError, OneRun
from nntrain.sweep.rows import Outcome
from nntrain.sweep.tasks import Answer, Task


def main() -> None:
    """Work until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the coordinator, which then sends SIGTERM
    signal.signal(signal.SIGTERM, _leave)  # where nothing is being trained; training has its own
    for task in _tasks(sys.stdin):
        answer = partial(_answer, answers, task)
        sys.excepthook = partial(_tell_bug, answer)
        work(task, answer)


def work(task: Task, answer: Callable[..., None]) -> None:
    """Make one run, and tell of it; what nothing here expects is a bug."""
    try:
        answer("settled", outcome=asdict(_outcome(task, answer)))
    except (InterruptedRun, BusyError):
        answer("stopped")
    except BrokenPipeError:
        os._exit(1)  # the coordinator is gone
    except NNTrainError as error:
        answer("fatal", code=error.exit_code, problems=[[problem.place, problem.message] for problem in error.problems])
    except OSError as error:
        problem = [str(error.filename or ""), str(error.strerror or error)]
        answer("fatal", code=StorageError.exit_code, problems=[problem])


def _answer(answers: IO[str], task: Task, kind: str, **content: Any) -> None:
    """A line for the coordinator."""
    answers.write(Answer(task.id, kind, content).line())
    answers.flush()


def _tell_bug(
    answer: Callable[..., None], kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> NoReturn:
    """The process's `sys.excepthook`: the coordinator ends the sweep with this traceback.

    Untold, a bug would look like a killed process, be tried ten times and be booked as a failure of the point. The process
    leaves at once, as its other thread still waits for tasks.
    """
    with contextlib.suppress(OSError):  # the coordinator may be gone
        answer("fatal", code=1, problems=[["", "".join(traceback.format_exception(kind, error, trace))]])
    os._exit(1)


def _outcome(task: Task, answer: Callable[..., None]) -> Outcome:
    """What comes of a run; a failure that is the point's own is an outcome too."""
    run = OneRun(task, answer)
    try:
        return run.train()
    except DivergedError as error:
        return run.failed(error.problems[0].message)
    except MemoryError as error:
        return run.failed(f"not enough memory{f': {error}' if str(error) else ''}")


def _tasks(lines: IO[str]) -> Iterator[Task]:
    """The tasks as they come, read by a thread that also notices the end of the input in the middle of training."""
    waiting: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in lines:
            waiting.put(line)
        waiting.put(None)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=read, daemon=True, name="tasks").start()
    while (line := waiting.get()) is not None:
        yield Task.of(line)


def _leave(number: int, _: object) -> None:
    os._exit(128 + number)


if __name__ == "__main__":
    main()
