from __future__ import annotations

import json
from pathlib import Path

import pytest

from nntrain.api.model import load
from nntrain.data.dataset import SplitName
from tests.cli.conftest import CLASSES, Cli, table


@pytest.fixture
def run(cli: Cli) -> str:
    assert cli("fit", "c.yaml", "--out", "run").code == 0
    return "run"


def test_tables(cli: Cli, run: str) -> None:
    done = cli("eval", run)
    assert done.code == 0
    assert done.err == ""
    assert "run/best.safetensors on its test split, 24 rows" in done.out
    for text in ("accuracy", "baseline", "precision", "F1", "truth ↓ prediction →", *CLASSES):
        assert text in done.out


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_json_is_what_the_python_api_says(cli: Cli, run: str, split: SplitName) -> None:
    done = cli("eval", run, "--split", split, "--json")
    result = json.loads(done.out)
    assert (result["checkpoint"], result["split"]) == ("run/best.safetensors", split)
    assert result["rows"] == {"train": 72, "validation": 24, "test": 24}[split]
    assert result["metrics"] == load(run).evaluate(split=split)
    assert result["metrics"] == json.loads(Path("run/summary.json").read_text())["metrics"][split]
    assert sorted(result["per_class"]) == sorted(CLASSES)
    assert sum(map(sum, result["confusion"]["counts"])) == result["rows"]


def test_a_file(cli: Cli, run: str) -> None:
    Path("more.csv").write_text(table(30).replace("[t0]", "[new]"))
    done = cli("eval", "run/last.safetensors", "--data", "more.csv")
    assert done.code == 0
    assert "run/last.safetensors on more.csv, 30 rows" in done.out
    assert "town [/]" in done.out + done.err
    result = json.loads(cli("eval", run, "--data", "more.csv", "--json").out)
    assert (result["split"], result["data"], result["rows"]) == (None, "more.csv", 30)
    assert list(result["unknown"]) == ["town [/]"]


def test_the_default_is_the_last_split_that_there_is(cli: Cli) -> None:
    cli("fit", "c.yaml", "--out", "v", "--set", "data.split.test=0")
    done = cli("eval", "v", "--json")
    assert json.loads(done.out)["split"] == "validation"
    assert "no test split" in done.err
    cli("fit", "c.yaml", "--out", "t", "--set", "data.split.test=0", "--set", "data.split.validation=0")
    assert json.loads(cli("eval", "t", "--json").out)["split"] == "train"
    done = cli("eval", "t", "--split", "test")
    assert done.code == 2
    assert done.err == "error: this run has no test split; it has train\n"


def test_a_split_by_column(cli: Cli) -> None:
    lines = table(90).splitlines()
    parts = ["part", *(["train", "train", "test"] * 30)]
    Path("t.csv").write_text("".join(f"{line},{part}\n" for line, part in zip(lines, parts, strict=True)))
    cli("fit", "c.yaml", "--out", "c", "--set", "data.split={column: part}")
    assert json.loads(cli("eval", "c", "--json").out)["rows"] == 30
    assert cli("eval", "c", "--split", "validation").code == 2


def test_regression(cli: Cli) -> None:
    cli("fit", "c.yaml", "--out", "r", "--set", 'data.target="a[/b]"')
    done = cli("eval", "r")
    assert "prediction − truth" in done.out
    assert "median" in done.out
    residuals = json.loads(cli("eval", "r", "--json").out)["residuals"]
    assert residuals["0%"] <= residuals["50%"] <= residuals["100%"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["eval"], 2, "CHECKPOINT"),
        (["eval", "nowhere"], 4, "nowhere: error: no such checkpoint"),
        (["eval", "."], 4, "is it a run folder?"),
        (["eval", "t.csv"], 4, "t.csv: error: "),
        (["eval", "run", "--data", "t.csv", "--split", "test"], 2, "--split test"),
        (["eval", "run", "--data", "nope.csv"], 3, "nope.csv: error: no such file"),
        (["eval", "run", "--split", "tset"], 2, "this run has no tset split; it has train, validation, test"),
    ],
)
def test_what_is_wrong_in_one_line(cli: Cli, run: str, arguments: list[str], code: int, message: str) -> None:
    done = cli(*arguments)
    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert len(done.err.splitlines()) == 1
