"""How many threads, and whether compiled: pure functions of shapes and counts."""

from __future__ import annotations

import pytest

from nntrain.kernels import picking, threads
from nntrain.kernels.threads import Parallelism, fitting_parallelism


@pytest.fixture(autouse=True)
def _four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "usable_cores", lambda: 4)


SHAPES = {
    "tiny": ([(20, 64), (64, 64), (64, 3)], 32),
    "tabular": ([(54, 512), (512, 256), (256, 7)], 1_024),
    "wide, few rows": ([(784, 1024), (1024, 1024)], 96),
    "middling": ([(54, 256), (256, 256), (256, 7)], 256),
    "wide": ([(784, 1024), (1024, 1024)], 256),
    "mnist": ([(784, 256), (256, 128), (128, 10)], 128),
    "nothing": ([], 10),
}


@pytest.mark.parametrize(
    ("shape", "coupled", "with_numpy", "with_numba"),
    [
        ("tiny", False, Parallelism(1, 1), Parallelism(1, 1)),  # a step of microseconds
        ("tabular", False, Parallelism(4, 1), Parallelism(4, 1)),
        ("wide, few rows", False, Parallelism(1, 4), Parallelism(3, 1)),  # no share under 32 rows
        ("middling", True, Parallelism(1, 4), Parallelism(1, 1)),  # batch_norm, and not large
        ("wide", True, Parallelism(1, 4), Parallelism(1, 4)),
        ("mnist", False, Parallelism(1, 4), Parallelism(4, 1)),
        ("nothing", False, Parallelism(1, 1), Parallelism(1, 1)),
    ],
)
def test_what_fits(shape: str, coupled: bool, with_numpy: Parallelism, with_numba: Parallelism) -> None:
    weights, rows = SHAPES[shape]
    assert fitting_parallelism(weights, rows, coupled=coupled) == with_numpy
    assert fitting_parallelism(weights, rows, coupled=coupled, compiled=True) == with_numba


def test_vectors_are_no_products() -> None:
    assert fitting_parallelism([(1 << 30,)], 1 << 20, coupled=True) == Parallelism(1, 1)


def test_compiling_is_for_runs_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picking, "can_compile", lambda: True)
    assert not picking.worth_compiling(steps=360, products=5_000)
    assert picking.worth_compiling(steps=100_000, products=5_000)
    assert picking.worth_compiling(steps=1_000, products=37_000_000)
    monkeypatch.setattr(picking, "can_compile", lambda: False)
    assert not picking.worth_compiling(steps=100_000, products=37_000_000)
