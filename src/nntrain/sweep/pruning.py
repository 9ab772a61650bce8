"""Which runs are ended early, because others were better after as many epochs."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar

from annotated_types import Ge

from nntrain.config.registry import Registry
from nntrain.types import Count, Index

Factor = Annotated[int, Ge(2)]
"""How many runs compete for one that goes on."""

prunings: Registry[Pruning] = Registry("pruning")


class Pruning(ABC):
    """Decides after each epoch of a run, from the curves of earlier points."""

    prunes: ClassVar[bool] = True

    @abstractmethod
    def pruner(self, epochs: int, /) -> Any:
        """The pruner of Optuna, for runs of so many epochs."""


@prunings
class NONE(Pruning):
    """Every run goes to its end.

    YAML      pruning: none
    """

    prunes = False

    def pruner(self, _epochs: int, /) -> Any:
        """None that ends anything."""
        from optuna.pruners import NopPruner

        return NopPruner()


@prunings
class Median(Pruning):
    """A run ends where its best value so far is worse than the median of the earlier ones after as many epochs.

    YAML      pruning: median        pruning: {median: {startup: 5, warmup: 3}}

    ``startup``  runs that go to their end first
    ``warmup``   epochs of each run that are not judged
    """

    def __init__(self, *, startup: Index = 5, warmup: Index = 0) -> None:
        self.startup, self.warmup = startup, warmup

    def pruner(self, _epochs: int, /) -> Any:
        """MedianPruner."""
        from optuna.pruners import MedianPruner

        return MedianPruner(n_startup_trials=self.startup, n_warmup_steps=self.warmup)


@prunings
class SuccessiveHalving(Pruning):
    """After r, rη, rη² … epochs only the best 1/η of the runs that came so far goes on (Li et al., 2020: ASHA).

    YAML      pruning: successive_halving        pruning: {successive_halving: {first: 1, factor: 4}}

    ``first``   r, epochs before the first judgement
    ``factor``  η
    """

    def __init__(self, *, first: Count = 1, factor: Factor = 4) -> None:
        self.first, self.factor = first, factor

    def pruner(self, _epochs: int, /) -> Any:
        """SuccessiveHalvingPruner."""
        from optuna.pruners import SuccessiveHalvingPruner

        return SuccessiveHalvingPruner(min_resource=self.first, reduction_factor=self.factor)


@prunings
class Hyperband(Pruning):
    """Successive halving in several brackets, each of which lets its runs train longer before it first judges (Li et al., 2018).

    YAML      pruning: hyperband        pruning: {hyperband: {first: 1, factor: 4}}

    ``first``   epochs before the first judgement of the strictest bracket
    ``factor``  η: after each judgement 1/η of a bracket's runs goes on

    A safeguard against curves that cross late; it trains more than successive halving.
    """

    def __init__(self, *, first: Count = 1, factor: Factor = 4) -> None:
        self.first, self.factor = first, factor

    def pruner(self, epochs: int, /) -> Any:
        """HyperbandPruner."""
        from optuna.pruners import HyperbandPruner

        return HyperbandPruner(
            min_resource=self.first, max_resource=max(epochs, self.first), reduction_factor=self.factor
        )
