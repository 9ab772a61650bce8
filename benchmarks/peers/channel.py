"""How a worker talks with the parent: one JSON document a line; a request holds the seconds to compute for."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import Any


class Channel:
    """The worker's end. Whatever else is printed in the process goes to stderr."""

    def __init__(self) -> None:
        self._out = os.fdopen(os.dup(1), "w", encoding="utf-8")
        os.dup2(2, 1)

    def send(self, **content: Any) -> None:
        """One line to the parent."""
        self._out.write(json.dumps(content) + "\n")
        self._out.flush()

    def requests(self) -> Iterator[float]:
        """Seconds, until the parent closes the channel."""
        for line in sys.stdin:
            yield float(json.loads(line)["seconds"])


def versions(packages: tuple[str, ...]) -> dict[str, str]:
    """The installed ones among these packages."""
    found = {}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
