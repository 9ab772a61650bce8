"""Kernels: small functions on arrays in which a training step spends its time."""

from nntrain.kernels.picking import can_compile, have_compiled, kernel, must_compile, pick, references, worth_compiling

__all__ = ["can_compile", "have_compiled", "kernel", "must_compile", "pick", "references", "worth_compiling"]
