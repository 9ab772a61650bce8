"""Branches: several rows of layers that run on the same x, and how their results come together.

They nest freely. A branch is a list of layers or a single one; branches may have names, which `nntrain graph` shows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np
from annotated_types import MinLen
from pydantic import GetCoreSchemaHandler, StringConstraints, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from nntrain.config.registry import Choice
from nntrain.errors import ConfigError
from nntrain.network.chain import AnyLayer, Chain, Choices
from nntrain.network.layer import Layer, Row, Stager, layers
from nntrain.network.site import Site
from nntrain.types import Batch


@dataclass(frozen=True)
class OneBranch:
    """The marker of a branch: a list of layers, or a single one."""

    def forms(self, _source: Any, /) -> tuple[Any, ...]:
        """The annotations that a value may take."""
        return Choices, AnyLayer

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(_checked)


@lru_cache(maxsize=2)
def _adapter(form: Any) -> TypeAdapter[Any]:
    return TypeAdapter(form)


def _checked(value: object) -> Choice | list[Choice]:
    checked: Choice | list[Choice] = _adapter(Choices if isinstance(value, list) else AnyLayer).validate_python(value)
    return checked


BranchName = Annotated[str, StringConstraints(pattern=r"^[^\W\d][\w-]*$")]
"""It becomes part of the names of parameters."""
Branch: TypeAlias = Annotated[Any, OneBranch()]
Branches: TypeAlias = Annotated[list[Branch], MinLen(2)] | Annotated[dict[BranchName, Branch], MinLen(2)]


class Branching(Layer):
    """What sum, product and concat share: the branches, each at a site of its own."""

    takes_codes = True  # the layers inside say for themselves
    ends_in_outputs: ClassVar[bool] = False
    """Whether a network may end in it, where each branch ends in an output layer."""

    def __init__(self, site: Site, branches: Sequence[Any] | dict[str, Any]) -> None:
        named = branches if isinstance(branches, dict) else {str(n): row for n, row in enumerate(branches, start=1)}
        rows = {name: row if isinstance(row, list) else [row] for name, row in named.items()}
        self.names = list(rows)
        self.chains = [Chain(replace(site, name=f"{site.name}.{name}"), row) for name, row in rows.items()]
        self.least_rows = max(chain.least_rows for chain in self.chains)
        blocks = [chain.blocks_gradient for chain in self.chains]
        self.blocks_gradient = None if None in blocks else blocks[0]
        self.width = self.joined_width(site)
        self.y, self.dx = site.buffer(self.width), site.buffer(site.width)

    def joined_width(self, site: Site) -> int:
        """The width of all branches, which must be one."""
        widths = [chain.width for chain in self.chains]
        if len(set(widths)) > 1:
            listed = ", ".join(f"{width} (branch {name})" for name, width in zip(self.names, widths, strict=True))
            raise ConfigError(f"{site.name}: its branches have {listed} outputs; expected the same number of all")
        return widths[0]

    def branches(self) -> Sequence[Row]:
        return [chain.row for chain in self.chains]

    def restage(self, stager: Stager) -> None:
        for chain in self.chains:
            chain.restage(stager)

    def forward(self, x: Batch) -> Batch:
        """The branches' results, joined."""
        self.results = [chain.forward(x) for chain in self.chains]
        return self.join(self.results, self.y[: len(x)])

    def infer(self, x: Batch) -> Batch:
        """The same outside training."""
        return self.join([chain.infer(x) for chain in self.chains], self.y[: len(x)])

    def backward(self, dy: Batch) -> Batch:
        """x reaches the loss through every branch: dx = Σ_k (that of branch k)."""
        dx = self.dx[: len(dy)]
        for place, chain in enumerate(self.chains):
            own = chain.backward(self.share(dy, place))
            if place:
                dx += own
            else:
                np.copyto(dx, own)
        return dx

    def gradients(self, dy: Batch) -> None:
        """Each branch's alone."""
        for place, chain in enumerate(self.chains):
            chain.gradients(self.share(dy, place))

    @abstractmethod
    def join(self, results: Sequence[Batch], y: Batch) -> Batch:
        """y of the branches' results."""

    @abstractmethod
    def share(self, dy: Batch, place: int) -> Batch:
        """∂loss/∂y_k of the branch at ``place``."""


