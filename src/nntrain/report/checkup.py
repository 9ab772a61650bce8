"""What `check` shows: every setting with where it came from, the data column by column, the network, its costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from nntrain.assemble import Prepared
from nntrain.assemble.memory import memory
from nntrain.config.paths import dotted
from nntrain.config.resolved import resolved
from nntrain.config.writer import inline
from nntrain.data.summary import summarize
from nntrain.report.console import literal, note, show
from nntrain.report.figures import counted, size
from nntrain.report.head import data_lines, method_lines, print_labelled
from nntrain.report.network_table import layer_rows, memory_line, network_table
from nntrain.report.rate_chart import chart_table, courses

MOST_COLUMNS = 40
"""Columns of the table that are shown one by one."""
WIDE = 110
"""Columns of a terminal from which on places are written in full."""
WRITTEN = "cyan"
"""The style of what stands in the config file."""


@dataclass(frozen=True)
class Setting:
    """One value of the resolved config: its dotted key, the value as YAML, and where it came from."""

    key: str
    value: str
    origin: str


def settings(prepared: Prepared) -> Iterator[Setting]:
    """All settings, those that were derived from the data with the value that came of it."""
    derived = {dotted(loc): loc for loc in prepared.derived}
    for key, text, origin in resolved(prepared.spec.choice, prepared.spec.document, prepared.derived):
        value = _at(prepared.resolved, derived[key]) if key in derived else None
        if isinstance(value, dict) and len(value) == 1:  # a component with settings
            ((name, below),) = value.items()
            yield Setting(key, name, origin)
            yield from (Setting(f"{key}.{name}.{setting}", inline(its), "default") for setting, its in below.items())
        else:
            yield Setting(key, inline(value) if key in derived else text, origin)


def plain(prepared: Prepared) -> dict[str, Any]:
    """The same as JSON data."""
    return {
        "config": prepared.resolved,
        "origins": {setting.key: setting.origin for setting in settings(prepared)},
        "data": asdict(summarize(prepared.dataset)),
        "network": [asdict(row) for row in layer_rows(prepared.network)],
        "parameters": prepared.network.vector.values.size,
        "memory": memory(prepared),
        "steps_per_epoch": prepared.job.batches.count,
        "courses": [asdict(course) for course in courses(prepared)],
    }


def print_checkup(console: Console, prepared: Prepared) -> None:
    """Everything, in the order of the way through: config, data, network, training."""
    _section(console, "config", settings_table(prepared, short=console.width < WIDE))
    _section(console, "data", columns_table(prepared))
    console.print()
    print_labelled(console, data_lines(prepared))
    _section(console, "network", network_table(prepared.network))
    parameters = prepared.network.vector.values
    console.print()
    print_labelled(
        console,
        [
            ("parameters", Text(f"{parameters.size:,} ({size(parameters.nbytes)})")),
            ("memory", Text(memory_line(memory(prepared)))),
            *method_lines(prepared),
        ],
    )
    _section(console, "over the run", chart_table(prepared))
    console.print()
    for message in prepared.dataset.warnings:
        note(console, "warning", message)
    console.print(Text("  Nothing was trained, nothing written.", "dim"))


def settings_table(prepared: Prepared, *, short: bool = False) -> Table:
    """Key, value, origin; what the user wrote stands out from defaults. ``short`` leaves the config's folder away."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", min_width=20)
    table.add_column(overflow="fold")
    for setting in settings(prepared):
        style = "dim" if setting.origin == "default" else ""
        origin = Path(setting.origin).name if short and _style(setting) == WRITTEN else setting.origin
        table.add_row(
            Text(setting.key, style), literal(setting.value, 200, style), literal(origin, 200, _style(setting))
        )
    return table


def columns_table(prepared: Prepared) -> Table:
    """What becomes of each column."""
    summary = summarize(prepared.dataset)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 3, 0, 0), caption_justify="left")
    for name in ("column", "type"):
        table.add_column(name, no_wrap=True)
    for name in ("missing", "inputs"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("treatment", overflow="fold")
    for column in summary.columns[:MOST_COLUMNS]:
        missing = f"{column.missing:,}" if column.missing else ""
        treatment = literal(column.treatment, 200)
        table.add_row(literal(column.name, 40), column.type, missing, f"{column.inputs or ''}", treatment)
    if len(summary.columns) > MOST_COLUMNS:
        rest = counted(len(summary.columns) - MOST_COLUMNS, "more column")
        table.caption = Text(f"and {rest} (all of them with --json)", "dim")
    return table


def _section(console: Console, heading: str, table: Table) -> None:
    console.print()
    console.print(Text(heading, "bold"))
    show(console, Padding(table, (0, 0, 0, 2)))


def _style(setting: Setting) -> str:
    for start, style in (("default", "dim"), ("derived", "yellow"), ("--set", "magenta")):
        if setting.origin.startswith(start):
            return style
    return WRITTEN


def _at(value: Any, loc: tuple[Any, ...]) -> Any:
    for part in loc:
        value = value[part]
    return value
