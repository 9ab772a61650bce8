"""Dropout's masks: how often they drop, and what they depend on."""

from __future__ import annotations

import numpy as np
import pytest

from nntrain.network.masks import random_bits
from nntrain.types import Array
from tests.references.networks import Specs, make_network

ROWS, WIDTH = 256, 512


def mask(rate: float, seed: int = 0, step: int = 1, position: int = 0, rows: int = ROWS) -> Array:
    """What dropout makes of ones, at this position among the layers."""
    specs: Specs = [("identity", {})] * position + [("dropout", {"rate": rate})]
    network = make_network(specs, WIDTH, seed=seed)
    network.clock.step = step
    return network.forward(np.ones((rows, WIDTH))).copy()


@pytest.mark.parametrize("rate", [0.0, 1e-3, 0.1, 0.2, 0.5, 0.9, 0.99])
def test_the_rate_and_the_expectation(rate: float) -> None:
    y = np.stack([mask(rate, step=step) for step in range(4)])
    deviation = np.sqrt(rate * (1 - rate) / y.size)
    assert abs(np.mean(y == 0.0) - rate) <= 4 * deviation
    assert abs(np.mean(y) - 1.0) <= 4 * deviation / (1 - rate)
    np.testing.assert_allclose(y[y != 0.0], 1.0 / (1.0 - rate), rtol=1e-15)


def test_entries_are_independent_of_their_neighbours() -> None:
    dropped = np.stack([mask(0.3, step=step) == 0.0 for step in range(4)]).astype(float) - 0.3
    noise = 4 * 0.21 / np.sqrt(dropped.size)
    for axis in range(3):  # next step, next row, next unit
        along = np.moveaxis(dropped, axis, 0)
        assert abs(np.mean(along[1:] * along[:-1])) < 1.3 * noise
    assert np.abs(dropped.mean(axis=(0, 1))).max() < 5 * np.sqrt(0.21 / (4 * ROWS))  # every unit
    assert np.abs(dropped.mean(axis=(0, 2))).max() < 5 * np.sqrt(0.21 / (4 * WIDTH))  # every row


@pytest.mark.parametrize("other", [{"seed": 1}, {"step": 2}, {"position": 1}, {"step": 2**40}])
def test_masks_differ_by_seed_step_and_layer(other: dict[str, int]) -> None:
    same = np.mean((mask(0.5) == 0.0) == (mask(0.5, **other) == 0.0))
    assert abs(same - 0.5) < 0.01


def test_masks_repeat() -> None:
    np.testing.assert_array_equal(mask(0.5, step=9), mask(0.5, step=9))


def test_two_dropouts_of_a_network_draw_apart() -> None:
    network = make_network([("dropout", {"rate": 0.5})] * 2, WIDTH)
    once = network.layers[0].forward(np.ones((ROWS, WIDTH))) == 0.0
    twice = network.layers[1].forward(np.ones((ROWS, WIDTH))) == 0.0
    assert abs(np.mean(once == twice) - 0.5) < 0.01


@pytest.mark.parametrize("rows", [1, 2, 3, 255])
def test_a_smaller_batch_sees_the_start_of_the_same_mask(rows: int) -> None:
    np.testing.assert_array_equal(mask(0.4, rows=rows), mask(0.4)[:rows])


@pytest.mark.parametrize("width", [1, 3, 5])
def test_an_odd_number_of_entries(width: int) -> None:
    network = make_network([("dropout", {"rate": 0.5})], width, capacity=3)
    assert network.forward(np.ones((3, width))).shape == (3, width)


def test_the_gradient_passes_where_the_input_passed() -> None:
    network = make_network([("dropout", {"rate": 0.25})], WIDTH)
    y = network.forward(np.ones((ROWS, WIDTH)))
    np.testing.assert_array_equal(network.layers[0].backward(np.ones((ROWS, WIDTH))), y)


def test_outside_training_it_is_not_there() -> None:
    network = make_network([("dropout", {"rate": 0.9})], 7)
    x = np.random.default_rng(0).normal(size=(300, 7))
    np.testing.assert_array_equal(network.infer(x), x)


def test_the_mask_stands_still_between_forward_and_backward_of_one_step() -> None:
    network = make_network([("dropout", {"rate": 0.5})], WIDTH)
    network.clock.step = 7
    first = network.forward(np.ones((ROWS, WIDTH))).copy()
    np.testing.assert_array_equal(network.forward(np.ones((ROWS, WIDTH))), first)


def test_bits_are_what_they_were() -> None:
    """Old runs resume with the same masks: the hash must never change."""
    bits = random_bits(np.arange(4, dtype=np.uint32), (0x12345678, 0x9ABCDEF0), np.empty(4, np.uint32))
    assert [int(word) for word in bits] == [reference(counter, 0x12345678, 0x9ABCDEF0) for counter in range(4)]


def reference(counter: int, first: int, second: int) -> int:
    """lowbias32 in whole numbers."""
    bits = (counter + first) & 0xFFFFFFFF
    bits = ((bits ^ bits >> 16) * 0x7FEB352D & 0xFFFFFFFF) ^ second
    bits = (bits ^ bits >> 15) * 0x846CA68B & 0xFFFFFFFF
    return bits ^ bits >> 16


def test_every_bit_is_set_half_of_the_time() -> None:
    words = random_bits(np.arange(1 << 16, dtype=np.uint32), (1, 2), np.empty(1 << 16, np.uint32))
    for bit in range(32):
        assert abs(np.mean(words >> bit & 1) - 0.5) < 0.01, bit
