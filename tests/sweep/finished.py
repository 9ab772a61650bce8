"""A small sweep that ran to its end, for tests of what is said and written then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nntrain.sweep.run import Opened, Options, open_sweep, run_sweep
from tests.sweep.sweeps import BASE, write_sweep

TEXT = """
base: base.yaml
space: {optimizer.adam.lr: [0.0001, 0.05]}
"""


@contextmanager
def finished(folder: Path, text: str = TEXT, base: str = BASE, *, run: bool = True) -> Iterator[Opened]:
    """A sweep in ``folder``, opened; with all its runs unless ``run`` is false."""
    opened = open_sweep(write_sweep(folder, text, base), folder / "out")
    try:
        if run:
            run_sweep(opened, Options(workers=1))
        yield opened
    finally:
        opened.close()
