"""Denormal numbers are zero in training steps, and nowhere else."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import numpy as np
import pytest

import nntrain
from nntrain.kernels import denormals
from nntrain.kernels.denormals import denormals_flushed
from nntrain.training.checkpoint import load_checkpoint
from nntrain.training.crew import Crew
from tests.references.numba import COMPILED
from tests.runs import write_config

KNOWN = (sys.platform, platform.machine()) in denormals.CONTROLS
TINY = np.finfo(np.float32).tiny


def product() -> bool:
    """Whether a product that is denormal, and one of a denormal, are zero."""
    small = np.full(8, TINY, np.float32)
    denormal = np.frombuffer(np.full(8, 1 << 20, np.uint32), np.float32)
    made, used = (small * np.float32(0.5)).view(np.uint32), (denormal * np.float32(1024)).view(np.uint32)
    assert made.any() == used.any()
    return not made.any()


def test_only_within_and_however_it_ends() -> None:
    assert not product()
    with denormals_flushed():
        assert product() == KNOWN
        with denormals_flushed():
            assert product() == KNOWN
        assert product() == KNOWN
    assert not product()
    with pytest.raises(ZeroDivisionError), denormals_flushed():
        raise ZeroDivisionError
    assert not product()


def test_what_is_no_denormal_stays_as_it_is() -> None:
    values = np.random.default_rng(0).normal(size=4000).astype(np.float32)
    plain = (values * values[::-1]).tobytes(), (values.reshape(40, 100) @ values.reshape(100, 40)).tobytes()
    with denormals_flushed(), np.errstate(all="raise"):
        assert plain == (
            (values * values[::-1]).tobytes(),
            (values.reshape(40, 100) @ values.reshape(100, 40)).tobytes(),
        )
        with pytest.raises(FloatingPointError):
            values / np.float32(0)


def test_the_threads_of_a_crew_do_so_too() -> None:
    crew = Crew(2)
    assert crew.run(product, [product, product]) == [False, KNOWN, KNOWN]
    crew.close()


def test_a_system_without_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(denormals, "CONTROLS", {})
    denormals._library.cache_clear()
    with denormals_flushed():
        assert not product()
    denormals._library.cache_clear()


DEAD = """
data: {train: {spirals: {rows: 64, noise: 0.05, classes: 3}}, target: label, split: {validation: 0.25}}
architecture: {hidden: [64]}
optimizer: {adam: {lr: 0.3}}
training: {epochs: 500, batch_size: 16}
"""
"""Steps so long that many a relu dies early: then its gradients are zero, and their running means fall for ever."""


@pytest.mark.parametrize("compiled", COMPILED)
@pytest.mark.parametrize("shares", [1, 2])
def test_the_memory_of_an_optimizer_falls_to_zero(tmp_path: Path, compiled: bool, shares: int) -> None:
    config = write_config(tmp_path, DEAD)
    nntrain.fit(config, {"training.compiled": compiled, "training.shares": shares}, out=tmp_path / "run")
    arrays = load_checkpoint(tmp_path / "run" / "last.safetensors").arrays
    for name, array in arrays.items():
        assert not ((array != 0) & (np.abs(array) < TINY)).any() or not KNOWN, name
    assert not product()
