"""What the README shows can be typed: its Python example runs, its commands exist."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "docs" / "tutorial.md"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of what the README's commands use, to run them in."""
    for name in ("configs", "data"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_python_example_runs(project: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), names)
    assert str(names["run"].folder) == "runs/iris-001"


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_configs_that_are_named_exist(page: Path) -> None:
    named = set(re.findall(r"configs/[\w/]+\.yaml", page.read_text(encoding="utf-8")))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_settings_that_are_named_exist(page: Path) -> None:
    from nntrain.spec import load_spec

    for config, rest in re.findall(r"nntrain fit (configs/[\w/]+\.yaml)(.*)", page.read_text(encoding="utf-8")):
        load_spec(ROOT / config, re.findall(r"--set (\S+)", rest))
