"""The keys of a sweep's file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, cast

from annotated_types import MinLen

from nntrain.config.markers import Named
from nntrain.errors import ConfigError
from nntrain.sweep.pruning import Pruning, prunings
from nntrain.sweep.search import Search, searches
from nntrain.types import Count, Index, Positive, Seed


@dataclass(frozen=True, kw_only=True)
class SweepSettings:
    """A search for the best settings of a config.

    ``base``          a config as `nntrain fit` takes it: its file, relative to this one, or the config itself
    ``space``         dotted keys of the config, each with what is tried: a list of values, ``{log: [1e-4, 0.1]}`` or
                      ``{range: [0, 0.5]}``; with ``steps: 5`` so many values of it, which a grid needs. A key below another,
                      such as ``optimizer.adam.lr`` below ``optimizer``, exists only under the choice that has it
    ``search``        grid (every point), random, qmc, tpe, gp or cma_es
    ``trials``        how many points in all; a later run with more goes on to it. A grid needs none
    ``objective``     the figure that is to be best, such as ``validation_loss`` or ``validation_accuracy``; which way is
                      better follows from it. It decides the best epoch too, unless the base names a ``training.monitor``
    ``repeats``       runs of each point, with seeds of their own; their mean counts
    ``folds``         cross-validation: each repeat is so many runs, each with another part of the rows for validation
    ``pruning``       which runs are ended early: none, median, successive_halving or hyperband
    ``parallel``      how many points may be under way at once where the search or the pruning learns from results: point n
                      knows the points up to n − parallel, whatever the number of workers, so that this changes no result
    ``max_failures``  failed runs after which the sweep ends (exit code 7)
    ``lease``         seconds after which a machine that is not heard of loses its runs to another one (with --storage)
    ``seed``          of the points that are drawn, and of the runs: a run's ``training.seed`` follows from this and its point
    """

    base: Annotated[str, MinLen(1)] | dict[str, Any]
    space: dict[str, Any]
    search: Annotated[Search, Named(searches)] = cast("Search", "grid")
    trials: Count | None = None
    objective: Annotated[str, MinLen(1)] = "validation_loss"
    repeats: Count = 1
    folds: Count = 1
    pruning: Annotated[Pruning, Named(prunings)] = cast("Pruning", "none")
    parallel: Count = 4
    max_failures: Index = 20
    lease: Positive = 60.0
    seed: Seed = 0

    def __post_init__(self) -> None:
        if self.trials is None and not self.search.complete:
            raise ConfigError("search: this search needs to know when to end; set trials, such as trials: 60")
