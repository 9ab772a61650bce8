from __future__ import annotations

import json
from pathlib import Path

from nntrain import __version__
from tests.cli.conftest import Cli


def test_everything_with_its_origin_and_nothing_written(cli: Cli) -> None:
    before = sorted(Path().iterdir())
    done = cli("check", "c.yaml", "--set", "optimizer.adam.lr=0.5")
    assert (done.code, done.err) == (0, "")
    text = [line.split() for line in done.out.splitlines()]
    assert ["training.epochs", "3", "c.yaml:3:20"] in text
    assert ["optimizer.adam.lr", "0.5", "--set", "optimizer.adam.lr=0.5"] in text
    assert ["optimizer.adam.beta1", "0.9", "default"] in text
    assert ["loss", "cross_entropy", "derived:", "from", "the", "task:", "3", "classes"] in text
    assert ["2.relu", "(B,", "8)"] in text
    assert ["[bold]x", "numeric", "1"] in [line[:3] for line in text]
    assert "3 epochs of 5 steps" in done.out
    assert "memory" in done.out
    assert sorted(Path().iterdir()) == before


def test_json(cli: Cli) -> None:
    result = json.loads(cli("check", "c.yaml", "--json").out)
    assert result["steps_per_epoch"] == 5
    assert result["config"]["data"]["task"] == "classification"
    assert result["origins"]["training.batch_size"] == "c.yaml:3:35"
    assert result["data"]["rows"] == {"train": 72, "validation": 24, "test": 24}
    assert [row["name"] for row in result["network"]] == ["1.dense", "2.relu", "3.output"]
    assert result["parameters"] == sum(row["parameters"] for row in result["network"])


def test_mistakes(cli: Cli) -> None:
    assert cli("check", "c.yaml", "--set", "training.epochs=0").code == 2
    assert cli("check", "c.yaml", "--set", "data.train=nope.csv").code == 3


def test_schema_and_version(cli: Cli) -> None:
    schema = json.loads(cli("schema").out)
    assert "training" in schema["properties"]
    assert cli("--version").out == f"nntrain {__version__}\n"


def test_help(cli: Cli) -> None:
    for arguments in ([], ["--help"], ["-h"]):
        done = cli(*arguments)
        assert done.code == 0
        assert all(f"\n  {name} " in done.out for name in ("fit", "eval", "predict", "check", "schema"))
    assert "--resume [RUN]" in cli("fit", "--help").out
