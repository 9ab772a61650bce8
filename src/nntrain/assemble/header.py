"""What a checkpoint says of its run besides the state: config, preprocessing, layout, data, versions."""

from __future__ import annotations

import os
import platform
from typing import Any

import numpy as np

from nntrain.assemble.prepare import Prepared
from nntrain.version import __version__


def checkpoint_header(prepared: Prepared) -> dict[str, Any]:
    """The part of a checkpoint's header that stays the same during a run."""
    return {
        "name": prepared.spec.name,
        "config": prepared.resolved,
        "preprocessing": prepared.dataset.preprocessing.state(),
        "layout": prepared.network.vector.layout(),
        "rows": prepared.dataset.sizes,
        "data": prepared.dataset.digests,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """What the bits of a run depend on besides its config and data."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "nntrain": __version__,
        "numpy": np.__version__,
        "python": platform.python_version(),
        "blas": f"{blas.get('name')} {blas.get('version')}",
        "machine": platform.machine(),
        "threads": os.environ.get("OPENBLAS_NUM_THREADS") or str(os.cpu_count()),
    }
