"""A spec and its tables → everything that a run needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from nntrain.assemble.figures import figure_names
from nntrain.assemble.network import blocked_gradients
from nntrain.assemble.parts import aims, build_parts, units, wants_counts
from nntrain.assemble.resolved import Reasons, resolve
from nntrain.assemble.steps import build_steps
from nntrain.assemble.strategy import choose_strategy
from nntrain.data.dataset import Dataset, Split, load_dataset
from nntrain.data.settings import DataSettings
from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Network
from nntrain.spec import Spec
from nntrain.training.batches import Batches
from nntrain.training.evaluation import Evaluator
from nntrain.training.job import Job
from nntrain.training.monitor import Monitor
from nntrain.training.rows import Rows
from nntrain.training.settings import derived_batch_size

Load: TypeAlias = Callable[[DataSettings, bool], Dataset]
"""Settings, and whether the target is a count → the rows: `load_dataset`, or something that keeps what that gave."""


@dataclass(frozen=True)
class Prepared:
    """A run that could start: the spec with every derived value filled in (`resolved`), data, network and job."""

    spec: Spec
    resolved: dict[str, Any]
    derived: Reasons
    dataset: Dataset
    network: Network
    job: Job


def prepare(spec: Spec, load: Load = load_dataset) -> Prepared:
    """Read the tables, build the network and all around it; nothing is trained yet. ``load`` says where the rows come from."""
    config = spec.config
    dataset = load(config.data, wants_counts(spec))
    preprocessing, rows = dataset.preprocessing, len(dataset.train.x)
    settings = config.training
    batch_size = min(settings.batch_size or derived_batch_size(rows), rows)
    batches = Batches(rows, batch_size, settings.seed)
    figures = figure_names(spec, preprocessing.task, validated=dataset.validation is not None)
    network, loss = build_parts(spec, preprocessing, max(batches.largest, BLOCK))
    refuse_blocked_gradients(spec, network)
    network.initialize()
    network.fit(dataset.train.x)
    strategy, train = choose_strategy(spec, network, loss, batches), as_rows(dataset.train)
    step, steps = build_steps(spec, preprocessing, network, strategy, batches=batches, train=train)
    job = Job(
        step=step,
        steps=steps,
        schedule=config.schedule,
        evaluator=Evaluator(network, loss, units(preprocessing)),
        train=train,
        validation=as_rows(dataset.validation) if dataset.validation is not None else None,
        batches=batches,
        settings=replace(settings, batch_size=batch_size, **strategy.settings()),
        monitor=Monitor(figures.monitor),
        stopper=Monitor(figures.stopper),
        metrics=figures.metrics,
    )
    resolved, derived = resolve(spec, preprocessing, job)
    return Prepared(spec, resolved, derived, dataset, network, job)


def refuse_blocked_gradients(spec: Spec, network: Network) -> None:
    """A layer whose gradient is zero would leave the parameters before it as they are."""
    problems = [
        problem
        for name, sentence in blocked_gradients(network)
        for problem in spec.error(("architecture",), f"layer {name}: {sentence}").problems
    ]
    if problems:
        raise ConfigError(problems)


def as_rows(split: Split) -> Rows:
    """A split as the loop sees it."""
    return Rows(split.x, aims(split.y, split.weights))
