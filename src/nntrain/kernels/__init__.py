"""Kernels: small functions on arrays in which a training step spends its time."""

from nntrain.kernels.pick import kernel, twins

__all__ = ["kernel", "twins"]
