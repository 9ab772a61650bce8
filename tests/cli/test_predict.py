from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from nntrain.api.model import load
from tests.cli.conftest import CLASSES, NASTY, Cli, table


@pytest.fixture
def run(cli: Cli) -> str:
    assert cli("fit", "c.yaml", "--out", "run").code == 0
    Path("new.csv").write_text(table(20, target=False))
    return "run"


def rows_of(text: str) -> tuple[list[str], list[list[str]]]:
    header, *rows = csv.reader(text.splitlines())
    return header, rows


def test_the_input_s_columns_then_the_predictions(cli: Cli, run: str) -> None:
    done = cli("predict", run, "new.csv", "--out", "p.csv")
    assert (done.code, done.out) == (0, "")
    assert "20 rows predicted: p.csv" in done.err
    header, rows = rows_of(Path("p.csv").read_text())
    assert header == [*NASTY, "prediction", *(f"probability_{name}" for name in sorted(CLASSES))]
    assert [row[:3] for row in rows] == rows_of(Path("new.csv").read_text())[1]
    assert [row[3] for row in rows] == load(run).predict("new.csv").tolist()
    assert all(sum(map(float, row[4:])) == pytest.approx(1.0, abs=1e-6) for row in rows)


def test_standard_output_holds_the_same(cli: Cli, run: str) -> None:
    cli("predict", run, "new.csv", "--out", "p.csv")
    done = cli("predict", run, "new.csv")
    assert done.out == Path("p.csv").read_text()


def test_json(cli: Cli, run: str) -> None:
    Path("new.csv").write_text(table(20, target=False).replace("[t0]", "[elsewhere]"))
    done = cli("predict", run, "new.csv", "--out", "p.parquet", "--json")
    result = json.loads(done.out)
    assert (result["rows"], result["out"], result["checkpoint"]) == (20, "p.parquet", "run/best.safetensors")
    assert result["unknown"]["town [/]"] > 0
    assert "town [/]" in done.err
    assert cli("predict", run, "p.parquet", "--out", "q.csv").code == 0


def test_regression_has_no_probabilities(cli: Cli) -> None:
    cli("fit", "c.yaml", "--out", "r", "--set", 'data.target="a[/b]"')
    header, rows = rows_of(cli("predict", "r", "t.csv").out)
    assert header[-1] == "prediction"
    assert [float(row[-1]) for row in rows] == load("r").predict("t.csv").tolist()


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["predict", "run"], 2, "INPUT"),
        (["predict", "run", "nope.csv"], 3, "nope.csv: error: no such file"),
        (["predict", "nowhere", "new.csv"], 4, "nowhere: error: "),
        (["predict", "run", "new.csv", "--out", "p.xlsx"], 2, ".xlsx"),
        (["predict", "run", "new.csv", "--out", "no/p.csv"], 6, "no/p.csv: error: "),
        (["predict", "run", "new.csv", "--json"], 2, "--json needs --out"),
    ],
)
def test_what_is_wrong_in_one_line(cli: Cli, run: str, arguments: list[str], code: int, message: str) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_a_missing_column_is_an_error(cli: Cli, run: str) -> None:
    Path("short.csv").write_text("[bold]x\n1\n")
    done = cli("predict", run, "short.csv", "--out", "p.csv")
    assert done.code == 3
    assert "no column 'a[/b]'" in done.err
    assert not Path("p.csv").exists()
