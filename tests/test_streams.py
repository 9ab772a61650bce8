"""Random streams: a function of seed, purpose and position, in every process and for ever."""

from __future__ import annotations

import subprocess
import sys
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain import streams
from nntrain.streams import row_numbers, row_type, shuffled, stream, stream_key

seeds = st.integers(0, 2**63 - 1)


@given(seeds, st.text(), st.integers(0, 2**62))
def test_a_key_is_128_bits_and_repeats(seed: int, purpose: str, position: int) -> None:
    key = stream_key(seed, purpose, position)
    assert key == stream_key(seed, purpose, position)
    assert 0 <= key < 2**128


@given(
    st.lists(st.tuples(seeds, st.sampled_from(["shuffle", "mask/1", "mask/11", "a"]), st.integers(0, 10)), unique=True)
)
def test_other_names_have_other_keys(names: list[tuple[int, str, int]]) -> None:
    assert len({stream_key(*name) for name in names}) == len(names)


def test_digits_of_seed_and_position_do_not_run_together() -> None:
    assert len({stream_key(1, "a", 11), stream_key(11, "a", 1), stream_key(1, "1/a", 1), stream_key(1, "a/1", 1)}) == 4


def test_keys_are_what_they_were() -> None:
    """Old runs resume with the same streams: these must never change."""
    assert stream_key(0, "shuffle", 0) == 0x3EF132301E2611E860327CEF7E2D8705
    assert stream_key(7, "initialize/1.dense/W") == 0x1A4A282F138767CD8D4C27D4F66260D4


def test_streams_are_what_they_were() -> None:
    assert [int(word) for word in stream(0, "shuffle", 3).integers(0, 1000, 4)] == [50, 183, 14, 394]


def test_the_same_in_another_process() -> None:
    code = "from nntrain.streams import stream; print(stream(5, 'x', 2).random())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(done.stdout) == stream(5, "x", 2).random()


def test_drawing_from_one_leaves_others_alone() -> None:
    first = stream(0, "x").random(5)
    stream(0, "y").random(100)
    stream(0, "x", 1).random(100)
    np.testing.assert_array_equal(stream(0, "x").random(5), first)


@pytest.mark.parametrize("other", [(1, "x", 0), (0, "y", 0), (0, "x", 1)])
def test_streams_are_uncorrelated(other: tuple[int, str, int]) -> None:
    one, two = stream(0, "x", 0).normal(size=20_000), stream(*other).normal(size=20_000)
    assert abs(np.corrcoef(one, two)[0, 1]) < 0.03


@pytest.mark.parametrize("few", [100, 10_000])
@given(st.integers(0, 3000), st.integers(0, 2**63 - 1), st.integers(0, 100))
def test_shuffled_rows_are_a_permutation_in_half_the_memory(few: int, count: int, seed: int, position: int) -> None:
    with patch.object(streams, "FEW", few):
        rows = shuffled(count, seed, "shuffle", position)
    assert rows.dtype == np.int32
    np.testing.assert_array_equal(rows, stream(seed, "shuffle", position).permutation(count))


def test_rows_that_do_not_fit_four_bytes_take_eight() -> None:
    assert row_type(2**31) is np.int32
    assert row_type(2**31 + 1) is np.int64
    np.testing.assert_array_equal(row_numbers(3), [0, 1, 2])
