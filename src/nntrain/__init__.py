"""Train fully connected networks on tables: ``nntrain.fit("config.yaml")``, ``nntrain.load("runs/x")``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nntrain.version import __version__

if TYPE_CHECKING:
    from nntrain.api import Model, Run, fit, load, resume

__all__ = ["Model", "Run", "__version__", "fit", "load", "resume"]


def __getattr__(name: str) -> Any:
    """Import the Python API on first use, so that the command line starts without NumPy."""
    if name in {"Model", "Run", "fit", "load", "resume"}:
        import nntrain.api

        return getattr(nntrain.api, name)
    raise AttributeError(f"module 'nntrain' has no attribute {name!r}")
