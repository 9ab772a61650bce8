"""The running loss of an epoch."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, strategies as st

from nntrain.training.state import Position

BATCHES = st.lists(st.tuples(st.floats(0.0, 1e6), st.integers(1, 10_000)), min_size=1, max_size=40)


@given(BATCHES, st.integers(0, 40))
def test_the_running_loss_is_summed_batch_after_batch_however_the_epoch_is_cut(
    batches: list[tuple[float, int]], cut: int
) -> None:
    losses, sizes = [loss for loss, _ in batches], np.array([rows for _, rows in batches])
    position, expected = Position(), 0.0
    for part in (slice(None, cut), slice(cut, None)):
        position.advance(losses[part], sizes[part])
    for loss, rows in batches:
        expected += loss * rows
    assert (position.loss_sum, position.rows) == (expected, int(sizes.sum()))
    assert (position.batch, position.step) == (len(batches), len(batches))


def test_batches_behind_one_that_failed_do_not_count() -> None:
    position = Position()
    position.advance([2.0], np.array([10, 20, 30]))
    assert (position.batch, position.rows, position.running_loss) == (1, 10, 2.0)
    position.advance([math.inf], np.array([10]))
    assert position.running_loss == math.inf
