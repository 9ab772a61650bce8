"""Fit: from a config to a finished run, from the beginning or from where an earlier sitting stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path

from nntrain.api.reopen import reopen
from nntrain.api.run import Run
from nntrain.api.train import train
from nntrain.assemble import prepare
from nntrain.spec import load_spec
from nntrain.training.events import Listener
from nntrain.training.run_folder import RunFolder


def fit(
    config: str | PathLike[str],
    overrides: Mapping[str, object] | None = None,
    *,
    out: str | PathLike[str] | None = None,
    listeners: Sequence[Listener] = (),
) -> Run:
    """Train what a config file describes.

    ``overrides`` maps dotted keys to values (``{"training.epochs": 5}``); ``out`` is the run folder, by default
    ``runs/<config name>-<NNN>``; ``listeners`` are called with every event of the run. Raises the exceptions of
    `nntrain.errors`.
    """
    prepared = prepare(load_spec(Path(config), overrides=overrides))
    folder = RunFolder.create(Path(out) if out is not None else None, prepared.spec.name)
    return train(prepared, folder, listeners=listeners)


def resume(
    run: str | PathLike[str], overrides: Mapping[str, object] | None = None, *, listeners: Sequence[Listener] = ()
) -> Run:
    """Go on with a run from its last checkpoint; ``overrides`` may change how it goes on (``training.epochs``)."""
    reopened = reopen(Path(run), overrides=overrides)
    return train(reopened.prepared, reopened.folder, reopened.checkpoint, listeners)
