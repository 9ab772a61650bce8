"""How a categorical column becomes inputs of the network."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Self, TypeAlias

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from nntrain.data.columns import Codes, NumberColumn, TextColumn
from nntrain.data.kinds import Fitted, Kinds
from nntrain.data.registries import encoders
from nntrain.data.vocabulary import MISSING, UNKNOWN, Vocabulary
from nntrain.types import Count, RowNumbers

MaxCategories = Annotated[int, Ge(1), Le(100_000)]


class Encoding(Fitted):
    """A fixed map of categories to inputs."""

    @property
    @abstractmethod
    def categories(self) -> int:
        """How many categories it tells apart."""

    @property
    @abstractmethod
    def features(self) -> list[str]:
        """What each input stands for, to be put behind the column's name."""

    @property
    def codes(self) -> int:
        """How many codes its one input may hold; 0 where the inputs are flags."""
        return 0

    @abstractmethod
    def write(self, column: NumberColumn | TextColumn, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Set the inputs of some rows in ``out``, which is all 0; the number of unknown cells."""


encodings: Kinds[Encoding] = Kinds()
"""The encodings that a checkpoint may hold."""


@dataclass(frozen=True)
class Listed(Encoding):
    """An encoding by a list of categories. ``missing``: training had missing cells, which are a category of their own then.

    ``rare``: other texts, those that training hardly had and those that it had not, count as one category.
    """

    title: ClassVar[str]
    vocabulary: Vocabulary
    missing: bool
    rare: bool = False

    @property
    def categories(self) -> int:
        """The categories that are told apart by name."""
        return len(self.vocabulary.names)

    def describe(self) -> str:
        """``one-hot``."""
        notes = [", missing its own category"] if self.missing else []
        return "".join([self.title, *notes, *([", rare ones together"] if self.rare else [])])

    def state(self) -> dict[str, Any]:
        """The categories, for a checkpoint."""
        return {**self.vocabulary.state(), "missing": self.missing, "rare": self.rare}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """What `state` gave."""
        return cls(Vocabulary.from_state(state), state["missing"], state.get("rare", False))

    def places(self, column: NumberColumn | TextColumn, rows: RowNumbers, other: int) -> tuple[Codes, int]:
        """The place of each cell among the categories, behind them if it is missing, else ``other``; how many are unknown."""
        codes = self.vocabulary.codes(column)[rows]
        places = np.where(codes == MISSING, self.categories if self.missing else UNKNOWN, codes)
        unknown = places == UNKNOWN
        places[unknown] = other
        return places, 0 if self.rare else int(np.count_nonzero(unknown))


@encodings
@dataclass(frozen=True)
class OneHot(Listed):
    """One input for each category, one for missing if training had that, and one for every other text."""

    kind: ClassVar[str] = "one_hot"
    title: ClassVar[str] = "one-hot"

    @property
    def features(self) -> list[str]:
        """What each input stands for."""
        named = [f"={name}" for name in self.vocabulary.names]
        return [*named, *([" is missing"] if self.missing else []), " is rare" if self.rare else " is unknown"]

    def write(self, column: NumberColumn | TextColumn, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Set the inputs of some rows in ``out``, which is all 0; the number of unknown cells."""
        places, unknown = self.places(column, rows, out.shape[1] - 1)
        out[np.arange(len(rows)), places] = 1.0
        return unknown


@encodings
@dataclass(frozen=True)
class Ordinal(Listed):
    """One input that holds a code: 0 for the rare and the unknown, then the categories, then missing if training had that."""

    kind: ClassVar[str] = "ordinal"
    title: ClassVar[str] = "a code"

    @property
    def features(self) -> list[str]:
        """The column's own name."""
        return [""]

    @property
    def codes(self) -> int:
        """One more than there are categories."""
        return 1 + self.categories + self.missing

    def write(self, column: NumberColumn | TextColumn, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        """Set the codes of some rows; the number of unknown cells."""
        places, unknown = self.places(column, rows, -1)
        out[:, 0] = places + 1
        return unknown


Encoder: TypeAlias = Callable[[Vocabulary, Codes, bool], Encoding]
"""From the categories, how many training rows hold each, and whether some hold none."""


@encoders
def one_hot(
    vocabulary: Vocabulary, counts: Codes, missing: bool, *, max_categories: MaxCategories = 1_000, min_count: Count = 1
) -> OneHot:
    """One input of 0 or 1 for each category, and one more for whatever training did not hold.

    YAML      categorical: one_hot          categorical: {one_hot: {max_categories: 50, min_count: 10}}

    ``max_categories``  of more than these the most frequent stay
    ``min_count``       categories of fewer training rows do not stay

    Those that do not stay are joined: they share one input, "is rare", with what training did not hold. A missing value is a
    category of its own if training had one, else unknown.
    """
    kept, rare = _kept(vocabulary, counts, max_categories, min_count)
    return OneHot(kept, missing, rare)


@encoders
def ordinal(
    vocabulary: Vocabulary,
    counts: Codes,
    missing: bool,
    *,
    max_categories: MaxCategories = 100_000,
    min_count: Count = 1,
) -> Ordinal:
    """One input with the category's code, for the layer embedding: 1, 2, … in the order of names, 0 for the unknown.

    YAML      categorical: ordinal          categorical: {ordinal: {min_count: 10}}

    ``max_categories``  of more than these the most frequent stay
    ``min_count``       categories of fewer training rows do not stay

    Those that do not stay have code 0, like what training did not hold; missing has the last code if training had it, else 0.
    As scikit-learn's OrdinalEncoder, plus 1. The short form of ``architecture`` embeds codes by itself; among a list
    of layers, embedding must stand in front of those that would take codes as numbers.
    """
    kept, rare = _kept(vocabulary, counts, max_categories, min_count)
    return Ordinal(kept, missing, rare)


def _kept(vocabulary: Vocabulary, counts: Codes, most: int, least: int) -> tuple[Vocabulary, bool]:
    """The categories that are told apart by name, and whether there are others."""
    frequent = np.argsort(-counts, kind="stable")[:most]
    kept = np.sort(frequent[counts[frequent] >= least])
    names = tuple(vocabulary.names[place] for place in kept)
    return Vocabulary(names, vocabulary.numeric), len(names) < len(vocabulary.names)
