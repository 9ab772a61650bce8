"""A spec and its tables → everything that a run needs."""

from __future__ import annotations

import copy
from dataclasses import dataclass, replace
from typing import Any

from nntrain.assemble.figures import figure_names
from nntrain.assemble.network import build_network, layer_choices
from nntrain.config.registry import Choice
from nntrain.data.dataset import Dataset, Split, load_dataset
from nntrain.data.preprocessing import Preprocessing
from nntrain.kernels import can_compile
from nntrain.kernels.threads import fitting_parallelism
from nntrain.network import BLOCK, Loss, Network, Plan, losses
from nntrain.optim import Bench
from nntrain.spec import Spec
from nntrain.training.batches import Batches
from nntrain.training.evaluation import Evaluator, Units
from nntrain.training.loop import Job, Rows
from nntrain.training.monitor import Monitor
from nntrain.training.settings import derived_batch_size
from nntrain.training.split_pass import Replica, SplitPass
from nntrain.training.step import TrainStep


@dataclass(frozen=True)
class Prepared:
    """A run that could start: the spec with every derived value filled in (`resolved`), data, network and job."""

    spec: Spec
    resolved: dict[str, Any]
    derived: dict[tuple[str, ...], str]
    dataset: Dataset
    network: Network
    job: Job


def prepare(spec: Spec) -> Prepared:
    """Read the tables, build the network and all around it; nothing is trained yet."""
    config = spec.config
    dataset = load_dataset(config.data)
    preprocessing, rows = dataset.preprocessing, len(dataset.train.x)
    settings = config.training
    batch_size = min(settings.batch_size or derived_batch_size(rows), rows)
    batches = Batches(rows, batch_size, settings.seed)
    figures = figure_names(spec, preprocessing.task, validated=dataset.validation is not None)
    compiled = can_compile() if settings.compiled is None else settings.compiled
    network, loss, loss_choice = build_parts(spec, preprocessing, max(batches.largest, BLOCK), compiled)
    least = max(layer.least_rows for layer in network.layers)
    if batches.smallest < least:
        raise spec.error(
            ("training", "batch_size"),
            f"{batches.smallest}: a batch of that size teaches batch_norm nothing; expected ≥ {least}",
        )
    if settings.fuse:
        network.fuse(compiled)
    network.initialize()
    coupled = bool(network.vector.memories)
    shapes = [p.shape for p in network.vector.parameters]
    fitting = fitting_parallelism(shapes, batch_size, coupled=coupled)
    shares = settings.shares or (fitting.shares if settings.threads is None else 1)
    threads = settings.threads or (fitting.threads if shares == fitting.shares else 1)
    if shares > 1 and coupled:
        raise spec.error(("training", "shares"), f"{shares}; batch_norm needs whole batches: expected 1")
    vector = network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled)
    optimizer = config.optimizer.build(bench)
    differentiate = None
    if shares > 1:
        main = Replica(network, loss)
        others = [
            _replica(spec, preprocessing, main, number=number, rows=batches.largest, compiled=compiled)
            for number in range(1, shares)
        ]
        differentiate = SplitPass(main, others, compiled)
    job = Job(
        step=TrainStep(network, loss, bench, optimizer, config.regularization, differentiate=differentiate),
        schedule=config.schedule,
        evaluator=Evaluator(network, loss, units(preprocessing)),
        train=as_rows(dataset.train),
        validation=as_rows(dataset.validation) if dataset.validation is not None else None,
        batches=batches,
        settings=replace(settings, batch_size=batch_size, shares=shares, threads=threads, compiled=compiled),
        monitor=Monitor(figures.monitor),
        stopper=Monitor(figures.stopper),
        metrics=figures.metrics,
    )
    resolved, derived = _resolved(spec, preprocessing, loss_choice, rows, job)
    return Prepared(spec, resolved, derived, dataset, network, job)


def _replica(
    spec: Spec, preprocessing: Preprocessing, main: Replica, *, number: int, rows: int, compiled: bool
) -> Replica:
    """Another network over the main one's parameters, for its share of a batch."""
    network, loss, _ = build_parts(spec, preprocessing, rows, compiled, number)
    network.share(main.network)
    if spec.config.training.fuse:
        network.fuse(compiled)
    return Replica(network, loss)


def build_parts(
    spec: Spec, preprocessing: Preprocessing, capacity: int, compiled: bool = False, replica: int = 0
) -> tuple[Network, Loss, Choice]:
    """The network and the loss for a preprocessing; weights are still zero."""
    classes = len(preprocessing.target.classes or ())
    choice = loss_choice(spec, preprocessing.task, classes)
    loss_class: Any = choice.component.factory
    outputs = loss_class.outputs(classes)
    plan = Plan(capacity, seed=spec.config.training.seed, replica=replica, default_draw=spec.config.initializer)
    network = build_network(layer_choices(spec), len(preprocessing.features), outputs, plan)
    return network, choice.build(outputs, capacity, plan.dtype, compiled), choice


def loss_choice(spec: Spec, task: str, classes: int) -> Choice:
    """The loss of the config, which must fit the task; else the one that the task asks for."""
    choice: Choice | None = spec.config.loss
    if choice is None:
        name = "mean_squared_error"
        if task == "classification":
            name = "binary_cross_entropy" if classes == 2 else "cross_entropy"
        return Choice(losses[name], {}, deferred=True)
    loss_class: Any = choice.component.factory
    if loss_class.task != task:
        raise spec.error(("loss",), f"{choice.name} is for {loss_class.task}; the task here is {task}")
    if not loss_class.outputs(classes):
        raise spec.error(("loss",), f"{choice.name} is not for {classes} classes (cross_entropy is for any number)")
    return choice


def units(preprocessing: Preprocessing) -> Units:
    """How the preprocessing's targets are turned back."""
    if preprocessing.task == "classification":
        return Units("classification")
    return Units("regression", preprocessing.target.mean, preprocessing.target.scale)


def as_rows(split: Split) -> Rows:
    """A split as the loop sees it."""
    return Rows(split.x, split.y)


def _resolved(
    spec: Spec,
    preprocessing: Preprocessing,
    loss: Choice,
    rows: int,
    job: Job,
) -> tuple[dict[str, Any], dict[tuple[str, ...], str]]:
    """The config with what was derived from the data filled in, and why each such value is what it is."""
    resolved = copy.deepcopy(spec.plain())
    classes = len(preprocessing.target.classes or ())
    task = f"{classes} classes" if classes else "regression"
    derived: dict[tuple[str, ...], str] = {}
    for section, key, value, why in (
        ("data", "task", preprocessing.task, f"from the values of '{preprocessing.target.name}'"),
        ("training", "batch_size", job.settings.batch_size, f"from {rows:,} training rows"),
        ("training", "shares", job.settings.shares, "from the size of a step and the number of cores"),
        ("training", "threads", job.settings.threads, "from the size of a step and the number of cores"),
        ("training", "compiled", job.settings.compiled, f"Numba is {'' if job.settings.compiled else 'not '}installed"),
        ("training", "monitor", job.monitor.name, "the default figure"),
        ("training", "metrics", job.metrics, f"the default for {preprocessing.task}"),
    ):
        if resolved[section][key] != value:
            given = resolved[section][key]
            reason = why if given is None else f"{given}, but {why}"
            resolved[section][key], derived[section, key] = value, reason
    if resolved["loss"] is None:
        resolved["loss"], derived["loss",] = loss.plain(), f"from the task: {task}"
    return resolved, derived
