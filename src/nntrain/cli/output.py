"""Standard output: results only, and with ``--json`` one document and nothing else."""

from __future__ import annotations

import sys
from typing import Any


def print_json(value: Any) -> None:
    """One JSON document in UTF-8, null for numbers that are not finite."""
    from nntrain.training.run_folder import to_json

    write_text(to_json(value, indent=2) + "\n")


def write_text(text: str) -> None:
    """Text in UTF-8, whatever the locale says."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
