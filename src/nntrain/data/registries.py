"""The registries of this room: what `data:` may name. ``import nntrain.data`` fills them."""

from __future__ import annotations

from typing import Any

from nntrain.config.registry import Registry

sources: Registry[Any] = Registry("source")
"""Where rows come from: functions of the list of missing tokens that return a `Table`."""
scalers: Registry[Any] = Registry("scaling")
"""How numbers are scaled: functions from training values to a fitted `Scale`."""
encoders: Registry[Any] = Registry("categorical encoding")
"""How categories become numbers: functions from a fitted `Vocabulary` to an `Encoding`."""
date_encoders: Registry[Any] = Registry("date encoding")
"""How dates become numbers: classes that fit each part of a date."""
imputers: Registry[Any] = Registry("imputation")
"""What stands in for missing numbers: functions from training values to a `Fill`."""
