"""Every shipped config runs, and learns more than its baseline."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import nntrain
from nntrain.spec import load_spec
from nntrain.sweep.derived import schema as sweep_schema

ROOT = Path(__file__).resolve().parent.parent
SMALL = sorted((ROOT / "configs").glob("*.yaml"))
TABLES = sorted((ROOT / "configs" / "tables").glob("*.yaml"))
SWEEPS = sorted((ROOT / "configs" / "sweeps").glob("*.yaml"))


@pytest.mark.parametrize("config", SMALL, ids=lambda path: path.stem)
def test_a_config_trains_a_network_that_beats_the_baseline(config: Path, tmp_path: Path) -> None:
    run = nntrain.fit(config, out=tmp_path / "run")
    name = "accuracy" if "accuracy" in run.metrics["train"] else "r2"
    for split, figures in run.metrics.items():
        assert figures[name] > run.summary["baseline"][split][name] + 0.1, split


@pytest.mark.parametrize("config", TABLES, ids=lambda path: path.stem)
def test_a_config_for_a_table_of_ones_own_is_checked(config: Path) -> None:
    spec = load_spec(config, ["data.train=elsewhere.csv", "data.validation=v.csv", "data.test=t.csv"])
    assert spec.plain()["data"]["train"]["file"]["path"] == str(Path.cwd() / "elsewhere.csv")


@pytest.mark.parametrize("path", SWEEPS, ids=lambda path: path.stem)
def test_every_sweep_finds_a_best_config(path: Path, tmp_path: Path) -> None:
    jsonschema.validate(yaml.safe_load(path.read_text()), sweep_schema())
    options = ["--set", "base.training.epochs=1", "--set", "trials=3", "--set", "repeats=1"]
    command = [sys.executable, "-m", "nntrain", "sweep", str(path), *options, "--out", str(tmp_path / "out"), "--json"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert ended.returncode == 0, ended.stderr
    summary = json.loads(ended.stdout)
    assert summary["trials"] == {"finished": 3, "failed": 0, "pruned": 0}
    assert load_spec(Path(summary["best"]["config"])).config.training.epochs == 1
