"""The optimizer of a run with all that stands around it: parameter groups, decay, a bound on norms, averaging."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nntrain.config.paths import dotted
from nntrain.errors import ConfigError, Problem
from nntrain.network import Network
from nntrain.optim import Bench, Optimizer, Regularization
from nntrain.optim.averaging import Averaged
from nntrain.optim.groups import Grouped, by_rate, stretches, unknown_keys
from nntrain.spec import Spec


def build_optimizer(
    spec: Spec, network: Network, bench: Bench, build: Callable[[Bench], Optimizer]
) -> tuple[Optimizer, Regularization]:
    """What updates the parameters, and what is done to the gradient before; ``build`` makes the config's optimizer."""
    config, vector = spec.config, network.vector
    penalties = own_penalties(spec, network)
    matrices = [parameter.value for parameter in vector.parameters if parameter.role == "weight"]
    groups = by_rate(stretches(vector.parameters, config.parameters, 0.0, 0.0))
    optimizer: Optimizer
    if all(group.lr == 1.0 for group in groups):
        optimizer = penalties.around(build(bench), bench, matrices)
    else:
        inside, outside = replace(penalties, max_norm=None), replace(penalties, weight_decay=0.0)
        optimizer = Grouped(lambda part: inside.around(config.optimizer.build(part), part), bench, groups)
        optimizer = outside.around(optimizer, bench, matrices)
    if config.training.average is not None:
        optimizer = Averaged(optimizer, bench, config.training.average.decay, vector.memory)
    return optimizer, penalties


def own_penalties(spec: Spec, network: Network) -> Regularization:
    """The regularization of a config, with stretches where some parameters have penalties of their own."""
    config, parameters = spec.config, network.vector.parameters
    if unknown := unknown_keys(parameters, config.parameters):
        places = {key: ("parameters", key) for key in unknown}
        raise ConfigError(
            [
                Problem(spec.document.key_origin(places[key]).text, f"{dotted(places[key])}: {sentence}")
                for key, sentence in unknown.items()
            ]
        )
    regularization: Regularization = config.regularization
    found = stretches(parameters, config.parameters, regularization.l1, regularization.l2)
    owned = any(settings.l1 is not None or settings.l2 is not None for settings in config.parameters.values())
    return replace(regularization, own=tuple(found)) if owned else regularization
