"""Who trains: the step, and what runs stretches of steps, with the kernels and threads that a strategy names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from nntrain.assemble.augmentation import build_augmenter
from nntrain.assemble.optimizing import build_optimizer
from nntrain.assemble.parts import build_loss, build_parts
from nntrain.assemble.strategy import Strategy
from nntrain.config.scheduled import Follower
from nntrain.data.preprocessing import Preprocessing
from nntrain.network import Network
from nntrain.network.lowering import lower
from nntrain.optim import Bench, Optimizer, Regularization
from nntrain.optim.rule import NOTHING, Rule
from nntrain.spec import Spec
from nntrain.training.batches import Batches
from nntrain.training.following import Following
from nntrain.training.rows import Rows
from nntrain.training.split_pass import Replica, SharedUpdate, SplitPass
from nntrain.training.step import Differentiate, TrainStep
from nntrain.training.steps import OneByOne, Steps


def build_steps(
    spec: Spec, preprocessing: Preprocessing, network: Network, strategy: Strategy, *, batches: Batches, train: Rows
) -> tuple[TrainStep, Steps]:
    """The step of a network for such batches, and who runs stretches of it over the training rows."""
    config, compiled, largest = spec.config, strategy.compiled, batches.largest
    loss = build_loss(spec, preprocessing, network.capacity, compiled)
    if config.training.fuse:
        network.fuse(compiled)
    vector = network.vector
    bench = Bench(vector.values, vector.gradient, vector.weights, compiled)
    augment = build_augmenter(spec, preprocessing)
    followers = followers_of(Replica(network, loss))
    differentiate: Differentiate | None = None
    kernels = "stages"
    build: Callable[[Bench], Optimizer] = config.optimizer.build
    if strategy.shares > 1 and not strategy.program:
        others = [replica(spec, preprocessing, network, strategy, number=n) for n in range(1, strategy.shares)]
        differentiate = split = SplitPass(Replica(network, loss), others)
        followers += [follower for other in others for follower in followers_of(other)]
        build = partial(SharedUpdate, config.optimizer.build, crew=split.crew)
    optimizer, regularization = build_optimizer(spec, network, bench, build)
    followers += bench.followers
    if strategy.program:
        from nntrain.training.program import Differentiation, Machine, WholeSteps, program_name

        code = lower(network.stages, loss, network.inputs, largest, strategy.shares)
        rule = rule_of(optimizer, regularization)
        if rule is not None and augment is None:
            step = TrainStep(network, loss, bench, optimizer, regularization, kernels=program_name(network, loss, rule))
            return step, WholeSteps(Machine(code, network, rule, regularization), train)
        differentiate = Differentiation(Machine(code, network, NOTHING, Regularization()))
        kernels = program_name(network, loss, NOTHING)
    step = TrainStep(network, loss, bench, optimizer, regularization, differentiate=differentiate, kernels=kernels)
    steps: Steps = OneByOne(step, train, largest, augment)
    return step, Following(steps, followers, batches.count, config.training.epochs) if followers else steps


def replica(spec: Spec, preprocessing: Preprocessing, network: Network, strategy: Strategy, *, number: int) -> Replica:
    """A network over the same parameters, for a share of each batch."""
    other, _ = build_parts(spec, preprocessing, network.capacity, number)
    other.share(network)
    if spec.config.training.fuse:
        other.fuse(strategy.compiled)
    return Replica(other, build_loss(spec, preprocessing, network.capacity, strategy.compiled))


def followers_of(trained: Replica) -> list[Follower]:
    """The scheduled numbers of a network's layers and of its loss, by names for people."""
    named = [(f"{name}: ", layer.followers) for name, layer in trained.network.walk()]
    named.append(("", trained.loss.followers))
    return [replace(follower, name=f"{of}{follower.name}") for of, followers in named for follower in followers]


def rule_of(optimizer: Optimizer, regularization: Regularization) -> Rule | None:
    """The update as a program knows it; None where it, or something around it, has no instruction."""
    return None if regularization.clip_value is not None or regularization.own else optimizer.rule()
