"""Files that initializers name: relative to the config that names them, or to where the command line was written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.errors import ConfigError
from nntrain.spec import Spec
from nntrain.spec.spec import load_spec

DATA = "data: {train: {xor: {rows: 40}}, target: label}\ntraining: {epochs: 1}\n"


def read(folder: Path, text: str, *assignments: str) -> Spec:
    path = folder / "a.yaml"
    path.write_text(DATA + text, encoding="utf-8")
    return load_spec(path, assignments)


def test_every_initializer_s_file_is_found_beside_the_config(tmp_path: Path) -> None:
    given = read(
        tmp_path,
        "initializer: {file: w.npy}\n"
        "architecture: [{dense: {units: 2, initializer: {file: {path: sub/w.csv}}, bias_initializer: {file: /b.csv}}}]\n",
    ).plain()
    dense: Any = given["architecture"][0]["dense"]
    assert given["initializer"] == {"file": {"path": os.fspath(tmp_path / "w.npy")}}
    assert dense["initializer"] == {"file": {"path": os.fspath(tmp_path / "sub" / "w.csv")}}
    assert dense["bias_initializer"] == {"file": {"path": os.path.normpath("/b.csv")}}


def test_on_the_command_line_it_is_relative_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path.parent)
    given = read(tmp_path, "", "initializer={file: w.npy}").plain()
    assert given["initializer"] == {"file": {"path": os.fspath(tmp_path.parent / "w.npy")}}


def test_a_mistake_beside_it_keeps_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"a\.yaml:3:\d+: error: initializer\.file\.pth: unknown key"):
        read(tmp_path, "initializer: {file: {pth: w.npy}}\n")


def test_a_run_starts_from_them(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    path = tmp_path / "a.yaml"
    text = "architecture: [{dense: {units: 3, initializer: {file: w.npy}}}]\noptimizer: {sgd: {lr: 1.0e-12}}\n"
    path.write_text(DATA + text, encoding="utf-8")
    model = nntrain.fit(path, out=tmp_path / "run").model
    np.testing.assert_allclose(model.bundle.network.vector.parameters[0].value, [[1, 2, 3], [4, 5, 6]], rtol=1e-6)
    (tmp_path / "w.npy").unlink()
    nntrain.load(tmp_path / "run")
