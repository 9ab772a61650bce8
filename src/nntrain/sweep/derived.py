"""What follows from the settings of a sweep: the JSON schema for editors, and the reference page."""

from __future__ import annotations

from typing import Any

from nntrain.config.registry import Registry
from nntrain.sweep.pruning import prunings
from nntrain.sweep.search import searches
from nntrain.sweep.settings import SweepSettings

REGISTRIES: list[Registry[Any]] = [searches, prunings]


def schema() -> dict[str, Any]:
    """The JSON schema of a sweep's file."""
    from nntrain.config.schema import json_schema  # not needed to search: imported when asked for

    return json_schema(SweepSettings, REGISTRIES, title="nntrain sweep")


def reference() -> str:
    """The reference page: every key, search and pruning, in Markdown."""
    from nntrain.config.reference import reference as page  # not needed to search: imported when asked for

    return page(SweepSettings, REGISTRIES, title="Reference of sweeps")
