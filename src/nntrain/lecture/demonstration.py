"""Demonstrations: claims that no training run shows, as functions whose keyword-only parameters are their YAML keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nntrain.config.markers import Named
from nntrain.config.registry import Registry
from nntrain.lecture.outcome import Shown


@dataclass(frozen=True)
class Scene:
    """What a demonstration is given: the seed of this repetition, and the folder that paths in its settings refer to."""

    seed: int
    folder: Path


demonstrations: Registry[Shown] = Registry("demonstration")
ANY_DEMONSTRATION = Named(demonstrations, deferred=True)
