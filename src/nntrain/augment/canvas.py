"""Pictures in the inputs of a table: from scaled inputs to pixels in their own units, and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nntrain.types import Array, Batch

BORDER = 1
"""Empty pixels around a picture, so that interpolation fades out into them."""


@dataclass(frozen=True)
class Canvas:
    """A picture of height × width pixels, row by row. A pixel that is no input (it was the same in every training row) is empty.

    ``places``          (n,) the pixel of each input
    ``shift``, ``scale``  (n,) input = (pixel − shift) / scale, as the preprocessing has it
    An empty pixel is 0 in the table's own units.
    """

    height: int
    width: int
    places: NDArray[np.intp]
    shift: Array
    scale: Array

    def pixels(self, x: Batch) -> NDArray[np.float32]:
        """Inputs (B, n) → pictures (B, height, width) in the table's own units."""
        flat = np.zeros((len(x), self.height * self.width), np.float32)
        flat[:, self.places] = x * self.scale + self.shift
        return flat.reshape(len(x), self.height, self.width)

    def write(self, pixels: NDArray[np.float32], x: Batch) -> None:
        """Pictures → inputs, into x."""
        kept = pixels.reshape(len(x), -1)[:, self.places]
        np.divide(kept - self.shift, self.scale, out=x)


def warp(pixels: NDArray[np.float32], maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Pictures (B, H, W) seen through affine maps (B, 3, 3), by bilinear interpolation; outside there is 0.

    As scipy.ndimage.affine_transform(order=1, mode="grid-constant") does it, one picture after the other.
    """
    count, height, width = pixels.shape
    low_y, low_x = np.float32((height - 1) / 2), np.float32((width - 1) / 2)
    down = np.arange(height, dtype=np.float32)[:, None] - low_y  # (H, 1)
    right = np.arange(width, dtype=np.float32) - low_x  # (W,)
    m = maps[:, :, :, None, None]  # (B, 3, 3, 1, 1)
    y = m[:, 0, 0] * down + m[:, 0, 1] * right + (m[:, 0, 2] + low_y)  # (B, H, W)
    x = m[:, 1, 0] * down + m[:, 1, 1] * right + (m[:, 1, 2] + low_x)
    top, part_y = _cell(y, height)
    left, part_x = _cell(x, width)
    padded = np.pad(pixels, ((0, 0), (BORDER, BORDER), (BORDER, BORDER))).ravel()
    stride = width + 2 * BORDER
    corner = top * stride + left  # (B, H, W)
    corner += (np.arange(count) * (stride * (height + 2 * BORDER)))[:, None, None]
    above = _between(padded.take(corner), padded.take(corner + 1), part_x)
    below = _between(padded.take(corner + stride), padded.take(corner + stride + 1), part_x)
    return _between(above, below, part_y)


def _cell(at: NDArray[np.float32], size: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """The padded pixel before a coordinate, and how far behind it that lies, from 0 to 1; what is far outside moves into the border."""
    inside = np.clip(at, -1.0, size)
    before = np.minimum(np.floor(inside), size - 1)
    return before.astype(np.intp) + BORDER, inside - before


def _between(a: NDArray[np.float32], b: NDArray[np.float32], part: NDArray[np.float32]) -> NDArray[np.float32]:
    """a + part · (b − a), in b."""
    b -= a
    b *= part
    b += a
    return b
