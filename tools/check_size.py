"""Says which Python files are over the size budget: `python -m tools.check_size`."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUDGET = {"src": 220, "tests": 300, "tools": 220, "benchmarks": 220}
"""Lines that a file may have, by folder: one concept each."""


def oversized(root: Path) -> list[str]:
    """One line for each file that is over its budget."""
    found = []
    for folder, budget in BUDGET.items():
        for path in sorted((root / folder).rglob("*.py")):
            lines = len(path.read_text(encoding="utf-8").splitlines())
            if lines > budget:
                found.append(
                    f"{path.relative_to(root)}: error: {lines} lines, {lines - budget} over the {budget} of {folder}/; "
                    "split it by concept"
                )
    return found


def main() -> int:
    """Print what is wrong, and how much there is of it."""
    found = oversized(ROOT)
    print("\n".join(found) or "Every file is within its budget.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
