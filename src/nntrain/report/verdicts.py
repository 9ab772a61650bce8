"""What was seen of the layers of a run, as a table, and the verdicts on it, as notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.report.console import note, show
from nntrain.report.figures import ABSENT, counted
from nntrain.report.network_table import MOST_LAYERS


def print_verdicts(console: Console, summary: Mapping[str, Any]) -> None:
    """The table of layers where they were looked at, then a line for each verdict."""
    look = summary.get("diagnostics")
    if look is not None:
        rows = counted(look["rows"], "training row")
        console.print()
        show(console, Padding(Text(f"layers after epoch {look['epoch']}, on {rows}", "dim"), (0, 0, 0, 2)))
        console.print()
        show(console, Padding(layer_table(look["layers"]), (0, 0, 0, 2)))
    said = summary.get("verdicts", {})
    if said:
        console.print()
    for text in said.values():
        note(console, "note", text)


def layer_table(layers: list[dict[str, Any]]) -> Table:
    """A row for each layer; of a deep network the first and the last ones."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("layer", no_wrap=True)
    for heading in ("activations", "dead", "saturated", "gradient", "update"):
        table.add_column(Text(heading, justify="right"), justify="right", no_wrap=True)
    half = MOST_LAYERS // 2
    shown = layers if len(layers) <= MOST_LAYERS else layers[:half] + layers[-half:]
    for position, layer in enumerate(shown):
        if len(shown) < len(layers) and position == half:
            table.add_row(Text(f"… {len(layers) - len(shown)} more", "dim"))
        table.add_row(
            layer["name"],
            f"{layer['mean']:,.3f} ± {layer['spread']:,.3f}",
            _percent(layer["dead"]),
            _percent(layer["saturated"]),
            _power(layer["gradient"]),
            _power(layer["update"]),
        )
    return table


def _percent(share: float | None) -> str:
    return ABSENT if share is None else f"{100.0 * share:.0f} %"


def _power(value: float | None) -> str:
    return ABSENT if value is None else f"{value:.1e}"
