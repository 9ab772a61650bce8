"""Claims of the lecture: what is claimed, what was expected, what was seen, and the curves."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from nntrain.lecture import Claim, Result
from nntrain.lecture.outcome import Evidence
from nntrain.lecture.trials import Expected
from nntrain.report.console import literal, show
from nntrain.report.figures import spent
from nntrain.report.rate_chart import BLOCKS

WIDTH = 48
"""Characters of a curve."""
DECADES = 2.0
"""Curves that span more powers of ten than this are drawn by their logarithms."""


def print_list(console: Console, claims: Sequence[Claim]) -> None:
    """Every claim with its file."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for claim in claims:
        table.add_row(Text(claim.name, "bold"), literal(claim.settings.claim, 1_000))
    show(console, table)


def print_result(console: Console, result: Result) -> None:
    """One claim."""
    settings, name = result.claim.settings, result.claim.name
    show(console, Text.assemble((f"{name}  ", "bold"), literal(settings.claim, 1_000)))
    show(console, literal(settings.because, 5_000, "dim"))
    for drawing in result.drawings:
        console.print()
        console.print(Text(drawing), soft_wrap=True)
    for figure in settings.show:
        console.print()
        show(console, curves(result.evidence, figure))
    console.print()
    show(console, _expectations(result.expected))
    if result.instead:
        console.print(Text("instead", "dim"))
        show(console, _expectations(result.instead))
    show(console, Text.assemble(verdict(result), (f"  ({spent(result.seconds)})", "dim")))
    if settings.seen:
        show(console, literal(settings.seen, 5_000))
    console.print()


def verdict(result: Result) -> Text:
    """Whether the claim holds, and whether the file says so."""
    text = Text("holds", "green") if result.holds else Text("does not hold as it is stated", "yellow")
    if not result.as_expected:
        text.append("; its file expects otherwise", "bold red")
    return text


def curves(evidence: Evidence, figure: str) -> Table:
    """A line of blocks for each run, of its first seed, all to one scale."""
    found = {
        run: list(outcomes[0].curves[figure]) for run, outcomes in evidence.items() if figure in outcomes[0].curves
    }
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    low, high, logarithmic = _scale([value for values in found.values() for value in values])
    table.add_row(Text(figure, "bold"), "", f"{low:.3g} to {high:.3g}{', logarithmic' if logarithmic else ''}")
    for run, values in found.items():
        ends = f"{values[0]:.3g} → {values[-1]:.3g}" if values else "–"
        table.add_row(run, Text(line(values, low, high, logarithmic=logarithmic), "cyan"), ends)
    return table


def line(values: Sequence[float], low: float, high: float, *, logarithmic: bool = False) -> str:
    """A curve as blocks between ``low`` and ``high``; ``!`` where it is not a finite number."""
    count = min(WIDTH, len(values))
    places = [round(place * (len(values) - 1) / max(count - 1, 1)) for place in range(count)]
    bottom, top = (math.log10(low), math.log10(high)) if logarithmic else (low, high)

    def block(value: float) -> str:
        if not math.isfinite(value):
            return "!"
        height = math.log10(max(value, low)) if logarithmic else value
        share = (height - bottom) / (top - bottom) if top > bottom else 0.0
        return BLOCKS[1 + round(share * (len(BLOCKS) - 2))]

    return "".join(block(values[place]) for place in places)


def plain(result: Result) -> dict[str, Any]:
    """A result as JSON data."""
    settings = result.claim.settings
    return {
        "name": result.claim.name,
        "file": str(result.claim.path),
        "claim": settings.claim,
        "slide": settings.slide,
        "because": settings.because,
        "seeds": settings.seeds,
        "holds": result.holds,
        "as_expected": result.as_expected,
        "seen": settings.seen,
        "seconds": result.seconds,
        "expect": [_plain(expected) for expected in result.expected],
        "instead": [_plain(expected) for expected in result.instead],
        "runs": {
            run: [{"figures": dict(one.figures), "curves": dict(one.curves)} for one in outcomes]
            for run, outcomes in result.evidence.items()
        },
        "drawings": list(result.drawings),
    }


def listed(claim: Claim) -> dict[str, Any]:
    """A claim that was not run, as JSON data."""
    return {
        "name": claim.name,
        "file": str(Path(claim.path)),
        "claim": claim.settings.claim,
        "holds": claim.settings.holds,
    }


def _plain(expected: Expected) -> dict[str, Any]:
    return {"text": expected.text, "place": expected.place, "holds": expected.holds, "seen": expected.seen}


def _expectations(expectations: Sequence[Expected]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column()
    for expected in expectations:
        sign = Text("✓", "green") if expected.holds else Text("✗", "yellow")
        table.add_row(sign, literal(expected.text, 500), literal(expected.seen, 500, "bold"))
    return table


def _scale(values: Sequence[float]) -> tuple[float, float, bool]:
    """The least and the greatest finite number, and whether logarithms are called for."""
    finite = [value for value in values if math.isfinite(value)]
    if not finite:
        return 0.0, 0.0, False
    low, high = min(finite), max(finite)
    positive = [value for value in finite if value > 0]
    if low >= 0 and positive and high / min(positive) > 10**DECADES:
        return min(positive), high, True
    return low, high, False
