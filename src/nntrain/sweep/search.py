"""How the points of a sweep are found: all of a grid, or one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, ClassVar, TypeAlias

from nntrain.config.registry import Registry
from nntrain.errors import ConfigError
from nntrain.sweep.rows import Coordinates, State
from nntrain.sweep.space import Space
from nntrain.types import Count, Index

searches: Registry[Search] = Registry("search")


@dataclass(frozen=True)
class Past:
    """A point of which a search may know.

    ``value``  lower is better; None while it is under way, and where it failed
    ``curve``  the same after each epoch of its first run
    ``marks``  what the search or the pruning keeps with a point
    """

    number: int
    coordinates: Coordinates
    state: State
    value: float | None = None
    curve: Sequence[float] = ()
    marks: dict[str, Any] = field(default_factory=dict)


Proposal: TypeAlias = tuple[Coordinates, dict[str, Any]]
"""A point, and the marks that are to be kept with it."""


@dataclass(frozen=True)
class Question:
    """Asks for point ``number``, and is all that the answer depends on.

    ``past``  points 0 to ``number`` − 1; of the late ones only where they lie
    """

    past: Sequence[Past]
    number: int
    seed: int


class Search:
    """A way to find points."""

    complete: ClassVar[bool] = False
    """Whether the points are all those of a grid, known from the beginning."""
    learns: ClassVar[bool] = False
    """Whether results change what is proposed."""
    needs: ClassVar[dict[str, str]] = {}
    """Packages that must be there: module → what to install."""

    def require(self) -> None:
        """ConfigError where a package is missing."""
        missing = [how for module, how in self.needs.items() if find_spec(module) is None]
        if missing:
            raise ConfigError(f"search: this search needs another package: pip install {' '.join(missing)}")


class Sequential(Search, ABC):
    """A search that proposes one point after the other."""

    @abstractmethod
    def propose(self, space: Space, asked: Question) -> Proposal:
        """The point that is asked for, and what is to be kept with it."""


@searches
class Grid(Search):
    """Every combination of the values of all dimensions, the last one changing fastest.

    YAML      search: grid

    Complete and easy to explain, and the best choice for two or three dimensions of a few values. The number of points is
    the product of the numbers of values.
    """

    complete = True


@searches
class Random(Sequential):
    """Points drawn independently: intervals evenly, or evenly in the logarithm; lists each value as likely as any other.

    YAML      search: random

    Where few of many dimensions matter, it tries many more different values of each than a grid of as many points
    (Bergstra & Bengio, 2012).
    """

    def propose(self, space: Space, asked: Question) -> Proposal:
        """Draw from the stream of this seed and number."""
        from nntrain.streams import stream

        draws = stream(asked.seed, "sweep", asked.number)
        return space.walk(lambda dimension: dimension.draw(draws.random())), {}


@searches
class Qmc(Sequential):
    """Points of a scrambled Sobol sequence, which fill the space more evenly than random ones (Sobol, 1967; Owen, 1997).

    YAML      search: qmc

    As random search, with fewer holes; best at a power of two of trials. A key that does not exist at a point leaves its number
    of the sequence unused. Needs SciPy.
    """

    needs: ClassVar = {"scipy": "'nntrain[search]'"}

    def propose(self, space: Space, asked: Question) -> Proposal:
        """Element ``number`` of the sequence that ``seed`` scrambles."""
        from scipy.stats import qmc

        from nntrain.streams import stream_key

        sobol = qmc.Sobol(len(space.dimensions), scramble=True, rng=stream_key(asked.seed, "sweep sequence") % 2**32)
        if asked.number:
            sobol.fast_forward(asked.number)
        point = dict(zip((dimension.key for dimension in space.dimensions), sobol.random(1)[0], strict=True))
        return space.walk(lambda dimension: dimension.draw(float(point[dimension.key]))), {}


class Optunas(Sequential):
    """A search by one of Optuna's samplers, made anew for every point: it remembers nothing but what it is shown."""

    learns = True

    @abstractmethod
    def sampler(self, seed: int) -> Any:
        """The sampler of Optuna."""

    def propose(self, space: Space, asked: Question) -> Proposal:
        """What the sampler suggests after the past."""
        from nntrain.streams import stream_key
        from nntrain.sweep.optuna_study import suggest

        return suggest(self.sampler(stream_key(asked.seed, "sweep", asked.number) % 2**32), space, asked.past)


@searches
class Tpe(Optunas):
    """The tree-structured Parzen estimator: points that look like the better ones so far (Bergstra et al., 2011), by Optuna.

    YAML      search: tpe        search: {tpe: {startup: 20}}

    ``startup``  points that are drawn at random before

    Works for any mixture of numbers and choices, conditional ones too; from some 30 points on it beats random search.
    """

    def __init__(self, *, startup: Index = 10) -> None:
        self.startup = startup

    def sampler(self, seed: int) -> Any:
        """TPESampler; points under way count as bad ones, so that none is proposed twice."""
        from optuna.samplers import TPESampler

        return TPESampler(n_startup_trials=self.startup, seed=seed, constant_liar=True)


@searches
class Gp(Optunas):
    """Bayesian optimisation with a Gaussian process, by Optuna: few, expensive trials over few numbers.

    YAML      search: gp        search: {gp: {startup: 10}}

    ``startup``  points that are drawn at random before

    A proposal takes a good part of a second and more with every point. Keys that exist only at some points are drawn at
    random. Needs PyTorch and SciPy, with which Optuna computes the process; nntrain itself does not.
    """

    needs: ClassVar = {"torch": "torch", "scipy": "'nntrain[search]'"}

    def __init__(self, *, startup: Index = 10) -> None:
        self.startup = startup

    def sampler(self, seed: int) -> Any:
        """GPSampler."""
        from optuna.samplers import GPSampler

        return GPSampler(n_startup_trials=self.startup, seed=seed, warn_independent_sampling=False)


@searches
class CmaEs(Optunas):
    """The evolution strategy that learns a covariance matrix (Hansen & Ostermeier, 2001), by Optuna: for numbers only.

    YAML      search: cma_es        search: {cma_es: {population: 12}}

    ``population``  points of a generation; by default 4 + ⌊3 ln(dimensions)⌋

    Wants 100 points and more. Unordered choices, and keys that exist only at some points, are drawn at random.
    """

    needs: ClassVar = {"cmaes": "'nntrain[search]'"}

    def __init__(self, *, population: Count | None = None) -> None:
        self.population = population

    def sampler(self, seed: int) -> Any:
        """CmaEsSampler; its state lies with the points."""
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(popsize=self.population, seed=seed, warn_independent_sampling=False)
