"""A sweep from its file to its last run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.assemble import prepare
from nntrain.config.writer import dump_yaml
from nntrain.errors import ConfigError, Problem
from nntrain.kernels.threads import usable_cores
from nntrain.spec import spec_from
from nntrain.sweep.coordinator import Coordinator
from nntrain.sweep.definition import Sweep
from nntrain.sweep.events import Noted, SweepListener, SweepStarted
from nntrain.sweep.folder import SweepFolder
from nntrain.sweep.identity import Identities
from nntrain.sweep.loading import load_sweep
from nntrain.sweep.planner import Planner
from nntrain.sweep.store import Store
from nntrain.sweep.team import Team
from nntrain.training.atomic import write_atomically
from nntrain.training.monitor import monitor_problem


@dataclass(frozen=True)
class Options:
    """How a sweep is run; nothing here changes a result.

    ``workers``  processes; by default as many as the cores allow
    ``storage``  the URL of a PostgreSQL database that several machines share, instead of a file in the folder
    """

    workers: int | None = None
    storage: str | None = None
    fail_fast: bool = False


@dataclass
class Opened:
    """A sweep ready to run: its folder, its study, and what is planned."""

    sweep: Sweep
    folder: SweepFolder
    store: Store
    planner: Planner

    def close(self) -> None:
        """Let others use it."""
        self.store.close()
        self.folder.close()


def open_sweep(
    path: Path, out: Path | None = None, storage: str | None = None, assignments: Sequence[str] = ()
) -> Opened:
    """Read and check a sweep, its data and its networks; open its folder and study, or make them."""
    sweep = load_sweep(path, assignments)
    with ExitStack() as undo:
        folder = SweepFolder.of(out, sweep.name, shared=storage is not None)
        undo.callback(folder.close)
        identities = Identities(sweep, folder.data)
        if storage is None:
            identities.shared.clear()  # tables are read anew in each sitting
        check_points(identities)
        planner = Planner(identities)
        store = Store.open(storage or str(folder.study), study_name(sweep))
        undo.callback(store.close)
        if storage is None:
            store.release_all()  # whoever ran them is gone: the folder is ours
        planner.see(store.rows())
        write_atomically(folder.path / "sweep.yaml", [dump_yaml(plain_sweep(sweep)).encode()])
        undo.pop_all()
    return Opened(sweep, folder, store, planner)


def plain_sweep(sweep: Sweep) -> dict[str, Any]:
    """The whole file with every default filled in, its base within."""
    settings: Any = sweep.choice.plain()
    return {**settings, "base": spec_from(sweep.base, sweep.name).plain()}


def run_sweep(opened: Opened, options: Options, listeners: Sequence[SweepListener] = ()) -> None:
    """Run what is left of a sweep. Raises InterruptedRun, FailedSweepError, and whatever ends a run for good."""
    planner, sweep = opened.planner, opened.sweep
    count = worker_count(sweep, options.workers)
    if planner.ordered and count > sweep.settings.parallel:
        message = (
            f"{count} workers, but only {sweep.settings.parallel} runs can be under way at once (parallel in the file)"
        )
        _tell(listeners, Noted(message))
    settled = [row for row in planner.points.rows if row.settled and planner.belongs(row)]
    coordinator = Coordinator(
        planner,
        opened.store,
        opened.folder,
        Team(count, threads_of(sweep), opened.folder.log),
        alone=options.storage is None,
        listeners=listeners,
        fail_fast=options.fail_fast,
        told={row.id for row in settled},
    )
    _tell(
        listeners,
        SweepStarted(
            opened.folder.path,
            sweep.monitor,
            planner.points.sign < 0,
            planner.expected(),
            settled,
            count,
            sweep.spec({}).config.training.epochs,
        ),
    )
    coordinator.run()
    if options.storage is None:
        planner.identities.shared.clear()
    if planner.exhausted:
        points = len(planner.points.by_number)
        _tell(
            listeners,
            Noted(f"the space is exhausted: all that was proposed after {points} points had been there before"),
        )


def threads_of(sweep: Sweep) -> int:
    """Threads of one run."""
    training = sweep.spec({}).config.training
    return max(training.threads or 1, training.shares or 1)


def worker_count(sweep: Sweep, wanted: int | None) -> int:
    """How many processes: as many as were asked for, or as fit the cores."""
    return wanted or max(1, usable_cores() // threads_of(sweep))


def study_name(sweep: Sweep) -> str:
    """Of the study in its database: sweeps with other bases, or whose points know of each other otherwise, never meet in one.

    A grid is the same study after values were added to its keys, as its points are found again by what they are.
    """
    settings: Any = sweep.choice.plain()
    base: Any = sweep.spec({}).plain()
    base["data"] = {key: value for key, value in base["data"].items() if key not in ("train", "validation", "test")}
    what = {"base": base, "search": settings["search"], "space": sorted(settings["space"]), "objective": sweep.monitor}
    if not sweep.settings.search.complete or sweep.settings.pruning.prunes:
        kept = ("space", "seed", "repeats", "folds", "pruning", "parallel")
        what |= {key: settings[key] for key in kept}
    digest = hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()
    return f"{sweep.name}-{digest[:10]}"


def check_points(identities: Identities) -> None:
    """What only the data can tell: whether the objective exists, and whether every value makes a network that can train."""
    sweep = identities.sweep
    corners = list(sweep.space.corners())
    spec = sweep.spec(corners[0])
    dataset = identities.dataset(spec)
    problem = monitor_problem(sweep.monitor, dataset.preprocessing.task, validated=True)
    if problem is None and sweep.monitor.startswith("train_"):
        problem = "points are compared by rows that they are not trained on; expected a validation figure"
    if problem is None and dataset.validation is None:
        problem = f"'{sweep.monitor}' needs validation rows, and there are none; set data.split.validation of the base, or folds"
    if problem:
        raise ConfigError(Problem(sweep.document.place(("objective",)), f"objective: {problem}"))
    problems: list[Problem] = []
    for corner in corners:
        spec = sweep.spec(corner)
        try:
            prepare(spec, identities.load(spec)).job.steps.close()
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def _tell(listeners: Sequence[SweepListener], event: Any) -> None:
    for listener in listeners:
        listener(event)
