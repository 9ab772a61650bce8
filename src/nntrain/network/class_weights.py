"""Weights of classes: how much a row counts, by its class."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from nntrain.config.messages import shorten, suggestion
from nntrain.network.loss import Loss, LossSettingsError
from nntrain.types import Array, Positive

ClassWeights: TypeAlias = Literal["balanced"] | dict[str, Positive]
"""``balanced``: w_c = N / (K n_c) over the N training rows, of which n_c are of class c, so that every class counts the same
and the mean weight of a row is 1 (King & Zeng, 2001; scikit-learn's rule). Or by the name of the class; the others have 1."""


def weight_array(given: ClassWeights | None, loss: Loss) -> Array:
    """w (K,), in the type of the loss's gradient."""
    facts, dtype = loss.facts, loss.gradient.dtype
    if given == "balanced":
        counts = np.asarray(facts.counts, np.float64)
        return np.asarray(counts.sum() / (len(counts) * counts), dtype)
    weights = np.ones(max(loss.gradient.shape[1], 2), dtype)
    if given is None:
        return weights
    faults = [
        (("class_weights", name), f"no class '{shorten(name)}'{suggestion(name, facts.classes)}")
        for name in given
        if name not in facts.classes
    ]
    if faults:
        raise LossSettingsError(faults)
    for name, weight in given.items():
        weights[facts.classes.index(name)] = weight
    return weights
