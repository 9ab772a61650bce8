"""Says where a check is switched off without a reason: `python -m tools.check_reasons`.

A reason is a comment of its own behind the switch, `# noqa: BLE001  # why no other way is as good`, in at least four words.
"""

from __future__ import annotations

import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("src", "tests", "tools", "benchmarks")
SWITCH = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:)[^#]*(?:#\s*(?P<reason>.*))?$")
WORDS = 4


def unreasoned(root: Path) -> Iterator[str]:
    """One line for each check that is switched off without a reason."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            for token in tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline):
                switch = SWITCH.match(token.string) if token.type == tokenize.COMMENT else None
                if switch and len((switch["reason"] or "").split()) < WORDS:
                    place = f"{path.relative_to(root)}:{token.start[0]}"
                    yield f"{place}: error: no reason behind '{token.string}'; mend the code, or say why it cannot be otherwise"


def main() -> int:
    """Print what is wrong."""
    found = list(unreasoned(ROOT))
    print("\n".join(found) or "Every check that is switched off has its reason.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
