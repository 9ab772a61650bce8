"""How a categorical column becomes inputs of the network."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, TypeAlias

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from nntrain.data.columns import Codes, NumberColumn, TextColumn
from nntrain.data.kinds import Fitted, Kinds
from nntrain.data.registries import encoders
from nntrain.data.vocabulary import MISSING, UNKNOWN, Vocabulary

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

    @abstractmethod
    def write(self, column: NumberColumn | TextColumn, rows: Codes, out: NDArray[np.float32]) -> int:
        """Set the inputs of some rows in ``out``, which is all 0; the number of unknown cells."""


encodings: Kinds[Encoding] = Kinds()
"""The encodings that a checkpoint may hold."""


@encodings
@dataclass(frozen=True)
class OneHot(Encoding):
    """One input for each category, one for missing if training had that, and one for every other text."""

    kind: ClassVar[str] = "one_hot"
    vocabulary: Vocabulary
    missing: bool

    @property
    def categories(self) -> int:
        """The categories with an input of their own."""
        return len(self.vocabulary.names)

    @property
    def features(self) -> list[str]:
        """What each input stands for."""
        return [
            *(f"={name}" for name in self.vocabulary.names),
            *([" is missing"] if self.missing else []),
            " is unknown",
        ]

    def write(self, column: NumberColumn | TextColumn, rows: Codes, out: NDArray[np.float32]) -> int:
        """Set the inputs of some rows in ``out``, which is all 0; the number of unknown cells."""
        codes = self.vocabulary.codes(column)[rows]
        last = out.shape[1] - 1
        known_missing = len(self.vocabulary.names) if self.missing else last
        places = np.where(codes == UNKNOWN, last, np.where(codes == MISSING, known_missing, codes))
        out[np.arange(len(rows)), places] = 1.0
        return int(np.count_nonzero(places == last))

    def describe(self) -> str:
        """``one-hot``."""
        return "one-hot, missing its own category" if self.missing else "one-hot"

    def state(self) -> dict[str, Any]:
        """The categories, for a checkpoint."""
        return {**self.vocabulary.state(), "missing": self.missing}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> OneHot:
        """What `state` gave."""
        return cls(Vocabulary.from_state(state), state["missing"])


Encoder: TypeAlias = Callable[[Vocabulary, Codes, bool], Encoding]
"""From the categories, how many training rows hold each, and whether some hold none."""


@encoders
def one_hot(vocabulary: Vocabulary, counts: Codes, missing: bool, *, max_categories: MaxCategories = 1_000) -> OneHot:
    """One input of 0 or 1 for each category, and one more for whatever training did not hold.

    YAML      categorical: one_hot          categorical: {one_hot: {max_categories: 50}}

    Of more than ``max_categories`` the most frequent stay; the rest share the input for the unknown.
    A missing value is a category of its own if training had one, else unknown.
    """
    if len(vocabulary.names) > max_categories:
        kept = np.sort(np.argsort(-counts, kind="stable")[:max_categories])
        vocabulary = Vocabulary(tuple(vocabulary.names[place] for place in kept), vocabulary.numeric)
    return OneHot(vocabulary, missing)
