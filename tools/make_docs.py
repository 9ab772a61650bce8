"""Writes what is derived from the registries: reference pages and JSON schemas (`python -m tools.make_docs`)."""

from __future__ import annotations

import json
from pathlib import Path

from nntrain import spec
from nntrain.sweep import derived as sweep

ROOT = Path(__file__).resolve().parent.parent


def derived() -> dict[str, str]:
    """Path → text of every file that must not be written by hand."""
    return {
        "docs/reference.md": spec.reference().rstrip("\n") + "\n",
        "docs/sweep-reference.md": sweep.reference().rstrip("\n") + "\n",
        "configs/schema.json": json.dumps(spec.schema(), indent=2, ensure_ascii=False) + "\n",
        "configs/sweeps/schema.json": json.dumps(sweep.schema(), indent=2, ensure_ascii=False) + "\n",
    }


def main() -> None:
    """Write them, and say which ones changed."""
    for name, text in derived().items():
        path = ROOT / name
        changed = not path.exists() or path.read_text(encoding="utf-8") != text
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{name}: {'written' if changed else 'unchanged'}")


if __name__ == "__main__":
    main()
