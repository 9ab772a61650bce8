"""Every compiled twin does what its reference does, on random input, in float32 and float64, and takes its signature."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pytest

from nntrain.kernels import references
from nntrain.network.curves import CURVES
from nntrain.network.kinds import GELU, TANH_GELU
from tests.references.numba import HIDDEN, needs_numba

for _module in ("network", "optim", "training.split_pass"):
    import_module(f"nntrain.{_module}")  # declares its kernels

pytestmark = needs_numba

TWINS: dict[str, Any] = {} if HIDDEN else import_module("nntrain.kernels.compiled").twins

ROWS, WIDTH = 13, 7
SCALARS: dict[str, list[Any]] = {
    "kind": list(range(13)),
    "limit": [0, 20_000],
    "a": [0.1],
    "keys": [(0x12345678, 0x9ABCDEF0)],
    "scale": [1.4],
    "epsilon": [1e-5],
    "lr": [0.03],
    "l1": [0.02],
    "l2": [0.3],
    "own": [0.4],
    "its": [0.6],
    "mu": [0.9],
    "rho": [0.9],
    "betas": [(0.9, 0.99)],
    "corrections": [(0.3, 0.05)],
    "smoothing": [0.1],
    "focusing": [2.0, 0.5, 0.0],
    "margin": [1.0, 0.0],
    "squared": [False, True],
    "delta": [0.7],
    "shares": [(0.2, 0.7)],
    "correction": [0.05],
    "bound": [3.0],
    "share": [0.1],
}
MATRICES = {"W", "x", "y", "told", "dy", "dz", "dx", "logits", "x_hat", "mask"}

WAVES = {
    "x": (ROWS, WIDTH, 1),
    "e": (ROWS, WIDTH, 6),
    "de": (ROWS, WIDTH, 6),
    "dv": (ROWS, WIDTH, 3),
    "dc": (WIDTH, 3),
}
"""Shapes of the arrays of `wave_gradient`."""


def arguments(function: Callable[..., Any], dtype: Any, kind: int, limit: int) -> list[Any]:
    """Arguments by the names of the parameters: scalars from the table, the rest arrays."""
    rng = np.random.default_rng(kind + limit)
    made: list[Any] = []
    names = list(inspect.signature(function).parameters)
    if function.__name__ == "wave_gradient":
        return [rng.normal(size=WAVES[name]).astype(dtype) for name in names]
    for name in names:
        if name in {"kind", "limit"}:
            made.append(kind if name == "kind" else limit)
        elif name in SCALARS:
            made.append(SCALARS[name][kind % len(SCALARS[name])])
        elif name == "statistics":
            made.append(np.abs(rng.normal(size=(3, WIDTH))).astype(dtype))
        elif name == "y" and function.__module__.endswith(("regression_loss", "quantile_loss")):
            made.append(np.abs(rng.normal(size=(ROWS, 1 if "levels" in names else WIDTH))).astype(dtype))
        elif name == "y" and function.__module__.endswith("multilabel_loss"):
            made.append(rng.integers(0, 2, (ROWS, WIDTH), np.int32))
        elif name == "y" and "logits" in names:
            made.append(rng.integers(0, 2, ROWS, np.int32))
        elif name == "gradient" and "logits" in names:
            made.append(np.zeros((ROWS, WIDTH), dtype))
        elif name == "inverse":
            made.append(rng.normal(size=(ROWS, 1)).astype(dtype))
        elif name in MATRICES or (name == "spare" and {"x", "dy"} & set(names)):
            made.append(rng.normal(size=(ROWS, WIDTH)).astype(dtype))
        else:
            values = rng.normal(size=WIDTH if {"W", "y", "dy"} & set(names) else 1_000).astype(dtype)
            made.append(np.abs(values) if name in {"total", "average", "greatest", "steps"} else values)
    return made


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("limit", SCALARS["limit"])
@pytest.mark.parametrize("kind", SCALARS["kind"])
@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_twin_does_what_its_reference_does(name: str, kind: int, limit: int, dtype: Any) -> None:
    reference = references[name]
    expected, given = (arguments(reference, dtype, kind, limit) for _ in range(2))
    results = reference(*expected), TWINS[name](*given)
    tolerance = 2e-5 if dtype is np.float32 else 1e-12
    if results[0] is not None:
        assert results[1] == pytest.approx(results[0], rel=tolerance)
    for parameter, one, other in zip(inspect.signature(reference).parameters, expected, given, strict=True):
        if parameter not in {"scratch", "spare", "de"}:
            np.testing.assert_allclose(other, one, rtol=tolerance, atol=tolerance, err_msg=parameter)


@pytest.mark.parametrize("name", sorted(TWINS))
def test_a_twin_has_the_signature_of_its_reference(name: str) -> None:
    function = TWINS[name].py_func
    assert list(inspect.signature(function).parameters) == list(inspect.signature(references[name]).parameters)


@pytest.mark.parametrize("name", ["bias_activation", "norm_activation"])
def test_infinity_and_nan_pass_as_in_the_reference(name: str) -> None:
    for kind in SCALARS["kind"]:
        expected, given = (arguments(references[name], np.float32, kind, 0) for _ in range(2))
        for values in (expected, given):
            values[0][0, 0], values[0][1, 1], values[0][2, 2] = np.nan, -np.inf, np.inf
        with np.errstate(all="ignore"):
            references[name](*expected)
            TWINS[name](*given)
        np.testing.assert_allclose(given[0], expected[0], rtol=1e-5, atol=1e-30)


@pytest.mark.parametrize("kind", CURVES)
def test_vectorised_curves_are_precise_in_float32(kind: int) -> None:
    z = np.concatenate([np.linspace(-90, 90, 40_001), np.linspace(-1, 1, 40_001), np.geomspace(1e-30, 1, 1_000)])
    y, slope = z.astype(np.float32)[None], np.empty((1, z.size), np.float32)
    value, derivative = CURVES[kind](y.astype(np.float64), 0.7)
    TWINS["bias_activation"](y, np.zeros(z.size, np.float32), kind, 0.7, (0, 0), 0, 1.0, slope)
    cancelling = {GELU: 1e-6, TANH_GELU: 3e-6}.get(kind, 1e-30)
    np.testing.assert_allclose(y, value, rtol=5e-7, atol=cancelling)
    np.testing.assert_allclose(slope, derivative, rtol=1e-6, atol=max(cancelling, 1e-6))


@pytest.mark.parametrize("name", sorted(TWINS))
def test_what_is_kept_of_a_twin_does_not_refer_to_numba_s_runtime(name: str) -> None:
    """It is loaded without that (`ForgivingCache`)."""
    TWINS[name](*arguments(references[name], np.float32, 0, 0))
    kept = list(import_module("nntrain.kernels.compiled.twin").FOLDER.glob(f"*.{name}-*.nbc"))
    assert kept
    assert not [path.name for path in kept if b"NRT_" in path.read_bytes()]
