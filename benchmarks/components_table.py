"""The table of what `benchmarks.components` measures; it needs no nntrain."""

from __future__ import annotations

from typing import Any

from benchmarks.markdown import count, ratio, table

FLOOR = 0.5
"""The ratio that every component is to reach."""


def components_table(results: dict[str, Any]) -> str:
    """Component → samples a second → ratio; what is below the floor is marked."""
    rows = []
    for found in results["components"]:
        mark = "" if found["ratio"] >= FLOOR else f"below {FLOOR:g}"
        rows.append([found["name"], found["kind"], count(found["rate"]), ratio(found["ratio"]), mark])
    return table(["component", "kind", "samples/s", "beside the reference", ""], rows)
