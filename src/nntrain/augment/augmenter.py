"""All augmentations of a run, one after the other; movements of pictures that stand side by side become one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np

from nntrain.augment.augmentation import Augmentation, Movement
from nntrain.augment.canvas import warp
from nntrain.network.mixed import AnyTargets
from nntrain.types import Batch


class Augmenter:
    """Changes the batch of a step, a copy of the training rows: a function of the batch and of the step's number."""

    def __init__(self, augmentations: Sequence[Augmentation | Movement]) -> None:
        self.mixes_targets = any(augmentation.mixes_targets for augmentation in augmentations)
        self.augmentations: list[Augmentation] = []
        for _, group in groupby(augmentations, key=lambda augmentation: isinstance(augmentation, Movement)):
            neighbours = list(group)
            movements = [one for one in neighbours if isinstance(one, Movement)]
            self.augmentations += [Warp(movements)] if movements else []
            self.augmentations += [one for one in neighbours if isinstance(one, Augmentation)]

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Change x (B, n) in place, and return the targets that now belong to it."""
        for augmentation in self.augmentations:
            y = augmentation(x, y, step)
        return y


class Warp(Augmentation):
    """Movements put together: colours are looked up through the first map after the second … after the last."""

    def __init__(self, movements: Sequence[Movement]) -> None:
        self.movements, self.canvas = movements, movements[0].canvas

    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Interpolate once for all of them."""
        maps = self.movements[0].maps(len(x), step)
        for movement in self.movements[1:]:
            maps = np.matmul(maps, movement.maps(len(x), step))  # (B, 3, 3)
        self.canvas.write(warp(self.canvas.pixels(x), maps), x)
        return y
