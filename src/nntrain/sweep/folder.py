"""The folder of a sweep: its file, its study, a run folder for each run. One process of a machine at a time writes to it."""

from __future__ import annotations

import contextlib
import fcntl
from pathlib import Path

from nntrain.errors import Problem, StorageError
from nntrain.training.run_folder import RUNS


class SweepFolder:
    """``shared``: the study is a database that has its own locks, and other commands may use the same folder."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        try:
            self.trials.mkdir(parents=True, exist_ok=True)
            self._lock = (path / ".lock").open("a")
            if not shared:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise StorageError(Problem(str(path), "another process runs this sweep")) from None
        except OSError as error:
            place = str(error.filename or path)
            raise StorageError(
                Problem(place, f"cannot be used as the folder of a sweep: {error.strerror or error}")
            ) from None

    @classmethod
    def of(cls, wanted: Path | None, name: str, *, shared: bool = False) -> SweepFolder:
        """The folder that was asked for, or ``runs/<name>``: the same for the same file, so that the same command goes on."""
        return cls(cls.path_of(wanted, name), shared=shared)

    @staticmethod
    def path_of(wanted: Path | None, name: str) -> Path:
        """Where that is."""
        return RUNS / name if wanted is None else wanted

    @property
    def trials(self) -> Path:
        """Where the run folders are."""
        return self.path / "trials"

    @property
    def data(self) -> Path:
        """The encoded tables, for all workers."""
        return self.path / "data"

    @property
    def study(self) -> Path:
        """The SQLite study."""
        return self.path / "study.db"

    @property
    def log(self) -> Path:
        """What workers print."""
        return self.path / "workers.log"

    def close(self) -> None:
        """Let other processes use the folder."""
        with contextlib.suppress(OSError):
            self._lock.close()
