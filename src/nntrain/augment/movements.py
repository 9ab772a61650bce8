"""Movements of pictures, one affine map for each row: shift, rotation, scaling, flip."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Gt, Le
from numpy.typing import NDArray

from nntrain.augment.augmentation import Movement, augmentations
from nntrain.augment.site import Site
from nntrain.errors import ConfigError
from nntrain.types import Count, Share

Maps = NDArray[np.float32]
Degrees = Annotated[float, Gt(0), Le(180)]
Factor = Annotated[float, Gt(1), Le(10)]


@augmentations
class Shift(Movement):
    """Pictures moved by whole pixels: (y, x) ← (y − d_y, x − d_x), d_y and d_x uniform over −p … p, each for itself.

    YAML      augmentation: [{shift: 2}]

    ``pixels``  p, the furthest that a picture is moved each way; what comes in from outside is empty

    Needs `data.image: [height, width]`. Whole pixels leave every pixel as sharp as it was. Pictures are moved in the table's own units,
    where an empty pixel is 0, and then scaled again, each pixel in its own way. `data.numeric: min_max` fits pictures better than
    `standardize`: a pixel that is hardly ever used has a small σ, by which what is moved there would become an outlier.
    """

    def __init__(self, site: Site, *, pixels: Count) -> None:
        super().__init__(site)
        self.pixels = pixels
        if pixels >= min(self.canvas.height, self.canvas.width):
            size = f"{self.canvas.height} × {self.canvas.width}"
            raise ConfigError(f"{pixels} pixels would move pictures of {size} out of sight; expected less")

    def maps(self, count: int, step: int) -> Maps:
        """t = −(d_y, d_x)."""
        maps = _identities(count)
        maps[:, :2, 2] = self.site.random(step).integers(-self.pixels, self.pixels + 1, (count, 2))
        return maps


@augmentations
class Rotation(Movement):
    """Pictures turned around their middle by an angle that is uniform over −a … a degrees.

    YAML      augmentation: [{rotation: 15}]

    ``degrees``  a, the largest angle; what comes in at the corners is empty

    Needs `data.image: [height, width]`. Bilinear interpolation; turns, shifts, scalings and flips that stand next to each other
    in the list are put together and interpolated once.
    """

    def __init__(self, site: Site, *, degrees: Degrees) -> None:
        super().__init__(site)
        self.degrees = degrees

    def maps(self, count: int, step: int) -> Maps:
        """M = (cos θ, −sin θ; sin θ, cos θ)."""
        angles = np.deg2rad(self.site.random(step).uniform(-self.degrees, self.degrees, count))
        maps = _identities(count)
        maps[:, 0, 0] = maps[:, 1, 1] = np.cos(angles)
        maps[:, 1, 0] = np.sin(angles)
        maps[:, 0, 1] = -maps[:, 1, 0]
        return maps


@augmentations
class Scaling(Movement):
    """Pictures enlarged or shrunk around their middle: by e^u, u uniform over −ln f … ln f, so that both are as likely.

    YAML      augmentation: [{scaling: 1.2}]

    ``factor``  f, how many times as large, or as small, a picture may become

    Needs `data.image: [height, width]`. Bilinear interpolation, as in `rotation`.
    """

    def __init__(self, site: Site, *, factor: Factor) -> None:
        super().__init__(site)
        self.reach = float(np.log(factor))

    def maps(self, count: int, step: int) -> Maps:
        """M = e^−u I: where the picture is twice as large, colours come from half as far away."""
        maps = _identities(count)
        maps[:, 0, 0] = maps[:, 1, 1] = np.exp(self.site.random(step).uniform(-self.reach, self.reach, count))
        return maps


@augmentations
class Flip(Movement):
    """Pictures mirrored left to right, each with a probability.

    YAML      augmentation: [flip]          augmentation: [{flip: 0.3}]

    ``probability``  of being mirrored

    Needs `data.image: [height, width]`. For things that look alike from both sides; not for digits and letters.
    """

    def __init__(self, site: Site, *, probability: Share = 0.5) -> None:
        super().__init__(site)
        self.probability = probability

    def maps(self, count: int, step: int) -> Maps:
        """x ← −x."""
        maps = _identities(count)
        maps[self.site.random(step).random(count) < self.probability, 1, 1] = -1.0
        return maps


def _identities(count: int) -> Maps:
    return np.tile(np.eye(3, dtype=np.float32), (count, 1, 1))
