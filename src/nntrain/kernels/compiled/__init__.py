"""The compiled twins of the reference kernels; importing this package imports Numba."""

from nntrain.kernels.compiled import dense, loss, norm, update
from nntrain.kernels.compiled.twin import twins

__all__ = ["dense", "loss", "norm", "twins", "update"]