def folded(operation: np.ufunc, results: Iterable[Batch], y: Batch) -> Batch:
    """y = r₁ ∘ r₂ ∘ …, for a sum or a product."""
    first, *others = results
    np.copyto(y, first)
    for result in others:
        operation(y, result, out=y)
    return y


@layers
class Sum(Branching):
    """y = Σ_k f_k(x): the branches' results added up.

    Shapes    x (B, n)   y and all f_k(x) (B, m)
    Backward  dy_k = dy    dx = Σ_k dx_k

    YAML      sum: [[{dense: 64}, relu, {dense: 8}], {dense: 8}]
              sum: {branches: {deep: [{dense: 64}, relu, output], wide: output}}        # may end a network

    ``branches``  a list of branches, or names with branches; a branch is a list of layers or one layer
    """

    ends_in_outputs = True

    def __init__(self, site: Site, *, branches: Branches) -> None:
        super().__init__(site, branches)

    def join(self, results: Sequence[Batch], y: Batch) -> Batch:
        return folded(np.add, results, y)

    def share(self, dy: Batch, place: int) -> Batch:
        return dy


@layers
class Product(Branching):
    """y = Π_k f_k(x), entry by entry: one branch may gate another.

    Shapes    x (B, n)   y and all f_k(x) (B, m)
    Backward  dy_k = dy · Π_{j≠k} f_j(x)    dx = Σ_k dx_k

    YAML      product: [[{dense: 32}], [{dense: 32}, sigmoid]]
              product: {branches: {c: {dense: 1}, d: {dense: 1}}}

    ``branches``  a list of branches, or names with branches; a branch is a list of layers or one layer
    """

    ends_in_outputs = True

    def __init__(self, site: Site, *, branches: Branches) -> None:
        super().__init__(site, branches)
        self.dresult = site.buffer(self.width)

    def join(self, results: Sequence[Batch], y: Batch) -> Batch:
        return folded(np.multiply, results, y)

    def share(self, dy: Batch, place: int) -> Batch:
        """Dividing y by f_k would be quicker, but f_k may be 0."""
        others = (result for other, result in enumerate(self.results) if other != place)
        return folded(np.multiply, [dy, *others], self.dresult[: len(dy)])


@layers
class Concat(Branching):
    """y = [f_1(x) … f_K(x)]: the branches' results side by side.

    Shapes    x (B, n)   f_k(x) (B, m_k)   y (B, m), m = Σ_k m_k
    Backward  dy_k = the columns of dy that are f_k(x)'s    dx = Σ_k dx_k

    YAML      concat: [[{select: [age]}, {dense: 4}], identity]

    ``branches``  a list of branches, or names with branches; a branch is a list of layers or one layer
    """

    def __init__(self, site: Site, *, branches: Branches) -> None:
        super().__init__(site, branches)
        self.edges = np.cumsum([0, *(chain.width for chain in self.chains)]).tolist()
        self.shares = [site.buffer(chain.width) for chain in self.chains]
        named = [chain.features for chain in self.chains]
        if None not in named:
            self.features = tuple(feature for features in named for feature in features or ())

    def joined_width(self, site: Site) -> int:
        return sum(chain.width for chain in self.chains)

    def join(self, results: Sequence[Batch], y: Batch) -> Batch:
        for (start, end), result in zip(pairwise(self.edges), results, strict=True):
            y[:, start:end] = result
        return y

    def share(self, dy: Batch, place: int) -> Batch:
        """A copy, for kernels want rows without gaps."""
        share = self.shares[place][: len(dy)]
        np.copyto(share, dy[:, self.edges[place] : self.edges[place + 1]])
        return share
