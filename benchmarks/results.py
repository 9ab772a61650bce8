"""Where the scripts leave their figures until the page is written: one JSON file each, in build/benchmarks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "build" / "benchmarks"


def save(name: str, content: dict[str, Any], folder: Path = FOLDER) -> None:
    """Keep the figures of a script."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def load(name: str, folder: Path = FOLDER) -> dict[str, Any] | None:
    """The figures of a script, if it has run."""
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
