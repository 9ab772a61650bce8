from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cli

CLAIM = """\
claim: Half of [random] functions are true.
because: It is a coin.
demonstration: {boolean_functions: {functions: 3, variables: 2}}
seeds: [0, 1]
show: [units]
expect:
  - dnf.rows_right == 1
  - dnf.rows == 12
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "07_coin.yaml").write_text(CLAIM)
    return tmp_path / "claims"


def test_a_claim_is_shown(cli: Cli, folder: Path) -> None:
    done = cli("lecture", "7", "--folder", folder)
    assert (done.code, done.err) == (0, "")
    for words in (
        "07_coin  Half of [random] functions are true.",
        "It is a coin.",
        "✓  dnf.rows == 12",
        "holds",
        "units",
    ):
        assert words in done.out


def test_json(cli: Cli, folder: Path) -> None:
    done = cli("lecture", "--folder", folder, "--json")
    result: dict[str, Any]
    (result,) = json.loads(done.out)
    assert (result["name"], result["holds"], result["as_expected"], result["seeds"]) == ("07_coin", True, True, [0, 1])
    assert [expected["seen"] for expected in result["expect"]] == ["1", "12"]
    assert result["expect"][1]["place"].endswith("07_coin.yaml:8:5")
    assert [len(one["curves"]["units"]) for one in result["runs"]["dnf"]] == [3, 3]


def test_a_claim_that_comes_out_otherwise(cli: Cli, folder: Path) -> None:
    file = folder / "07_coin.yaml"
    file.write_text(CLAIM.replace("== 12", "== 13"))
    done = cli("lecture", file)
    assert done.code == 7
    assert done.err == f"{file}:8:5: error: expected dnf.rows == 13; seen 12\n"
    assert "✗  dnf.rows == 13" in done.out
    done = cli("lecture", file, "--json")
    assert done.code == 7
    assert json.loads(done.out)[0]["as_expected"] is False
    file.write_text(CLAIM.replace("== 12", "== 13") + "holds: false\nseen: There are twelve.\n")
    done = cli("lecture", file)
    assert (done.code, done.err) == (0, "")
    assert "does not hold as it is stated" in done.out
    assert "There are twelve." in done.out


def test_mistakes_in_a_file_are_told_before_anything_runs(cli: Cli, folder: Path) -> None:
    (folder / "08_bad.yaml").write_text(CLAIM.replace("variables: 2", "variables: 99"))
    done = cli("lecture", "--folder", folder)
    assert (done.code, done.out) == (2, "")
    assert (
        "08_bad.yaml:3:62: error: demonstration.boolean_functions.variables: 99; expected a whole number ≤ 12"
        in done.err
    )
    assert cli("lecture", "8o", "--folder", folder).code == 2


def test_the_list(cli: Cli) -> None:
    done = cli("lecture", "--list")
    assert (done.code, done.err) == (0, "")
    assert "01_perceptron" in done.out
    assert "A perceptron learns AND and OR, never XOR." in done.out
    assert json.loads(cli("lecture", "1", "--list", "--json").out)[0]["holds"] is True
