"""What holds for every test: loud arithmetic, a fixed terminal, hypothesis without clocks."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import settings

for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)
os.environ.update(NO_COLOR="1", TERM="dumb", COLUMNS="120")  # what Rich and Typer look at, in subprocesses too

# No deadline: the machine may be busy. In CI the examples are the same every time; at a desk they wander.
settings.register_profile("house", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--without-numba", action="store_true", help="as if Numba were not installed")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--without-numba"):
        modules: dict[str, Any] = sys.modules
        modules["numba"] = None  # how Python is told that there is none


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--without-numba"):
        compiled = [item for item in items if item.get_closest_marker("numba")]
        config.hook.pytest_deselected(items=compiled)
        items[:] = [item for item in items if item not in set(compiled)]


@pytest.fixture(autouse=True)
def _loud_arithmetic() -> Iterator[None]:
    """Overflow, division by zero and NaN raise. Underflow may pass: exp(−1000) = 0 is right in a softmax."""
    with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
        yield
