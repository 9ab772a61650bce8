"""The contract of augmentations, and their registry."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from nntrain.augment.site import Site
from nntrain.config.registry import Registry
from nntrain.network.mixed import AnyTargets
from nntrain.types import Batch


class Augmentation(ABC):
    """Changes a batch; what it draws is a function of the step."""

    mixes_targets: ClassVar[bool] = False
    """Whether rows get a share of other rows' targets."""

    @abstractmethod
    def __call__(self, x: Batch, y: AnyTargets, step: int) -> AnyTargets:
        """Change x (B, n) in place, and return the targets that now belong to it."""


class Movement(ABC):
    """Moves pictures by an affine map; movements that follow each other are put together before any pixel is touched.

    A map says where the colour of a place comes from: (y, x) in the result is M (y, x) + t in the picture, in pixels from its
    middle, y down and x to the right.
    """

    mixes_targets: ClassVar[bool] = False

    def __init__(self, site: Site) -> None:
        self.site, self.canvas = site, site.canvas()

    @abstractmethod
    def maps(self, count: int, step: int) -> NDArray[np.float32]:
        """The maps of ``count`` rows, (B, 3, 3): M, t, and below them (0, 0, 1)."""


augmentations: Registry[Augmentation | Movement] = Registry("augmentation")
