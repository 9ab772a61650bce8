"""Tests with and without compiled kernels.

Numba belongs to what tests need: where it is missing they fail. `pytest --without-numba` hides it on purpose, and leaves out
the tests of compiled kernels alone.
"""

from __future__ import annotations

import sys

import pytest

HIDDEN = "numba" in sys.modules and sys.modules["numba"] is None

COMPILED = [False] if HIDDEN else [False, True]
"""What ``training.compiled`` can be here."""

needs_numba = pytest.mark.numba
