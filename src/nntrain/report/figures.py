"""Numbers for people: as many digits as they mean something, the same number of decimals down a column."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

MOST_DECIMALS = 6
ABSENT = "–"


def aligned(values: Sequence[float | None]) -> list[str]:
    """Figures of one column: the smallest keeps two digits, the largest four, within six decimals."""
    decimals = _decimals(values)
    return [ABSENT if value is None else figure(value, decimals) for value in values]


def figure(value: float, decimals: int | None = None) -> str:
    """One figure; by default with its own number of decimals."""
    if not math.isfinite(value):
        return str(value)
    if decimals is None:
        decimals = _decimals([value])
    if abs(value) >= 1e9:
        return f"{value:.4e}"
    if value and abs(value) < 10.0 ** (1 - decimals) and decimals == MOST_DECIMALS:  # not two digits are left
        return f"{value:.1e}"
    return f"{value:,.{decimals}f}"


def _decimals(values: Iterable[float | None]) -> int:
    sizes = [abs(value) for value in values if value and math.isfinite(value)]
    if not sizes:
        return 4
    largest, smallest = math.floor(math.log10(max(sizes))), math.floor(math.log10(min(sizes)))
    least = 4 if largest <= 0 else 0  # 0.98 and 2.3026 are told apart at the fourth decimal
    return min(max(3 - largest, 1 - smallest, least), MOST_DECIMALS)


def seconds(value: float, longest: float | None = None) -> str:
    """A short time: ``0.0012``, ``0.12``, ``1.23``, ``12.3``, ``123``; as many decimals as ``longest`` would have."""
    reach = value if longest is None else longest
    decimals = next((d for d, limit in enumerate((99.95, 9.995, 0.9995, 0.09995)) if reach >= limit), 4)
    return f"{value:,.{decimals}f}"


def duration(value: float) -> str:
    """A time to wait: ``0:07``, ``12:30``, ``1:02:03``."""
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def spent(value: float) -> str:
    """A time that is over: ``0.85 s``, ``12.3 s``, ``2:03 min``, ``1:02:03 h``."""
    if value < 99.95:
        return f"{seconds(value)} s"
    return f"{duration(value)} {'h' if value >= 3_599.5 else 'min'}"


def rate(value: float) -> str:
    """A learning rate: ``1.00e-03``; always eight characters."""
    return f"{value:.2e}"


def size(count: float) -> str:
    """Bytes: ``12.3 MiB``."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            break
        count /= 1024
    return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.1f} {unit}"


def counted(count: int, noun: str, plural: str = "") -> str:
    """``1 row``, ``1,200 rows``."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"
