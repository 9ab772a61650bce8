"""A folder with a small table whose names look like markup, configs for it, and the command line in this process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.cli import main

CONFIG = """\
data: {train: t.csv, target: "class[/x]", split: {validation: 0.2, test: 0.2}}
architecture: {hidden: [8]}
training: {epochs: 3, batch_size: 16}
"""
NASTY = ("a[/b]", "[bold]x", "town [/]")
CLASSES = ("[red]no[/red]", "yes, [/]", "maybe")


@dataclass(frozen=True)
class Done:
    """What a command left."""

    code: int
    out: str
    err: str


Cli = Callable[..., Done]


def table(rows: int = 120, *, target: bool = True) -> str:
    """A CSV file: two numbers and a town say which of three classes it is."""
    random = np.random.default_rng(0)
    lines = [",".join([*NASTY, *(["class[/x]"] if target else [])])]
    for a, x in random.normal(size=(rows, 2)):
        k = int(a > 0) + int(a + x > 1)
        cells = [f"{a:.3f}", f"{x:.3f}", f"[t{k}]"]
        lines.append(",".join([*cells, *([f'"{CLASSES[k]}"'] if target else [])]))
    return "\n".join(lines) + "\n"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Cli:
    """``cli("fit", "c.yaml")`` in a folder of its own."""
    (tmp_path / "t.csv").write_text(table())
    (tmp_path / "c.yaml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> Done:
        capfd.readouterr()
        with pytest.raises(SystemExit) as stop:
            main([str(argument) for argument in arguments])
        assert isinstance(stop.value.code, int)
        return Done(stop.value.code, *capfd.readouterr())

    return call


def process(folder: Path, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """The same in a process of its own."""
    command = [sys.executable, "-c", "from nntrain.cli import main; main()", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, cwd=folder, text=True, env=environment, **pipes)
