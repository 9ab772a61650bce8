"""What can go wrong, as a tree: each branch of it is one exit code of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One mistake of the user's: where it is, and what is wrong there.

    ``place`` is ``file:line:column``, ``--set KEY=VALUE``, a file, or empty.
    """

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: error: {self.message}" if self.place else f"error: {self.message}"


class NNTrainError(Exception):
    """Everything that nntrain raises on purpose; ``str()`` is one line for each problem."""

    exit_code = 1

    def __init__(self, problems: str | Problem | Iterable[Problem]) -> None:
        if isinstance(problems, str):
            problems = [Problem("", problems)]
        elif isinstance(problems, Problem):
            problems = [problems]
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ConfigError(NNTrainError):
    """The command line or a config file asks for something that does not exist or cannot be."""

    exit_code = 2


class DataError(NNTrainError):
    """A table cannot be read as what the config says it is."""

    exit_code = 3


class CheckpointError(NNTrainError):
    """A checkpoint is damaged, or was made by something else."""

    exit_code = 4


class DivergedError(NNTrainError):
    """The loss or a gradient became infinite or not a number."""

    exit_code = 5


class StorageError(NNTrainError):
    """A file or folder cannot be written: disk full, no permission, in use by another process."""

    exit_code = 6


class ClaimError(NNTrainError):
    """A claim of the lecture came out otherwise than its file expects."""

    exit_code = 7


class FailedSweepError(NNTrainError):
    """More runs of a sweep failed than it allows."""

    exit_code = 7


class InterruptedRun(NNTrainError):
    """Training was stopped by a signal, after it saved a checkpoint."""

    def __init__(self, message: str, signal_number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number
