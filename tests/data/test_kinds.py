"""A new scaling or encoding is one class: it is fitted, described, stored and restored without being named elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from nntrain.data.columns import Codes, NumberColumn, Numbers, TextColumn
from nntrain.data.encoding import Encoding, encodings
from nntrain.data.kinds import Kinds
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.registries import encoders, scalers
from nntrain.data.scales import Scale, scales
from nntrain.data.summary import summarize
from nntrain.data.vocabulary import Vocabulary
from nntrain.types import RowNumbers
from tests.data.tables import labelled, load


@dataclass(frozen=True)
class Rooted(Scale):
    """z = ∛x."""

    kind: ClassVar[str] = "rooted"

    def __call__(self, values: Numbers) -> Numbers:
        return np.cbrt(values)

    def describe(self) -> str:
        return "∛x"

    def state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Rooted:
        return cls()


@dataclass(frozen=True)
class Placed(Encoding):
    """The place of the category, as one input."""

    kind: ClassVar[str] = "placed"
    vocabulary: Vocabulary

    @property
    def categories(self) -> int:
        return len(self.vocabulary.names)

    @property
    def features(self) -> list[str]:
        return [" as a place"]

    def write(self, column: NumberColumn | TextColumn, rows: RowNumbers, out: NDArray[np.float32]) -> int:
        codes = self.vocabulary.codes(column)[rows]
        out[:, 0] = codes
        return int(np.count_nonzero(codes < 0))

    def describe(self) -> str:
        return "its place"

    def state(self) -> dict[str, Any]:
        return self.vocabulary.state()

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Placed:
        return cls(Vocabulary.from_state(state))


@pytest.fixture
def _registered() -> Iterator[None]:
    """Both, for the time of one test."""

    def rooted(values: Numbers) -> Rooted:
        return Rooted()

    def placed(vocabulary: Vocabulary, counts: Codes, missing: bool) -> Placed:
        return Placed(vocabulary)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scalers, "_components", dict(scalers._components))
        patch.setattr(encoders, "_components", dict(encoders._components))
        scalers(rooted)
        encoders(placed)
        scales(Rooted)
        encodings(Placed)
        yield
        del scales[Rooted.kind], encodings[Placed.kind]


@pytest.mark.usefixtures("_registered")
def test_a_new_kind_is_known_everywhere_by_its_class(tmp_path: Path) -> None:
    rows = labelled("8,red", "27,blue", "64,red", "-8,green")
    dataset = load(tmp_path, "a,b,label", *rows, numeric="rooted", categorical="placed")
    assert dataset.train.x.tolist() == [[2, 2], [3, 0], [4, 2], [-2, 1]]
    assert dataset.preprocessing.features == ["a", "b as a place"]
    assert [column.treatment for column in summarize(dataset).columns] == ["∛x", "its place"]
    state = json.loads(json.dumps(dataset.preprocessing.state()))
    assert state["inputs"][0]["scale"] == {"kind": "rooted"}
    assert Preprocessing.from_state(state) == dataset.preprocessing


def test_every_kind_has_its_own_name() -> None:
    registries: list[Kinds[Any]] = [scales, encodings]
    for kinds in registries:
        assert all(cls.kind == kind for kind, cls in kinds.items())
        taken = next(iter(kinds.values()))
        with pytest.raises(ValueError, match=f"two kinds named '{taken.kind}'"):
            kinds(taken)


def test_a_kind_that_is_not_known_is_named() -> None:
    with pytest.raises(KeyError, match="unheard"):
        scales.restore({"kind": "unheard"})
