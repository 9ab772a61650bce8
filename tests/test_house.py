"""The house's own order: shipped tables, check scripts, the Makefile, what `nntrain --help` may import."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn import datasets

from tools.check_docs import ROOT, anchors, bad_openings, broken_links, stale
from tools.check_reasons import unreasoned
from tools.check_size import BUDGET, oversized
from tools.make_data import TABLES


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestTables:
    @pytest.mark.parametrize("name", TABLES)
    def test_the_file_is_what_the_script_makes(self, name: str) -> None:
        assert (ROOT / "data" / f"{name}.csv").read_bytes() == TABLES[name].csv().encode()

    @pytest.mark.parametrize("name", TABLES)
    def test_every_value_is_the_source_s(self, name: str) -> None:
        settings = {"scaled": False} if name == "diabetes" else {}
        bunch = getattr(datasets, f"load_{name}")(**settings)
        with (ROOT / "data" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        assert len(header) == len(set(header)) == bunch.data.shape[1] + 1
        assert header[-1] == TABLES[name].target
        np.testing.assert_array_equal(np.array([row[:-1] for row in rows], dtype=np.float64), bunch.data)
        if TABLES[name].named:
            assert [row[-1] for row in rows] == list(bunch.target_names[bunch.target])
        else:
            np.testing.assert_array_equal(np.array([row[-1] for row in rows], dtype=np.float64), bunch.target)

    def test_each_is_described(self) -> None:
        page = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
        for path in (ROOT / "data").glob("*.csv"):
            assert page.count(f"`{path.name}`") >= 2, path.name


class TestFileSizes:
    @pytest.mark.parametrize("folder", BUDGET)
    def test_the_budget_itself_is_allowed_and_one_line_more_is_not(self, folder: str, tmp_path: Path) -> None:
        write(tmp_path / folder / "room" / "full.py", "x = 1\n" * BUDGET[folder])
        assert oversized(tmp_path) == []
        write(tmp_path / folder / "room" / "over.py", "x = 1\n" * (BUDGET[folder] + 1))
        (line,) = oversized(tmp_path)
        assert line.startswith(
            f"{folder}/room/over.py: error: {BUDGET[folder] + 1} lines, 1 over the {BUDGET[folder]} "
        )


class TestReasons:
    @pytest.mark.parametrize(
        "switch",
        [
            "noqa: E501",
            "type: ignore[misc]",
            "noqa: E501  # the fixture",
            "type: ignore[arg-type]  # a Task",
            "pragma: no cover",  # a sample like the others: only behind a # of its own would coverage heed it
        ],
    )
    def test_a_check_that_is_off_says_why(self, switch: str, tmp_path: Path) -> None:
        write(tmp_path / "tests" / "a.py", f"y = 1\nx = 1  # {switch}\n")
        (found,) = unreasoned(tmp_path)
        assert found.startswith(f"tests/a.py:2: error: no reason behind '# {switch}'")

    def test_a_reason_is_enough_and_a_text_is_no_switch(self, tmp_path: Path) -> None:
        switch = "noqa: S311  # moments are drawn, not secrets"
        write(tmp_path / "src" / "a.py", f"x = 1  # {switch}\ny = '# {switch[:10]}'\n# why\n")
        assert list(unreasoned(tmp_path)) == []


class TestOpenings:
    GOOD = (
        "# nntrain fit configs/a.yaml\n# Shows a.\nx: 1\n",
        "# yaml-language-server: $schema=schema.json\n# nntrain fit configs/a.yaml --set training.epochs=1\n# Shows a.\nx: 1\n",
        "# yaml-language-server: $schema=schema.json\n# Shows a.\n#\n# nntrain fit configs/a.yaml\nx: 1\n",
    )
    BAD = (
        ("x: 1\n", "does not open with the command"),
        ("x: 1\n# nntrain fit configs/a.yaml\n# Shows a.\n", "does not open with the command"),
        ("# nntrain fit configs/b.yaml\n# Shows a.\nx: 1\n", "does not open with the command"),
        ("# nntrain fit configs/a.yamlx\n# Shows a.\nx: 1\n", "does not open with the command"),
        ("# nntrain fit configs/a.yaml\nx: 1\n", "does not say what it shows"),
        (
            "# yaml-language-server: $schema=schema.json\n# nntrain fit configs/a.yaml\nx: 1\n",
            "does not say what it shows",
        ),
        ("# yaml-language-server: $schema=../schema.json\n# nntrain fit configs/a.yaml\n# Shows a.\n", "is not there"),
    )

    @pytest.mark.parametrize("text", GOOD)
    def test_accepts(self, text: str, tmp_path: Path) -> None:
        write(tmp_path / "configs/schema.json", "{}")
        write(tmp_path / "configs/a.yaml", text)
        assert list(bad_openings(tmp_path)) == []

    @pytest.mark.parametrize(("text", "message"), BAD)
    def test_refuses(self, text: str, message: str, tmp_path: Path) -> None:
        write(tmp_path / "configs/schema.json", "{}")
        write(tmp_path / "configs/a.yaml", text)
        found = list(bad_openings(tmp_path))
        assert any(message in line for line in found)
        assert all(line.startswith("configs/a.yaml: error: ") for line in found)

    def test_looks_into_folders(self, tmp_path: Path) -> None:
        write(tmp_path / "configs/tables/b.yaml", "x: 1\n")
        assert [line.partition(":")[0] for line in bad_openings(tmp_path)] == ["configs/tables/b.yaml"] * 2


class TestLinks:
    @pytest.mark.parametrize(
        ("link", "problem"),
        [
            ("[a](docs/a.md)", None),
            ("[a](docs/a.md#the-first-part-of-it)", None),
            ("[a](#top)", None),
            ("[a](https://example.org/x)", None),
            ("[folder](docs)", None),
            ("`[a](missing.md)`", None),
            ("```\n[a](missing.md)\n```", None),
            ("[a](missing.md)", "README.md:3: error: link to missing.md: no such file"),
            ("![picture](docs/x.png)", "README.md:3: error: link to docs/x.png: no such file"),
            ("[a](docs/a.md#second)", "README.md:3: error: link to docs/a.md#second: no such heading"),
            ("[a](#bottom)", "README.md:3: error: link to #bottom: no such heading"),
        ],
    )
    def test_links(self, link: str, problem: str | None, tmp_path: Path) -> None:
        write(tmp_path / "README.md", f"# Top\n\n{link}\n")
        write(tmp_path / "docs/a.md", "# A\n\n## The first part, of `it`\n")
        assert list(broken_links(tmp_path)) == ([problem] if problem else [])

    def test_repeated_headings_are_numbered(self) -> None:
        assert anchors("# A b\n## A b\n```\n# not one\n```\n### A-b: c!\n") == {"a-b", "a-b-1", "a-b-c"}


def test_a_derived_file_has_to_be_equal(tmp_path: Path) -> None:
    write(tmp_path / "docs/reference.md", "old\n")
    assert list(stale(tmp_path, {"docs/reference.md": "old\n"})) == []
    assert list(stale(tmp_path, {"docs/reference.md": "new\n", "configs/schema.json": "{}\n"})) == [
        "docs/reference.md: error: out of date; `make docs` writes it anew",
        "configs/schema.json: error: missing; `make docs` writes it",
    ]


class TestMake:
    def make(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        shutil.copy(ROOT / "Makefile", folder)
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
        command = ["make", "--no-print-directory", *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)

    def test_an_old_python_is_named(self, tmp_path: Path) -> None:
        old = write(
            tmp_path / "python3.9", '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.18" && exit 0\nexit 1\n'
        )
        old.chmod(0o755)
        done = self.make(tmp_path, "demo", f"PYTHON={old}")
        assert done.returncode != 0
        assert f"nntrain needs Python 3.11 or newer; '{old}' is Python 3.9.18." in done.stderr
        assert not (tmp_path / ".venv").exists()

    def test_help_names_both_commands(self, tmp_path: Path) -> None:
        lines = self.make(tmp_path).stdout.splitlines()
        assert {"make demo", "make test"} <= {" ".join(line.split()[:2]) for line in lines}


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"]])
def test_help_does_without_numpy(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom nntrain.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "heavy = {'numpy', 'duckdb', 'safetensors'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
