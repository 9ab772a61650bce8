"""A network at a glance: its layers with shapes and parameters, and the memory that training takes."""

from __future__ import annotations

from dataclasses import dataclass

from rich import box
from rich.table import Table
from rich.text import Text

from nntrain.network import Network
from nntrain.report.figures import size

MOST_LAYERS = 24
"""Layers that a table shows; of a deeper network the first and the last ones."""


@dataclass(frozen=True)
class LayerRow:
    """One layer: its name, the width of what comes in and goes out, the number of trained parameters."""

    name: str
    inputs: int
    outputs: int
    parameters: int


def layer_rows(network: Network) -> list[LayerRow]:
    """The layers from first to last."""
    rows = []
    width = network.inputs
    for name, layer in zip(network.names, network.layers, strict=True):
        own = sum(p.size for p in network.parameters_of(name))
        rows.append(LayerRow(name, width, layer.width, own))
        width = layer.width
    return rows


def network_table(network: Network) -> Table:
    """Layer, shape of its output for B rows, parameters."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_footer=True)
    table.add_column("layer", "in all", no_wrap=True)
    table.add_column("output", "", justify="right", no_wrap=True)
    table.add_column("parameters", f"{network.vector.values.size:,}", justify="right", no_wrap=True)
    rows = layer_rows(network)
    table.add_row(Text("input", "dim"), f"(B, {network.inputs})", "")
    for position, row in enumerate(rows):
        half = MOST_LAYERS // 2
        if len(rows) > MOST_LAYERS and half <= position < len(rows) - half:
            if position == half:
                table.add_row(Text(f"… {len(rows) - MOST_LAYERS} more", "dim"), "", "")
            continue
        table.add_row(row.name, f"(B, {row.outputs})", f"{row.parameters:,}" if row.parameters else "")
    return table


def memory_line(parts: dict[str, int]) -> str:
    """``12.0 MiB: data 8.0 MiB, layers 3.0 MiB, …``."""
    listed = ", ".join(f"{name} {size(count)}" for name, count in parts.items() if count)
    return f"{size(sum(parts.values()))}: {listed}"
