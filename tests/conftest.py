"""What holds for every test: loud arithmetic, a fixed terminal, hypothesis without clocks."""

from __future__ import annotations

import os
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import settings

for name in ("FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
    os.environ.pop(name, None)
os.environ.update(NO_COLOR="1", TERM="dumb", COLUMNS="120")  # what Rich and Typer look at, in subprocesses too

# No deadline: the machine may be busy. In CI the examples are the same every time; at a desk they wander.
settings.register_profile("house", deadline=None, print_blob=True, derandomize=bool(os.environ.get("CI")))
settings.load_profile("house")


@pytest.fixture(autouse=True)
def _loud_arithmetic() -> Iterator[None]:
    """Overflow, division by zero and NaN raise. Underflow may pass: exp(−1000) = 0 is right in a softmax."""
    with np.errstate(divide="raise", over="raise", invalid="raise", under="ignore"):
        yield
