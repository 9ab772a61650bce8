"""Run a prepared job in a run folder, and sum up what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nntrain.api.run import Run
from nntrain.assemble import Prepared
from nntrain.assemble.header import checkpoint_header
from nntrain.assemble.model import fit_arrays
from nntrain.assemble.prepare import as_rows
from nntrain.config.writer import dump_yaml
from nntrain.kernels import have_compiled, must_compile
from nntrain.kernels.threads import blas_threads
from nntrain.network import apart
from nntrain.training.checkpoint import Checkpoint, load_checkpoint
from nntrain.training.evaluation import baseline
from nntrain.training.events import Listener, RunEnded, RunStarted, Warned
from nntrain.training.loop import Trainer
from nntrain.training.rows import Rows
from nntrain.training.run_folder import BEST, RunFolder
from nntrain.training.saver import Saver
from nntrain.training.state import RunState


def train(
    prepared: Prepared, folder: RunFolder, checkpoint: Checkpoint | None = None, listeners: Sequence[Listener] = ()
) -> Run:
    """Train from ``checkpoint``, or from the beginning, to the end; the folder is free again afterwards."""
    job = prepared.job
    try:
        trainer = Trainer(job, RunState(), Saver(folder, checkpoint_header(prepared)), listeners)
        if checkpoint is not None:
            trainer.restore(checkpoint.header["state"], checkpoint.arrays)
        folder.write_config(dump_yaml(prepared.resolved))
        folder.write_history(trainer.state.history)
        folder.link_latest()
        started = RunStarted(
            folder.path,
            job.settings.epochs,
            trainer.state.position.epoch,
            job.batches.count,
            len(job.train.x),
            job.monitor.name,
            [name for name in _columns(job.metrics) if job.validation is not None],
        )
        trainer.audience.tell(started)
        if job.settings.compiled and must_compile(job.step.kernels):
            trainer.audience.tell(
                Warned("kernels are being compiled for this machine, once; nntrain warmup does it ahead")
            )
        with blas_threads(job.settings.threads):
            stopped = trainer.run()
            if job.settings.compiled:
                have_compiled(job.step.kernels)
            summary = _summary(prepared, folder, trainer.state, stopped) | trainer.watch.summary()
        folder.write_summary(summary)
        ended = RunEnded(stopped, summary["best_epoch"], summary["epochs"], summary["seconds"], summary)
        trainer.audience.tell(ended)
        return Run(folder.path, summary)
    finally:
        job.steps.close()
        folder.close()


def _columns(names: list[str]) -> list[str]:
    return [f"validation_{name}" for name in names]


def _summary(prepared: Prepared, folder: RunFolder, state: RunState, stopped: str) -> dict[str, Any]:
    """The content of `summary.json`; the figures are those of the best epoch."""
    dataset = prepared.dataset
    best = load_checkpoint(folder.path / BEST)
    fit_arrays(best, prepared.network, folder.path / BEST)
    splits = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
    rows = {name: as_rows(split) for name, split in splits.items() if split is not None}
    return {
        "run": str(folder.path),
        "best_epoch": int(best.header["state"]["best"]["epoch"]),
        "epochs": len(state.history),
        "stopped": stopped,
        "seconds": state.seconds,
        "parameters": prepared.network.vector.values.size,
        "metrics": {name: _figures(prepared, part) for name, part in rows.items()},
        "baseline": {name: _baseline(prepared, part) for name, part in rows.items()},
        "rows": {name: len(part.x) for name, part in rows.items()},
    }


def _figures(prepared: Prepared, rows: Rows) -> dict[str, float]:
    evaluator = prepared.job.evaluator
    with np.errstate(all="ignore"):
        return evaluator.figures(rows.x, rows.y, evaluator.metrics)


def _baseline(prepared: Prepared, rows: Rows) -> dict[str, float]:
    evaluator, target = prepared.job.evaluator, prepared.dataset.preprocessing.target
    y, weights = apart(rows.y)
    return baseline(evaluator.units.task, target.constant, evaluator.truth(y), evaluator.metrics, weights)
