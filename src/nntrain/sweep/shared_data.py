"""Encoded rows for all workers: whoever needs a table first reads it, the others map what that one wrote.

The test rows are left out. No run of a sweep can see them, though its checkpoints record their number and digest like those
of any run, so that `nntrain eval` and `nntrain fit --resume` work with them.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nntrain.assemble.prepare import Load
from nntrain.data.dataset import Dataset, Recorded, Split, SplitName, load_dataset
from nntrain.data.files import files_of_query, find
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.settings import DataSettings
from nntrain.errors import DataError, Problem, StorageError
from nntrain.training.atomic import write_atomically

MOST_OPEN = 4
"""Tables that a process keeps open."""
HELD: tuple[SplitName, ...] = ("train", "validation")
FACTS = "dataset.json"


@dataclass
class SharedData:
    """Tables in a folder, each under the digest of its settings."""

    folder: Path
    _open: OrderedDict[str, Dataset] = field(default_factory=OrderedDict)

    def loader(self, settings: Mapping[str, Any]) -> Load:
        """What gives `prepare` the rows of these settings, which are those of ``data`` as plain values."""

        def load(data: DataSettings, of_counts: bool) -> Dataset:
            key = _key(settings, of_counts)
            if key not in self._open:
                self._open[key] = self._found(key, data, of_counts)
            self._open.move_to_end(key)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return self._open[key]

        return load

    def clear(self) -> None:
        """Forget all tables, in the folder too; whoever has mapped one keeps it."""
        self._open.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _found(self, key: str, data: DataSettings, of_counts: bool) -> Dataset:
        place = self.folder / key
        with self._alone(key):
            if not (place / FACTS).exists():
                dataset = load_dataset(data, of_counts)
                _write(place, dataset)
        return _read(place)

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """One process reads a table, the others wait; the system lets go where that one is killed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / f"{key}.lock").open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            place = str(error.filename or self.folder)
            raise StorageError(Problem(place, f"cannot keep the encoded rows: {error.strerror or error}")) from None


def _key(settings: Mapping[str, Any], of_counts: bool) -> str:
    """A digest of the settings and of the size and time of every file that they name."""
    files = [file for source in settings.values() if isinstance(source, dict) for file in _files(source)]
    stamps = [[str(file), file.stat().st_size, file.stat().st_mtime_ns] for file in files]
    what = json.dumps([settings, of_counts, stamps], sort_keys=True)
    return hashlib.sha256(what.encode()).hexdigest()[:24]


def _files(source: Mapping[str, Any]) -> list[Path]:
    """The files behind a source, as `Choice.plain` gives it."""
    if "sql" in source:
        return files_of_query(source["sql"]["query"], Path(source["sql"]["base"]))
    if "file" not in source:
        return []
    try:
        return find(source["file"] if isinstance(source["file"], str) else source["file"]["path"])
    except DataError:
        return []  # reading them says what is wrong


def _write(place: Path, dataset: Dataset) -> None:
    """Arrays, and last the facts: a folder with facts is whole."""
    place.mkdir(exist_ok=True)
    facts: dict[str, Any] = {
        "preprocessing": dataset.preprocessing.state(),
        "warnings": dataset.warnings,
        "timings": dataset.timings,
        "recorded": {name: [rows, dataset.digests[name]] for name, rows in dataset.sizes.items()},
        "unknown": {split.name: split.unknown for split in dataset.splits if split.name in HELD},
    }
    for split in dataset.splits:
        if split.name in HELD:
            for part, array in (("x", split.x), ("y", split.y), ("members", split.members), ("weights", split.weights)):
                if array is not None:
                    np.save(place / f"{split.name}-{part}.npy", array)
    write_atomically(place / FACTS, [json.dumps(facts).encode()])


def _read(place: Path) -> Dataset:
    """The rows as they were written, mapped."""
    facts = json.loads((place / FACTS).read_text(encoding="utf-8"))
    splits = {name: _split(place, name, facts["unknown"][name]) for name in HELD if name in facts["unknown"]}
    return Dataset(
        train=splits["train"],
        validation=splits.get("validation"),
        test=None,
        preprocessing=Preprocessing.from_state(facts["preprocessing"]),
        warnings=facts["warnings"],
        timings=facts["timings"],
        recorded={name: Recorded(rows, digest) for name, (rows, digest) in facts["recorded"].items()},
    )


def _split(place: Path, name: SplitName, unknown: dict[str, int]) -> Split:
    parts = {part: place / f"{name}-{part}.npy" for part in ("x", "y", "members", "weights")}
    # "c" maps writable memory of one's own, as compiled code asks for; the file never changes
    arrays = {part: np.asarray(np.load(path, mmap_mode="c")) for part, path in parts.items() if path.exists()}
    return Split(name, arrays["x"], arrays["y"], arrays["members"], unknown, arrays.get("weights"))
