"""Tests with and without compiled kernels."""

from __future__ import annotations

import pytest

from nntrain.kernels import can_compile

COMPILED = [False, True] if can_compile() else [False]
"""What ``training.compiled`` can be here."""

needs_numba = pytest.mark.skipif(not can_compile(), reason="Numba is an extra: without it there are no twins")
