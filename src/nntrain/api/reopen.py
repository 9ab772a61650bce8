"""Reopen a run folder to go on with it: what its last checkpoint says, and what may be changed about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nntrain.assemble import Prepared, prepare
from nntrain.assemble.header import versions
from nntrain.assemble.model import check_array
from nntrain.assemble.prepare import Load
from nntrain.data.dataset import load_dataset
from nntrain.errors import CheckpointError, ConfigError, DataError, Problem
from nntrain.optim import Observer, Progress
from nntrain.spec import Spec, load_spec, spec_of
from nntrain.training.checkpoint import Checkpoint, load_checkpoint
from nntrain.training.run_folder import BEST, CONFIG, LAST, RunFolder, can_go_on

CHANGEABLE = (
    "data.train",
    "data.validation",
    "data.test",
    "optimizer.",
    "schedule",
    "regularization.",
    "training.epochs",
    "training.early_stopping",
    "training.max_time",
    "training.checkpoint_every_steps",
    "training.shares",
    "training.threads",
    "training.compiled",
    "training.fuse",
    "training.diagnostics",
)
"""Settings that a resumed run may change; the rest would make its past another run's. Tables may move: their rows are
compared with those of the past."""


@dataclass(frozen=True)
class Reopened:
    """A run ready to go on: from ``checkpoint``, or from its beginning where it was stopped before its first one."""

    folder: RunFolder
    prepared: Prepared
    checkpoint: Checkpoint | None
    notes: list[str] = field(default_factory=list)


def reopen(
    run: Path,
    assignments: Sequence[str] = (),
    overrides: Mapping[str, object] | None = None,
    load: Load = load_dataset,
) -> Reopened:
    """Lock a run folder and read where it stands; ``load`` says where the rows come from."""
    if run.is_symlink():
        run = run.parent / run.readlink()  # runs/latest: the run keeps its own name
    if not run.is_dir():
        raise CheckpointError(Problem(str(run), "no such run folder"))
    if not can_go_on(run):
        raise CheckpointError(Problem(str(run), f"neither {LAST} nor {CONFIG} in this folder; is it a run folder?"))
    folder = RunFolder(run)
    try:
        for name in (LAST, BEST):  # killed between the first of the one and the first of the other
            if (run / name).exists():
                return _from_checkpoint(folder, name, assignments, overrides, load)
        prepared = prepare(load_spec(run / CONFIG, assignments, overrides, name=_run_name(run)), load)
        return Reopened(folder, prepared, None, ["stopped before its first checkpoint: starts from the beginning"])
    except BaseException:
        folder.close()
        raise


def _from_checkpoint(
    folder: RunFolder, name: str, assignments: Sequence[str], overrides: Mapping[str, object] | None, load: Load
) -> Reopened:
    run = folder.path
    checkpoint = load_checkpoint(run / name)
    spec = _recorded_spec(checkpoint, run, assignments, overrides)
    changes = _changes(spec, checkpoint.header["config"])
    prepared = prepare(spec, load)
    if checkpoint.header.get("data") != prepared.dataset.digests:
        raise DataError(Problem(str(run), "the data changed since this run began; it cannot go on with other rows"))
    _same_arrays(prepared, checkpoint, run / name)
    notes = [f"{key}: {old} → {new}" for key, old, new in changes]
    notes += _about_epochs(prepared, checkpoint, changes)
    if name == BEST:
        notes.append(f"{LAST} is missing: goes on from the best checkpoint, of epoch {_epoch(checkpoint)}")
    if (run / BEST).exists() or checkpoint.header["state"]["best"]["epoch"]:
        best = load_checkpoint(run / BEST)
        _same_arrays(prepared, best, run / BEST)
        if (epoch := _adopt_best(checkpoint, best)) and changes:
            notes.append(f"the best checkpoint, of epoch {epoch}, was made before the change and stays to be beaten")
    if checkpoint.header["versions"] != versions():
        before, now = checkpoint.header["versions"], versions()
        differing = ", ".join(f"{key} {before.get(key)} → {now[key]}" for key in now if before.get(key) != now[key])
        notes.append(f"the environment changed ({differing}): the bits may differ from an undisturbed run's")
    return Reopened(folder, prepared, checkpoint, notes)


def _epoch(checkpoint: Checkpoint) -> int:
    """Whole epochs done."""
    return int(checkpoint.header["state"]["position"]["epoch"])


def _about_epochs(prepared: Prepared, checkpoint: Checkpoint, changes: list[tuple[str, Any, Any]]) -> list[str]:
    """What another number of epochs does to the learning rate; it cannot be less than has been done."""
    if not any(key == "training.epochs" for key, _, _ in changes):
        return []
    position, settings = checkpoint.header["state"]["position"], prepared.job.settings
    begun = position["epoch"] + (position["batch"] > 0)
    if settings.epochs < begun:
        given = f"{settings.epochs}; the run has begun {begun} already: expected at least that"
        raise prepared.spec.error(("training", "epochs"), given)
    if isinstance(prepared.job.schedule, Observer):
        prepared.job.schedule.counters.update(checkpoint.header["state"]["schedule"])
    share = 1.0 / prepared.job.batches.count
    progress = Progress(position["epoch"] + position["batch"] * share, settings.epochs, share)
    rate = prepared.job.step.optimizer.lr * float(prepared.job.schedule(progress))
    return [f"the schedule spans {settings.epochs} epochs now; the learning rate goes on at {rate:.3g}"]


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
    """The settings that differ from the recorded ones; raises for those that must not.

    A setting that did not exist yet when the run was recorded had what is its default now.
    """
    recorded = spec_of(recorded, spec.name).plain()
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


def _same_arrays(prepared: Prepared, checkpoint: Checkpoint, path: Path) -> None:
    """The arrays of a checkpoint must be those of this run."""
    vector = prepared.network.vector
    if checkpoint.header.get("layout") != vector.layout():
        raise CheckpointError(Problem(str(path), "its layers are not those of its config"))
    expected = {"parameters": vector.values, "memory": vector.memory}
    expected |= {f"slot/{name}": slot for name, slot in prepared.job.step.bench.slots.items()}
    for name, target in expected.items():
        check_array(checkpoint, name, target, path)


def _adopt_best(last: Checkpoint, best: Checkpoint) -> int:
    """A best epoch after ``last`` stays the one to beat; returns it, or 0.

    Nothing but a better epoch replaces it, so it stays too where its epoch comes again with the same figure, and where,
    with other settings or on another machine, it never comes again.
    """
    found, counters = best.header["state"]["best"], last.header["state"]["best"]
    if found["epoch"] <= last.header["state"]["position"]["epoch"]:
        return 0
    counters.update(value=found["value"], epoch=found["epoch"])
    return int(found["epoch"])


def _leaves(value: object, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key, item in value.items():
            yield from _leaves(item, f"{prefix}{key}.")
    else:
        yield prefix.removesuffix("."), value
