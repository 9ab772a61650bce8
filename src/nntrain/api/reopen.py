"""Reopen a run folder to go on with it: what its last checkpoint says, and what may be changed about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntrain.assemble import Prepared, prepare
from nntrain.assemble.header import versions
from nntrain.assemble.model import matching
from nntrain.errors import CheckpointError, ConfigError, DataError, Problem
from nntrain.spec import Spec, load_spec, spec_of
from nntrain.training.checkpoint import Checkpoint, load_checkpoint
from nntrain.training.run_folder import BEST, LAST, RunFolder

CHANGEABLE = (
    "optimizer.",
    "schedule",
    "regularization.",
    "training.epochs",
    "training.early_stopping",
    "training.max_time",
    "training.checkpoint_every_steps",
)
"""Settings that a resumed run may change; the rest would make its past another run's."""


@dataclass(frozen=True)
class Reopened:
    """A run ready to go on: from ``checkpoint``, or from its beginning where it was stopped before its first one."""

    folder: RunFolder
    prepared: Prepared
    checkpoint: Checkpoint | None
    notes: list[str] = field(default_factory=list)


def reopen(run: Path, assignments: Sequence[str] = (), overrides: Mapping[str, object] | None = None) -> Reopened:
    """Lock a run folder and read where it stands."""
    if run.is_symlink():
        run = run.parent / run.readlink()  # runs/latest: the run keeps its own name
    if not run.is_dir():
        raise CheckpointError(Problem(str(run), "no such run folder"))
    if not any((run / name).exists() for name in (LAST, "config.yaml")):
        raise CheckpointError(Problem(str(run), f"neither {LAST} nor config.yaml in this folder; is it a run folder?"))
    folder = RunFolder(run)
    try:
        if (run / LAST).exists():
            return _from_checkpoint(folder, assignments, overrides)
        prepared = prepare(load_spec(run / "config.yaml", assignments, overrides, name=_run_name(run)))
        return Reopened(folder, prepared, None, ["stopped before its first checkpoint: starts from the beginning"])
    except BaseException:
        folder.close()
        raise


def _from_checkpoint(folder: RunFolder, assignments: Sequence[str], overrides: Mapping[str, object] | None) -> Reopened:
    run = folder.path
    checkpoint = load_checkpoint(run / LAST)
    spec = _recorded_spec(checkpoint, run, assignments, overrides)
    changes = _changes(spec, checkpoint.header["config"])
    prepared = prepare(spec)
    _same_past(prepared, checkpoint, run)
    notes = [f"{key}: {old} → {new}" for key, old, new in changes]
    if changes and (run / BEST).exists():
        _adopt_best(checkpoint, load_checkpoint(run / BEST), notes)
    if checkpoint.header["versions"] != versions():
        before, now = checkpoint.header["versions"], versions()
        differing = ", ".join(f"{key} {before.get(key)} → {now[key]}" for key in now if before.get(key) != now[key])
        notes.append(f"the environment changed ({differing}): the bits may differ from an undisturbed run's")
    return Reopened(folder, prepared, checkpoint, notes)


def _run_name(run: Path) -> str:
    return run.name.rpartition("-")[0] or run.name


def _recorded_spec(
    checkpoint: Checkpoint, run: Path, assignments: Sequence[str], overrides: Mapping[str, object] | None
) -> Spec:
    try:
        return spec_of(checkpoint.header["config"], checkpoint.header["name"], assignments, overrides)
    except KeyError as error:
        raise CheckpointError(Problem(str(run / LAST), f"its header has no {error}")) from None


def _changes(spec: Spec, recorded: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """The settings that differ from the recorded ones; raises for those that must not."""
    changes = differences(recorded, spec.plain())
    forbidden = [
        Problem(
            spec.document.place(tuple(key.split("."))),
            f"{key}: {before} → {after}: a resumed run cannot change this; start a new run",
        )
        for key, before, after in changes
        if not key.startswith(CHANGEABLE)
    ]
    if set(recorded["optimizer"]) != set(spec.plain()["optimizer"]):
        forbidden.append(Problem("", "optimizer: a resumed run cannot change its optimizer; start a new run"))
    if forbidden:
        raise ConfigError(forbidden)
    return changes


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """The settings in which two plain configs differ: dotted key, old value, new value (None where there is none)."""
    before, after = dict(_leaves(old)), dict(_leaves(new))
    return [(key, before.get(key), after.get(key)) for key in {**before, **after} if before.get(key) != after.get(key)]


def _same_past(prepared: Prepared, checkpoint: Checkpoint, run: Path) -> None:
    """The data and the arrays of a checkpoint must be those of this run."""
    if checkpoint.header.get("data") != prepared.dataset.fingerprint:
        raise DataError(Problem(str(run), "the data changed since this run began; it cannot go on with other rows"))
    if checkpoint.header.get("layout") != prepared.network.vector.layout():
        raise CheckpointError(Problem(str(run / LAST), "its layers are not those of its config"))
    vector = prepared.network.vector
    expected = {"parameters": vector.values, "memory": vector.memory}
    expected |= {f"slot/{name}": slot for name, slot in prepared.job.step.bench.slots.items()}
    for name, target in expected.items():
        matching(checkpoint, name, target, run / LAST)


def _adopt_best(last: Checkpoint, best: Checkpoint, notes: list[str]) -> None:
    """With other settings the epochs after ``last`` will not come again: a best among them stays the one to beat."""
    found, counters = best.header["state"]["best"], last.header["state"]["best"]
    if found["epoch"] > last.header["state"]["position"]["epoch"]:
        counters.update(value=found["value"], epoch=found["epoch"])
        notes.append(
            f"the best checkpoint, of epoch {found['epoch']}, was made before the change and stays to be beaten"
        )


def _leaves(value: object, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}{key}.")
    else:
        yield prefix.removesuffix("."), value
