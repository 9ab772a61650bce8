"""Which rows of a batch go through the instructions of a program together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.network import losses
from nntrain.network.lowering import lower, rows_together
from tests.references.networks import make_network
from tests.references.numba import needs_numba

pytestmark = needs_numba


def stages(width: int, *layers: tuple[str, dict[str, Any]]) -> list[Any]:
    network = make_network([("dense", {"units": width}), *layers, ("output", {})], 5, 3, dtype=np.float32)
    network.fuse(compiled=True)
    return list(network.stages)


@pytest.mark.parametrize(
    ("width", "batch", "shares", "together"),
    [
        (256, 8_192, 2, 1_024),
        (256, 8_192, 1, 512),
        (256, 1_025, 2, 1_025),  # of two pieces each would be half of what it may be
        (256, 16_000, 2, 1_008),  # in whole cache lines, all about as long
        (8, 1_535, 2, 1_535),
        (8, 1_600, 2, 800),
        (1_024, 8_192, 2, 4_096),  # weights that do not fit into a cache are read less often
        (1_024, 4_096, 2, 4_096),
        (8, 100_000, 64, 33_344),
    ],
)
def test_pieces_of_a_batch(width: int, batch: int, shares: int, together: int) -> None:
    assert rows_together(stages(width), batch, shares) == together


def test_batch_norm_couples_all_rows() -> None:
    assert rows_together(stages(8, ("batch_norm", {})), 100_000, 1) == 100_000


@given(st.integers(1, 1 << 20), st.integers(1, 64))
def test_pieces_begin_at_even_rows_and_are_about_as_long_as_they_should_be(batch: int, shares: int) -> None:
    """Two entries of a dropout mask share a counter."""
    together, piece = rows_together([], batch, shares), 512 * shares
    assert together == batch or together % 16 == 0
    assert min(batch, 0.75 * piece) <= together <= 1.5 * piece + 16


def test_the_workspace_is_that_of_a_piece() -> None:
    loss = losses.build("cross_entropy", 3, 8, np.float32)
    one, many = (lower(stages(64), loss, 5, batch, 2) for batch in (1_024, 65_536))
    assert (one.capacity, many.capacity) == (1_024, 1_024)
    assert one.workspace().size == many.workspace().size
