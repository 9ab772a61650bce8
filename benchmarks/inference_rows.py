"""The rows that are predicted, and the network that predicts them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case

NETWORK = Case("tabular", 54, (512, 256), 7, batch=1_024, steps=8)


def inference_rows(rows: int) -> NDArray[np.float32]:
    """Standard normal x (rows, n)."""
    return np.random.default_rng(1).standard_normal((rows, NETWORK.inputs), dtype=np.float32)
