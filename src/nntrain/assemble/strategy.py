"""How a run computes: which kernels, how many threads. Derived from shapes and counts, recorded, never found by timing."""

from __future__ import annotations

from dataclasses import dataclass

from nntrain.kernels import can_compile, worth_compiling
from nntrain.kernels.threads import fitting_parallelism
from nntrain.network import Network
from nntrain.spec import Spec
from nntrain.training.batches import Batches


@dataclass(frozen=True)
class Strategy:
    """The settings of `training:` that a run derives when they are not given."""

    shares: int
    threads: int
    compiled: bool


def choose_strategy(spec: Spec, network: Network, batches: Batches) -> Strategy:
    """What the config says, else what fits the network; raises where that cannot be."""
    settings = spec.config.training
    shapes = [parameter.shape for parameter in network.vector.parameters]
    least = max(layer.least_rows for layer in network.layers)
    coupled = least > 1
    if batches.smallest < least:
        given = f"{batches.smallest}: a batch of that size teaches batch_norm nothing; expected ≥ {least}"
        raise spec.error(("training", "batch_size"), given)
    fitting = fitting_parallelism(shapes, batches.size, coupled=coupled)
    shares = settings.shares or (fitting.shares if settings.threads is None else 1)
    threads = settings.threads or (fitting.threads if shares == fitting.shares else 1)
    if shares > 1 and coupled:
        raise spec.error(("training", "shares"), f"{shares}; batch_norm needs whole batches: expected 1")
    products = sum(batches.size * shape[0] * shape[1] for shape in shapes if len(shape) == 2)
    compiled = settings.compiled
    if compiled is None:
        compiled = worth_compiling(settings.epochs * batches.count, products)
    elif compiled and not can_compile():
        raise spec.error(("training", "compiled"), "true, and Numba is not installed (pip install 'nntrain[fast]')")
    return Strategy(shares, threads, compiled)
