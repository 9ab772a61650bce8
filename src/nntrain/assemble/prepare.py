"""A spec and its tables → everything that a run needs."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from nntrain.assemble.figures import figure_names
from nntrain.assemble.parts import build_loss, build_parts, units
from nntrain.assemble.resolved import Reasons, resolve
from nntrain.assemble.strategy import Strategy, choose_strategy
from nntrain.data.dataset import Dataset, Split, load_dataset
from nntrain.data.preprocessing import Preprocessing
from nntrain.network import BLOCK, Network
from nntrain.optim import Bench
from nntrain.spec import Spec
from nntrain.training.batches import Batches
from nntrain.training.evaluation import Evaluator
from nntrain.training.job import Job, Rows
from nntrain.training.monitor import Monitor
from nntrain.training.settings import derived_batch_size
from nntrain.training.split_pass import Replica, SplitPass
from nntrain.training.step import TrainStep


@dataclass(frozen=True)
class Prepared:
    """A run that could start: the spec with every derived value filled in (`resolved`), data, network and job."""

    spec: Spec
    resolved: dict[str, Any]
    derived: Reasons
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
    network, loss = build_parts(spec, preprocessing, max(batches.largest, BLOCK))
    network.initialize()
    strategy = choose_strategy(spec, network, batches)
    job = Job(
        step=build_step(spec, preprocessing, network, strategy, batches),
        schedule=config.schedule,
        evaluator=Evaluator(network, loss, units(preprocessing)),
        train=as_rows(dataset.train),
        validation=as_rows(dataset.validation) if dataset.validation is not None else None,
        batches=batches,
        settings=replace(settings, batch_size=batch_size, **asdict(strategy)),
        monitor=Monitor(figures.monitor),
        stopper=Monitor(figures.stopper),
        metrics=figures.metrics,
    )
    resolved, derived = resolve(spec, preprocessing, job)
    return Prepared(spec, resolved, derived, dataset, network, job)


def build_step(
    spec: Spec, preprocessing: Preprocessing, network: Network, strategy: Strategy, batches: Batches
) -> TrainStep:
    """The training step of a network: loss, optimizer, penalties, and the kernels and threads that the strategy names."""
    compiled, vector = strategy.compiled, network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled)
    parts = [Replica(network, build_loss(spec, preprocessing, network.capacity, compiled))]
    for number in range(1, strategy.shares):  # each share of a batch has a network over the same parameters
        replica, _ = build_parts(spec, preprocessing, batches.largest, number)
        replica.share(network)
        parts.append(Replica(replica, build_loss(spec, preprocessing, batches.largest, compiled)))
    if spec.config.training.fuse:
        for part in parts:
            part.network.fuse(compiled)
    main, *others = parts
    return TrainStep(
        network,
        main.loss,
        bench,
        spec.config.optimizer.build(bench),
        spec.config.regularization,
        differentiate=SplitPass(main, others, compiled) if others else None,
    )


def as_rows(split: Split) -> Rows:
    """A split as the loop sees it."""
    return Rows(split.x, split.y)
