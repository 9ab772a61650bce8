"""Every shipped config runs, and learns more than its baseline."""

from __future__ import annotations

from pathlib import Path

import pytest

import nntrain
from nntrain.spec import load_spec

ROOT = Path(__file__).resolve().parent.parent
SMALL = sorted((ROOT / "configs").glob("*.yaml"))
TABLES = sorted((ROOT / "configs" / "tables").glob("*.yaml"))


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
