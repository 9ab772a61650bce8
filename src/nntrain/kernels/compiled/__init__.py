"""The compiled twins of the reference kernels; importing this package imports Numba."""

from nntrain.kernels.compiled import (
    averaging,
    dense,
    focal_loss,
    layers,
    loss,
    margin_loss,
    masks,
    norm,
    regression_loss,
    update,
    update_adaptive,
)
from nntrain.kernels.compiled.twin import twins

__all__ = [
    "averaging",
    "dense",
    "focal_loss",
    "layers",
    "loss",
    "margin_loss",
    "masks",
    "norm",
    "regression_loss",
    "twins",
    "update",
    "update_adaptive",
]
