"""A config with every value filled in that was derived from the data, and why each is what it is."""

from __future__ import annotations

import copy
from typing import Any

from nntrain.assemble.parts import class_count, loss_choice
from nntrain.config.paths import Loc
from nntrain.data.preprocessing import Preprocessing
from nntrain.spec import Spec
from nntrain.training.job import Job

Reasons = dict[Loc, str]


def resolve(spec: Spec, preprocessing: Preprocessing, job: Job) -> tuple[dict[str, Any], Reasons]:
    """The config with what was derived from the data filled in, and why each such value is what it is."""
    resolved = copy.deepcopy(spec.plain())
    classes, rows = class_count(preprocessing), len(job.train.x)
    task = f"{classes} classes" if preprocessing.task == "classification" else preprocessing.task
    step = "from the size of a step and the number of cores"
    derived: Reasons = {}
    for section, key, value, why in (
        ("data", "task", preprocessing.task, f"from the values of '{preprocessing.target.name}'"),
        ("training", "batch_size", job.settings.batch_size, f"from {rows:,} training rows"),
        ("training", "shares", job.settings.shares, step),
        ("training", "threads", job.settings.threads, step),
        ("training", "compiled", job.settings.compiled, "from the size of the run, where Numba is installed"),
        ("training", "monitor", job.monitor.name, "the default figure"),
        ("training", "metrics", job.metrics, f"the default for {preprocessing.task}"),
    ):
        if resolved[section][key] != value:
            given = resolved[section][key]
            reason = why if given is None else f"{given}, but {why}"
            resolved[section][key], derived[section, key] = value, reason
    if resolved["loss"] is None:
        resolved["loss"], derived["loss",] = loss_choice(spec, preprocessing).plain(), f"from the task: {task}"
    return resolved, derived
