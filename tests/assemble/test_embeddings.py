"""Tables with codes and embedded numbers, from the config to predictions of a checkpoint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.assemble import prepare
from nntrain.errors import ConfigError
from nntrain.spec import Spec, spec_of

TABLE = Path(__file__).parents[2] / "data" / "diabetes.csv"
LISTED = [
    {"embedding": {"dim": 3}},
    {"piecewise_linear": {"bins": 8, "dim": 4}},
    {"dense": 16},
    "relu",
]


def data(**more: Any) -> dict[str, Any]:
    columns = {"sex": {"type": "categorical", "encoding": "ordinal"}}
    split = {"validation": 0.2, "test": 0.2}
    return {"train": str(TABLE), "target": "progression", "split": split, "columns": columns, **more}


def spec(**config: Any) -> Spec:
    return spec_of({"data": data(), **config}, "diabetes")


def layer_names(spec: Spec) -> list[str]:
    return prepare(spec).network.names


def test_the_short_form_embeds_codes_by_itself() -> None:
    assert layer_names(spec(architecture={"hidden": [8]}))[:2] == ["1.embedding", "2.dense"]
    assert layer_names(spec(architecture={"hidden": [8]}, data=data(columns={}))) == ["1.dense", "2.relu", "3.output"]


def test_a_list_must_embed_them_itself() -> None:
    with pytest.raises(ConfigError, match=r"1.dense: would take the codes of the categories of 'sex' as numbers"):
        prepare(spec(architecture=[{"dense": 8}]))


@pytest.mark.parametrize(
    "architecture", [{"hidden": [16]}, LISTED, ["embedding", {"periodic": {"sigma": 0.2}}, {"dense": 16}, "relu"]]
)
def test_a_real_table_is_learnt_and_a_checkpoint_predicts_the_same(architecture: Any, tmp_path: Path) -> None:
    config = spec(
        architecture=architecture,
        optimizer={"adamw": {"lr": 0.003, "weight_decay": 0.1}},
        schedule="cosine",
        training={"epochs": 30, "batch_size": 32},
    )
    path = tmp_path / "c.yaml"
    path.write_text(config_text(config), encoding="utf-8")
    run = nntrain.fit(path, out=tmp_path / "run")
    assert run.metrics["test"]["r2"] > 0.3
    again = nntrain.load(tmp_path / "run").evaluate(split="test")
    assert again == run.metrics["test"]
    rows = {name: [float(value)] for name, value in zip(HEADER, FIRST, strict=True)}
    rows["sex"] = [3]  # which no patient has
    assert np.isfinite(run.model.predict(rows)).all()


HEADER, FIRST = (line.split(",")[:-1] for line in TABLE.read_text(encoding="utf-8").splitlines()[:2])


def config_text(spec: Spec) -> str:
    import yaml

    return yaml.safe_dump(spec.plain())


def test_data_parallel_shares_learn_the_same(tmp_path: Path) -> None:
    runs = []
    for shares in (1, 2):
        config = spec(
            architecture=LISTED, training={"epochs": 2, "batch_size": 64, "shares": shares, "compiled": False}
        )
        (tmp_path / f"{shares}.yaml").write_text(config_text(config), encoding="utf-8")
        runs.append(nntrain.fit(tmp_path / f"{shares}.yaml", out=tmp_path / f"run{shares}"))
    one, two = (run.metrics["train"]["rmse"] for run in runs)
    assert one == pytest.approx(two, rel=1e-3)
