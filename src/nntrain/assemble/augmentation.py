"""A spec and a preprocessing → what is done to training rows."""

from __future__ import annotations

import numpy as np

from nntrain.augment import Augmentation, Augmenter, Canvas, Movement, Site
from nntrain.config.messages import shorten
from nntrain.config.registry import Choice
from nntrain.data.inputs import NumericInput
from nntrain.data.preprocessing import Preprocessing
from nntrain.errors import ConfigError, Problem
from nntrain.spec import Spec


def build_augmenter(spec: Spec, preprocessing: Preprocessing) -> Augmenter | None:
    """The augmentations of a config, in their order; None where there is none. The mistakes of all are gathered."""
    problems: list[Problem] = []
    image = build_canvas(spec, preprocessing)
    built: list[Augmentation | Movement] = []
    for place, choice in enumerate(_choices(spec)):
        site = Site(f"{place}.{choice.name}", spec.config.training.seed, tuple(preprocessing.described), image)
        try:
            built.append(choice.build(site))
        except ConfigError as error:
            loc = ("augmentation", place, choice.name)
            for problem in error.problems:
                problems += spec.error(loc, problem.message).problems
    if problems:
        raise ConfigError(problems)
    return Augmenter(built) if built else None


def mixes_targets(spec: Spec) -> bool:
    """Whether rows get a share of other rows' targets, which compiled programs do not know of."""
    return any(getattr(choice.component.factory, "mixes_targets", False) for choice in _choices(spec))


def build_canvas(spec: Spec, preprocessing: Preprocessing) -> Canvas | None:
    """Where the inputs lie in the picture that `data.image` says they are."""
    size, names = spec.config.data.image, preprocessing.columns
    if size is None:
        return None
    height, width = size
    if height * width != len(names):
        given = f"{size} has {height * width} pixels; the table has {len(names)} columns beside the target"
        raise spec.error(("data", "image"), f"{given} (those that are no pixels can be put in data.ignore)")
    problems: list[Problem] = []
    places, shifts, scales = [], [], []
    for column in preprocessing.inputs:
        affine = column.affine(0, 0) if isinstance(column, NumericInput) else None
        if affine is None:
            what = f"column '{shorten(column.name)}' is {column.type}, {column.describe()}"
            message = f"{what}; a pixel must be a number whose scaling is a straight line, such as min_max"
            problems += spec.error(("data", "image"), message).problems
            continue
        places.append(names.index(column.name))
        shifts.append(affine.shift)
        scales.append(affine.scale)
    if problems:
        raise ConfigError(problems[:5])
    return Canvas(height, width, np.array(places), np.array(shifts, np.float32), np.array(scales, np.float32))


def _choices(spec: Spec) -> list[Choice]:
    return spec.config.augmentation or []
