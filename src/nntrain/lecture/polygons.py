"""Convex polygons as two-layer step networks, and a union of two as a three-layer one, written down from their corners."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import numpy as np
from annotated_types import Ge, Le, MaxLen, MinLen
from numpy.typing import NDArray

from nntrain.errors import ConfigError
from nntrain.lecture.built import answers, step_network
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.network import Network

Corner = Annotated[list[float], MinLen(2), MaxLen(2)]
Polygon = Annotated[list[Corner], MinLen(3)]
Points: TypeAlias = NDArray[np.float64]
"""(N, 2)."""

ON_AN_EDGE = 1e-5
"""Points this near to an edge are left out: float32 knows coordinates around 1 to 1e-7."""


@demonstrations
def polygons(scene: Scene, *, first: Polygon, second: Polygon, grid: Annotated[int, Ge(10), Le(1000)] = 200) -> Shown:
    """Each polygon, and their union, against ray casting on a grid around them.

    Figures of ``first``, ``second`` and ``union``: ``points_right`` (share), ``points``, ``inside``, ``units``. Corners go
    round counterclockwise.
    """
    shapes = [np.array(first), np.array(second)]
    for name, shape in zip(("first", "second"), shapes, strict=True):
        if not is_convex(shape):
            raise ConfigError(f"demonstration.polygons.{name}: not convex; expected corners counterclockwise")
    points = _grid(np.concatenate(shapes), grid)
    inside = [is_inside(points, shape) for shape in shapes]
    networks = {
        "first": polygon_network(shapes[0]),
        "second": polygon_network(shapes[1]),
        "union": union_network(*shapes),
    }
    truths = {"first": inside[0], "second": inside[1], "union": inside[0] | inside[1]}
    edges = {"first": shapes[:1], "second": shapes[1:], "union": shapes}
    outcomes = {}
    for name, network in networks.items():
        clear = np.min([distance_to_edges(points, shape) for shape in edges[name]], axis=0) > ON_AN_EDGE
        right = answers(network, points[clear]) == truths[name][clear]
        figures = {
            "points_right": float(right.mean()),
            "points": float(clear.sum()),
            "inside": float(truths[name][clear].sum()),
            "units": float(sum(p.size for p in network.vector.parameters if p.role == "bias")),
        }
        outcomes[name] = Outcome(figures)
    return Shown(outcomes, [_drawing(networks["union"], np.concatenate(shapes))])


def half_planes(corners: Points) -> tuple[Points, NDArray[np.float64]]:
    """W (2, k) and b (k,): x is left of edge i where x·Wᵢ + bᵢ > 0; each (Wᵢ, bᵢ) gives the distance from that edge."""
    edges = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([-edges[:, 1], edges[:, 0]])  # (2, k), a quarter turn to the left
    normals /= np.linalg.norm(normals, axis=0)
    return normals, -np.einsum("ik,ki->k", normals, corners)


def polygon_network(corners: Points) -> Network:
    """A unit for each edge, and one that asks for all of them: Σ − k + ½ > 0."""
    W, b = half_planes(corners)
    return step_network((W, b), (np.ones((len(b), 1)), [0.5 - len(b)]))


def union_network(first: Points, second: Points) -> Network:
    """The edges of both, a unit that asks for all of the first and one for all of the second, and one that joins these."""
    (W1, b1), (W2, b2) = half_planes(first), half_planes(second)
    k1, k2 = len(b1), len(b2)
    alls = np.zeros((k1 + k2, 2))
    alls[:k1, 0] = alls[k1:, 1] = 1.0
    edges = np.concatenate([W1, W2], axis=1), np.concatenate([b1, b2])
    return step_network(edges, (alls, [0.5 - k1, 0.5 - k2]), (np.ones((2, 1)), [-0.5]))


def is_convex(corners: Points) -> bool:
    """Whether it turns left at every corner, once round."""
    edges = np.roll(corners, -1, axis=0) - corners
    after = np.roll(edges, -1, axis=0)
    turns = edges[:, 0] * after[:, 1] - edges[:, 1] * after[:, 0]
    angles = np.arctan2(turns, (edges * after).sum(axis=1))
    return bool((turns > 0).all() and abs(angles.sum() - 2 * np.pi) < 1e-6)


def is_inside(points: Points, corners: Points) -> NDArray[np.bool_]:
    """Ray casting: a ray to the right crosses the edges an odd number of times. It knows nothing of half-planes."""
    x, y = points.T
    inside = np.zeros(len(points), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if y1 != y2:
            inside ^= ((y1 > y) != (y2 > y)) & (x < x1 + (y - y1) / (y2 - y1) * (x2 - x1))
    return inside


def distance_to_edges(points: Points, corners: Points) -> NDArray[np.float64]:
    """From each point to the nearest edge, (N,)."""
    nearest = np.full(len(points), np.inf)
    for begin, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        along = end - begin
        share = np.clip((points - begin) @ along / (along @ along), 0.0, 1.0)
        nearest = np.minimum(nearest, np.linalg.norm(points - begin - share[:, None] * along, axis=1))
    return nearest


def _grid(corners: Points, side: int) -> Points:
    """A grid over the corners and a quarter of their extent around them, (side², 2)."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    margin = (high - low) / 4
    axes = [np.linspace(a, b, side) for a, b in zip(low - margin, high + margin, strict=True)]
    return np.stack(np.meshgrid(*axes), axis=-1).reshape(-1, 2)


def _drawing(network: Network, corners: Points) -> str:
    """What the network says, in characters about twice as high as wide."""
    columns, lines = 56, 20
    low, high = corners.min(axis=0), corners.max(axis=0)
    margin = (high - low) / 8
    xs = np.linspace(low[0] - margin[0], high[0] + margin[0], columns)
    ys = np.linspace(high[1] + margin[1], low[1] - margin[1], lines)
    said = answers(network, np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)).reshape(lines, columns)
    return "\n".join("".join("█" if cell else "·" for cell in line) for line in said)
