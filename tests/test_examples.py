"""Every example of the reference is built and trains: whoever copies one gets something that runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

import nntrain
from nntrain.spec.derived import REGISTRIES

ROOT = Path(__file__).resolve().parent.parent
CLASSES = ("setosa", "versicolor", "virginica")
WITHOUT = ("classification metric", "multilabel metric", "regression metric")
"""Kinds whose members have no settings, and whose names are their examples."""
ELSEWHERE = ("file", "sql")
"""Sources that need tables of their own: `tests/data/test_sources.py`."""


def examples(text: str) -> list[str]:
    """The examples behind ``YAML`` in a docstring: on its line, four spaces apart, and on the indented lines below."""
    found: list[str] = []
    lines = text.splitlines()
    for number, line in enumerate(lines):
        if (match := re.match(r"\s*YAML\s+(.*)", line)) is None:
            continue
        below = [match.group(1)]
        for other in lines[number + 1 :]:
            if not re.match(r"\s{12,}\S", other):
                break
            below.append(other.strip())
        found += [part for row in below for part in re.split(r"\s{4,}", row) if is_example(part)]
    return found


def is_example(part: str) -> bool:
    """A name, or a mapping on one line; words beside an example are neither."""
    return re.fullmatch(r"\w+|\w+: .*", part) is not None and part != "target: label"


CASES = [
    (registry.kind, component.name, example)
    for registry in REGISTRIES
    for component in registry
    if component.name not in ELSEWHERE
    for example in examples(component.factory.__doc__ or "")
]


def test_every_component_with_settings_has_an_example() -> None:
    bare = [
        f"{registry.kind} {component.name}"
        for registry in REGISTRIES
        if registry.kind not in WITHOUT
        for component in registry
        if not examples(component.factory.__doc__ or "")
    ]
    assert bare == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a table that has whatever the examples name."""
    made = tmp_path_factory.mktemp("examples")
    rng = np.random.default_rng(0)
    rows = ["age,income,town,street,when,label,ill,late,price,visits"]
    for number in range(60):
        age, income = rng.integers(20, 60), round(float(rng.lognormal(7, 1)), 2)
        town, street = rng.choice(["Rome", "Oslo", "Bern"]), rng.choice(["A", "B"])
        ill, late, visits = (rng.integers(0, 2), rng.integers(0, 2), rng.poisson(2))
        when = f"{rng.integers(1, 28):02}.{rng.integers(1, 13):02}.20{rng.integers(10, 25)}"
        cells = [age, income, town, street, when, CLASSES[number % 3], ("well", "ill")[ill], ("no", "yes")[late]]
        rows.append(",".join(map(str, [*cells, round(income * 2 + 1, 2), visits])))
    (made / "table.csv").write_text("\n".join(rows) + "\n")
    np.save(made / "weights.npy", rng.normal(size=(2, 3)).astype(np.float32))
    return made


TARGETS = ("label", "ill", "late", "price", "visits")


def data(target: str | list[str], **settings: Any) -> dict[str, Any]:
    """The data section for a target; the other targets and the date are ignored."""
    wanted = [target] if isinstance(target, str) else target
    ignored = [name for name in (*TARGETS, "when") if name not in wanted]
    return {"train": "table.csv", "target": target, "ignore": ignored, **settings}


PICTURES = {"train": str(ROOT / "data" / "digits.csv"), "target": "digit", "image": [8, 8], "numeric": "min_max"}
OF_PICTURES = ("cutout", "shift", "rotation", "scaling", "flip")


def config(kind: str, name: str, example: str) -> dict[str, Any]:
    """The smallest config that has an example in its place."""
    given = yaml.safe_load(example)
    made: dict[str, Any] = {"data": data("label"), "architecture": {"hidden": [4]}}
    if kind in ("layer", "activation"):
        before = [{"dense": 64}] if "residual" in example else []
        ends = name == "output" or "output" in example
        made["architecture"] = [*before, given] if ends else [*before, given, "output"]
        if name == "embedding":
            made["data"]["categorical"] = "ordinal"
    elif kind == "initializer":
        first: list[Any] = [{"select": ["age", "income"]}]
        if "initializer" in given:
            made |= {"initializer": given["initializer"], "architecture": [*first, "output"]}
        else:
            made["architecture"] = [*first, given] if "output" in given else [*first, given, "output"]
    elif kind in ("optimizer", "schedule"):
        made[kind] = given
    elif kind == "augmentation":
        made |= given | ({"data": PICTURES} if name in OF_PICTURES else {})
    elif kind == "loss":
        made |= {"loss": given["loss"], "data": data(target_of(name, example))}
    elif kind == "source":
        made["data"] = {**given, "target": "label"}
    elif kind == "target transform":
        made["data"] = data("price", **given)
    elif kind == "date encoding":
        dated = {"columns": {"when": {"type": "date", "dates": {"cyclic": {"format": "%d.%m.%Y"}}}}}
        made["data"] = data("label", **(given if "columns" in given and "format" in example else dated))
        made["data"]["ignore"].remove("when")
    else:  # scaling, encoding, imputation: keys of data
        made["data"] |= given
    return made


def target_of(loss: str, example: str) -> str | list[str]:
    """The target that a loss is for."""
    if loss == "multilabel_cross_entropy":
        return ["ill", "late"]
    if loss == "binary_cross_entropy" or "alpha" in example:
        return "ill"
    if loss == "poisson":
        return "visits"
    return "label" if loss in ("cross_entropy", "focal", "hinge", "perceptron") else "price"


@pytest.mark.parametrize(("kind", "name", "example"), CASES, ids=lambda part: str(part)[:40])
def test_an_example_trains(folder: Path, tmp_path: Path, kind: str, name: str, example: str) -> None:
    made = config(kind, name, example) | {"training": {"epochs": 1, "batch_size": 32, "compiled": False}}
    path = folder / f"{tmp_path.name}.yaml"
    path.write_text(yaml.safe_dump(made), encoding="utf-8")
    record = nntrain.fit(path, out=tmp_path / "run").history[-1]
    assert np.isfinite(record["train_loss"])
