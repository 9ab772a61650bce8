"""What an augmentation is given when it is built: which inputs belong together, the picture they make, its random streams."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nntrain.augment.canvas import Canvas
from nntrain.errors import ConfigError
from nntrain.streams import stream
from nntrain.types import Feature


@dataclass(frozen=True)
class Site:
    """The place of one augmentation in a run.

    ``name``      tells its random stream from the others'
    ``features``  what each of the n inputs stands for
    ``image``     where the inputs lie in a picture, if they are its pixels
    """

    name: str
    seed: int
    features: tuple[Feature, ...]
    image: Canvas | None = None

    def random(self, step: int) -> np.random.Generator:
        """The stream of draws for one step: a function of seed, step and name alone."""
        return stream(self.seed, f"augmentation/{self.name}", step)

    def numbers(self) -> NDArray[np.intp]:
        """The places of the inputs that are scaled numbers; there must be one."""
        places = np.flatnonzero([feature.kind == "number" for feature in self.features])
        if not len(places):
            raise ConfigError("there is no numeric input to work on")
        return places

    def cells(self) -> NDArray[np.intp]:
        """For each input the number of its column, (n,): the inputs of one column are one cell of the table."""
        return cells_of(self.features)

    def canvas(self) -> Canvas:
        """The picture; there must be one."""
        if self.image is None:
            raise ConfigError("works on pictures; say how large they are with data.image: [height, width]")
        return self.image

    def refuse_codes(self, mending: str) -> None:
        """For what averages inputs: the codes of categories have no average."""
        code = next((feature for feature in self.features if feature.kind == "code"), None)
        if code is not None:
            raise ConfigError(
                f"column '{code.column}' comes in as the code of a category, which has no average; {mending}"
            )


def cells_of(features: Sequence[Feature]) -> NDArray[np.intp]:
    """For each input the number of its column, counted from 0 in their order."""
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(feature.column, len(numbers)) for feature in features], np.intp)
