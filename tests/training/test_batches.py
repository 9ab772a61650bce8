"""The batches of an epoch: every row once, in an order that seed and epoch decide."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.training.batches import Batches
from nntrain.training.settings import derived_batch_size


def sizes(rows: int, size: int) -> list[int]:
    batches = Batches(rows, size, seed=0)
    order = batches.order(0)
    return [len(rows) for rows in np.split(order, batches.bounds[1:-1])]


@pytest.mark.parametrize(
    ("rows", "size", "expected"),
    [
        (10, 5, [5, 5]),
        (12, 5, [5, 5, 2]),
        (11, 5, [5, 6]),  # a single row left over joins the batch before
        (6, 5, [6]),
        (5, 5, [5]),
        (4, 5, [4]),
        (2, 64, [2]),
        (1, 64, [1]),
        (1, 1, [1]),
        (3, 1, [1, 1, 1]),
        (2, 1, [1, 1]),
        (3, 2, [3]),
        (5, 2, [2, 3]),
        (4, 2, [2, 2]),
    ],
)
def test_sizes(rows: int, size: int, expected: list[int]) -> None:
    assert sizes(rows, size) == expected


@given(st.integers(1, 500), st.integers(1, 80), st.integers(0, 2**63 - 1), st.integers(0, 1000))
def test_every_row_comes_once(rows: int, size: int, seed: int, epoch: int) -> None:
    batches = Batches(rows, size, seed)
    order = batches.order(epoch)
    seen = np.split(order, batches.bounds[1:-1])
    assert sorted(np.concatenate(seen)) == list(range(rows))
    lengths = [len(part) for part in seen]
    assert max(lengths) <= batches.largest <= min(rows, size + 1)
    assert all(length == size for length in lengths[:-1])
    assert lengths[-1] > 1 or size == 1 or rows == 1


@given(st.integers(1, 500), st.integers(1, 80))
def test_largest_holds_the_largest(rows: int, size: int) -> None:
    assert max(sizes(rows, size)) <= Batches(rows, size, 0).largest


class TestOrder:
    def test_it_repeats(self) -> None:
        np.testing.assert_array_equal(Batches(100, 8, 3).order(5), Batches(100, 8, 3).order(5))

    def test_the_batch_size_does_not_matter(self) -> None:
        np.testing.assert_array_equal(Batches(100, 8, 3).order(5), Batches(100, 16, 3).order(5))

    @pytest.mark.parametrize(("seed", "epoch"), [(3, 6), (4, 5), (4, 6), (0, 0)])
    def test_seed_and_epoch_change_it(self, seed: int, epoch: int) -> None:
        assert np.mean(Batches(1000, 8, 3).order(5) == Batches(1000, 8, seed).order(epoch)) < 0.02

    def test_it_does_not_depend_on_what_was_drawn_before(self) -> None:
        used = Batches(100, 8, 3)
        used.order(0)
        used.order(1)
        np.testing.assert_array_equal(used.order(2), Batches(100, 8, 3).order(2))

    def test_every_place_is_as_likely(self) -> None:
        places = np.array([np.flatnonzero(Batches(5, 2, 0).order(epoch) == 0)[0] for epoch in range(2000)])
        assert np.abs(np.bincount(places, minlength=5) / 2000 - 0.2).max() < 0.04


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        (1, 1),
        (2, 2),
        (63, 63),
        (64, 64),
        (1_024, 64),
        (1_025, 128),
        (8_192, 128),
        (8_193, 256),
        (30_000, 256),
        (30_001, 512),
        (100_000, 512),
        (100_001, 1_024),
        (10_000_000, 1_024),
    ],
)
def test_derived_batch_size(rows: int, size: int) -> None:
    assert derived_batch_size(rows) == size


@given(st.integers(1, 10**7), st.integers(0, 10**6))
def test_derived_batch_size_never_shrinks_and_never_exceeds_the_rows(rows: int, more: int) -> None:
    assert 1 <= derived_batch_size(rows) <= rows
    assert derived_batch_size(rows) <= derived_batch_size(rows + more)
