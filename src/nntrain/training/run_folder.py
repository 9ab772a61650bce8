"""A run folder: where a run keeps its config, history, checkpoints and summary. Never overwritten, never shared."""

from __future__ import annotations

import contextlib
import fcntl
import json
import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from nntrain.errors import CheckpointError, ConfigError, Problem, StorageError
from nntrain.training.atomic import write_atomically
from nntrain.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from nntrain.training.events import Record

BEST, LAST, CONFIG = "best.safetensors", "last.safetensors", "config.yaml"
RUNS = Path("runs")
"""Where run folders are made, unless one is named."""


class RunFolder:
    """An existing folder that this process alone writes to, until `close` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._lock = (path / ".lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            raise StorageError(Problem(str(path), "another process is training in this run folder")) from None
        except OSError as error:
            raise StorageError(
                Problem(str(path), f"cannot be used as a run folder: {error.strerror or error}")
            ) from None
        for leftover in path.glob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    @classmethod
    def create(cls, wanted: Path | None, config_name: str) -> RunFolder:
        """A new folder: ``wanted``, or ``runs/<config name>-<NNN>``; where it is taken, the next number."""
        first = RUNS / config_name if wanted is None else wanted
        if not first.name:
            first = first.absolute()  # `.` has no name of its own
        try:
            first.parent.mkdir(parents=True, exist_ok=True)
            if wanted is not None and (claimed := cls._claim(first)):
                return claimed
            if wanted is not None and not wanted.name:
                raise ConfigError(f"the run folder is to be {first}, which is not empty; give it a name of its own")
            number = max(_numbers(first.parent, first.name), default=0 if wanted is None else 1) + 1
            while not (claimed := cls._claim(first.with_name(f"{first.name}-{number:03d}"))):
                number += 1
        except OSError as error:
            place = str(error.filename or first)
            raise StorageError(Problem(place, f"no run folder can be made: {error.strerror or error}")) from None
        return claimed

    @classmethod
    def _claim(cls, path: Path) -> RunFolder | None:
        """The folder if it is new or as good as empty; else None."""
        with contextlib.suppress(FileExistsError):
            path.mkdir()
        if not path.is_dir() or _holds_files(path):
            return None
        try:
            folder = cls(path)
        except StorageError:
            return None  # another process was quicker
        if _holds_files(path):  # it even came to its end between the look and the lock
            folder.close()
            return None
        return folder

    def link_latest(self) -> None:
        """Point ``runs/latest`` at the folder, if it is one of ``runs/``; a file of that name is left alone."""
        link = self.path.parent / "latest"
        if link.parent.absolute() != RUNS.absolute() or (link.exists() and not link.is_symlink()):
            return
        temporary = link.with_name(f".latest.{os.getpid()}")
        with contextlib.suppress(OSError):  # a convenience: file systems without links do without
            temporary.unlink(missing_ok=True)  # of a killed process with our number
            temporary.symlink_to(self.path.name)
            temporary.replace(link)

    def save(self, name: str, checkpoint: Checkpoint) -> Path:
        """Save a checkpoint as ``name``."""
        save_checkpoint(self.path / name, checkpoint)
        return self.path / name

    def write_config(self, text: str) -> None:
        """``config.yaml``, fully resolved."""
        write_atomically(self.path / CONFIG, [text.encode()])

    def write_summary(self, summary: Mapping[str, Any]) -> None:
        """``summary.json``."""
        write_atomically(self.path / "summary.json", [(to_json(summary, indent=2) + "\n").encode()])

    def write_history(self, records: Iterable[Record]) -> None:
        """``history.jsonl`` anew, as it was at the checkpoint that a run resumes from."""
        content = "".join(to_json(r) + "\n" for r in records).encode()
        write_atomically(self.path / "history.jsonl", [content])

    def append_history(self, record: Record) -> None:
        """One more line of ``history.jsonl``."""
        try:
            with (self.path / "history.jsonl").open("a") as file:
                file.write(to_json(record) + "\n")
        except OSError as error:
            raise StorageError(Problem(str(self.path / "history.jsonl"), f"{error.strerror or error}")) from None

    def close(self) -> None:
        """Let other processes use the folder."""
        self._lock.close()


def _holds_files(path: Path) -> bool:
    """Whether a folder holds more than what a run leaves that was killed as it began."""
    return any(not entry.name.startswith(".") for entry in path.iterdir())


def _numbers(parent: Path, stem: str) -> list[int]:
    if not parent.is_dir():
        return []
    pattern = re.compile(re.escape(stem) + r"-(\d+)")
    return [int(match[1]) for entry in parent.iterdir() if (match := pattern.fullmatch(entry.name))]


def can_go_on(path: Path) -> bool:
    """Whether a folder holds a run: one with a checkpoint, or stopped before its first one."""
    return any((path / name).exists() for name in (LAST, CONFIG))


def latest_run(config_name: str, parent: Path = RUNS) -> Path | None:
    """The newest run folder of a config; None if there is none yet."""
    numbers = sorted(_numbers(parent, config_name), reverse=True)
    folders = (parent / f"{config_name}-{number:03d}" for number in numbers)
    return next((folder for folder in folders if can_go_on(folder)), None)


def find_checkpoint(path: Path, name: str = BEST) -> Path:
    """The checkpoint file that a user means by a file or a run folder."""
    if not path.exists():
        raise CheckpointError(Problem(str(path), "no such checkpoint or run folder"))
    if path.is_file():
        return path
    if not (path / name).exists():
        raise CheckpointError(Problem(str(path), f"no {name} in this folder; is it a run folder?"))
    return path / name


def read_history(path: Path) -> list[Record]:
    """The history inside a run's last checkpoint."""
    return list(load_checkpoint(find_checkpoint(path, LAST)).header["state"]["history"])


def to_json(value: Any, indent: int | None = None) -> str:
    """JSON with null for numbers that are not finite."""
    return json.dumps(_finite(value), indent=indent, ensure_ascii=False, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
