"""How a run computes: which kernels, how many threads. Derived from shapes and counts, recorded, never found by timing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nntrain.assemble.augmentation import mixes_targets
from nntrain.kernels import can_compile, worth_compiling
from nntrain.kernels.blas import find_sgemm
from nntrain.kernels.threads import fitting_parallelism
from nntrain.network import Loss, Network
from nntrain.network.fusion import fuse
from nntrain.network.lowering import lowerable
from nntrain.spec import Spec
from nntrain.training.batches import Batches


@dataclass(frozen=True)
class Strategy:
    """The settings of `training:` that a run derives when they are not given.

    ``program``: steps run as a compiled program (`nntrain.training.program`); it follows from the others and the layers.
    """

    shares: int
    threads: int
    compiled: bool
    program: bool

    def settings(self) -> dict[str, Any]:
        """As keys of `training:`."""
        return {"shares": self.shares, "threads": self.threads, "compiled": self.compiled}


def choose_strategy(spec: Spec, network: Network, loss: Loss, batches: Batches) -> Strategy:
    """What the config says, else what fits the network; raises where that cannot be."""
    settings = spec.config.training
    shapes = [parameter.shape for parameter in network.vector.parameters if len(parameter.shape) == 2]
    least = max(layer.least_rows for layer in network.layers)
    if batches.smallest < least:
        given = f"{batches.smallest}: a batch of that size teaches batch_norm nothing; expected ≥ {least}"
        raise spec.error(("training", "batch_size"), given)
    products = batches.size * sum(n * m for n, m in shapes)
    compiled = settings.compiled
    if compiled is None:
        compiled = worth_compiling(settings.epochs * batches.count, products)
    elif compiled and not can_compile():
        raise spec.error(("training", "compiled"), "true, and Numba is not installed (pip install 'nntrain[fast]')")
    program = compiled and settings.fuse and find_sgemm() is not None and lowerable(fuse(network.layers, True), loss)
    program = program and not mixes_targets(spec)
    fitting = fitting_parallelism(shapes, batches.size, coupled=least > 1, compiled=compiled, program=program)
    shares = settings.shares or (fitting.shares if settings.threads is None else 1)
    threads = settings.threads or (fitting.threads if shares == fitting.shares else 1)
    if shares > 1 and least > 1 and not program:
        raise spec.error(("training", "shares"), f"{shares}; batch_norm needs whole batches here: expected 1")
    return Strategy(shares, threads, compiled, program)
