"""Rows that several processes share: read once, never those for test, and of a run that differs in nothing from any other."""

from __future__ import annotations

import csv
import json
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.api.train import train
from nntrain.assemble import prepare
from nntrain.assemble.parts import wants_counts
from nntrain.cli import main
from nntrain.data import dataset as loading
from nntrain.data.dataset import Dataset
from nntrain.errors import DataError, StorageError
from nntrain.spec import Spec, load_spec
from nntrain.sweep import shared_data
from nntrain.sweep.shared_data import SharedData
from nntrain.training.run_folder import RunFolder
from tests.references.numba import COMPILED
from tests.runs import comparable, write_config

CLASSES = """
data: {train: t.csv, target: label, split: {validation: 0.2, test: 0.2}}
architecture: {hidden: [8], batch_norm: true, dropout: 0.1}
training: {epochs: 3, batch_size: 16, threads: 1, shares: 1}
"""
NUMBERS = CLASSES.replace("target: label", "target: y, weights: w, ignore: [label]")


def write_table(folder: Path, rows: int = 90) -> Path:
    rng = np.random.default_rng(4)
    with (folder / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["a", "color", "day", "y", "w", "label"])
        for row in range(rows):
            a = rng.normal()
            missing = "" if row % 17 == 0 else f"{a:.4f}"
            day = f"2024-{row % 12 + 1:02d}-{row % 28 + 1:02d}"
            writer.writerow([missing, "rgb"[row % 3], day, f"{2 * a:.3f}", row % 4, "no" if a < 0 else "yes"])
    return folder / "t.csv"


def shared(folder: Path, spec: Spec) -> Dataset:
    return SharedData(folder / "data").loader(spec.plain()["data"])(spec.config.data, wants_counts(spec))


@pytest.mark.parametrize("text", [CLASSES, NUMBERS], ids=["classes", "numbers"])
@pytest.mark.parametrize("compiled", COMPILED)
def test_a_run_on_shared_rows_is_any_other_run(tmp_path: Path, text: str, compiled: bool) -> None:
    write_table(tmp_path)
    config = write_config(tmp_path, text)
    nntrain.fit(config, {"training.compiled": compiled}, out=tmp_path / "plain")
    spec = load_spec(config, [f"training.compiled={str(compiled).lower()}"])
    (tmp_path / "run").mkdir()
    load = SharedData(tmp_path / "data").loader(spec.plain()["data"])
    run = train(prepare(spec, load), RunFolder(tmp_path / "run"))
    assert comparable(tmp_path / "run") == comparable(tmp_path / "plain")
    assert "test" not in run.metrics
    assert run.model.evaluate(split="test") == nntrain.load(tmp_path / "plain").evaluate(split="test")
    assert len(nntrain.resume(tmp_path / "run", {"training.epochs": 4}).history) == 4


def test_the_command_line_evaluates_such_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_table(tmp_path)
    spec = load_spec(write_config(tmp_path, CLASSES))
    (tmp_path / "run").mkdir()
    train(prepare(spec, SharedData(tmp_path / "data").loader(spec.plain()["data"])), RunFolder(tmp_path / "run"))
    with pytest.raises(SystemExit) as ended:
        main(["eval", str(tmp_path / "run"), "--split", "test", "--json"])
    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 18


def test_the_test_rows_are_nowhere(tmp_path: Path) -> None:
    write_table(tmp_path)
    dataset = shared(tmp_path, load_spec(write_config(tmp_path, CLASSES)))
    assert dataset.test is None
    assert dataset.sizes == {"train": 54, "validation": 18, "test": 18}
    assert set(dataset.digests) == {"train", "validation", "test"}
    assert not list(tmp_path.glob("data/*/test*"))


def test_a_table_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path)
    spec = load_spec(write_config(tmp_path, CLASSES))
    first = shared(tmp_path, spec)
    monkeypatch.setattr(shared_data, "load_dataset", lambda *_: pytest.fail("read again"))
    again = shared(tmp_path, spec)
    np.testing.assert_array_equal(first.train.x, again.train.x)
    assert again.preprocessing == first.preprocessing
    assert again.train.x.flags.writeable
    assert again.train.x.base is not None, "not mapped"


def _take(folder: Path) -> None:
    shared(folder, load_spec(folder / "run.yaml"))


def test_processes_that_come_at_once_read_it_once(tmp_path: Path) -> None:
    write_table(tmp_path)
    write_config(tmp_path, CLASSES)
    context = multiprocessing.get_context("spawn")
    takers = [context.Process(target=_take, args=(tmp_path,)) for _ in range(3)]
    for taker in takers:
        taker.start()
    for taker in takers:
        taker.join(60)
    assert [taker.exitcode for taker in takers] == [0, 0, 0]
    assert len(list(tmp_path.glob("data/*/dataset.json"))) == 1


def test_a_file_that_changed_is_read_anew(tmp_path: Path) -> None:
    write_table(tmp_path)
    spec = load_spec(write_config(tmp_path, CLASSES))
    before = shared(tmp_path, spec)
    write_table(tmp_path, rows=100)
    after = shared(tmp_path, spec)
    assert sum(before.sizes.values()) == 90
    assert sum(after.sizes.values()) == 100


def test_a_file_of_a_query_that_changed_is_read_anew(tmp_path: Path) -> None:
    write_table(tmp_path)
    text = CLASSES.replace("train: t.csv", """train: {sql: "SELECT * FROM 't.csv' WHERE color <> 'r'"}""")
    spec = load_spec(write_config(tmp_path, text))
    before = shared(tmp_path, spec)
    assert sum(shared(tmp_path, spec).sizes.values()) == sum(before.sizes.values()) == 60
    write_table(tmp_path, rows=120)
    assert sum(shared(tmp_path, spec).sizes.values()) == 80


def test_a_disk_that_fills_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path)

    def full(*_: Any) -> None:
        raise OSError("900 requested and 12 written")  # as NumPy says it, without an error number

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(StorageError, match="cannot keep the encoded rows: 900 requested and 12 written"):
        shared(tmp_path, load_spec(write_config(tmp_path, CLASSES)))


def test_what_a_killed_writer_left_is_no_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_table(tmp_path)
    spec = load_spec(write_config(tmp_path, CLASSES))

    def killed(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(shared_data, "write_atomically", killed)
        with pytest.raises(KeyboardInterrupt):
            shared(tmp_path, spec)
    assert list(tmp_path.glob("data/*/train-x.npy"))
    assert shared(tmp_path, spec).sizes["train"] == 54


def test_a_table_that_is_not_there_says_so_as_ever(tmp_path: Path) -> None:
    spec = load_spec(write_config(tmp_path, CLASSES))
    with pytest.raises(DataError) as shared_error:
        shared(tmp_path, spec)
    with pytest.raises(DataError) as plain_error:
        loading.load_dataset(spec.config.data)
    assert str(shared_error.value) == str(plain_error.value)


def test_a_folder_that_cannot_be_written_to(tmp_path: Path) -> None:
    write_table(tmp_path)
    (tmp_path / "data").write_text("a file")
    with pytest.raises(StorageError, match="cannot keep the encoded rows"):
        shared(tmp_path, load_spec(write_config(tmp_path, CLASSES)))


def test_a_process_keeps_a_few_tables_open(tmp_path: Path) -> None:
    write_table(tmp_path)
    config, kept = write_config(tmp_path, CLASSES), SharedData(tmp_path / "data")
    for seed in range(shared_data.MOST_OPEN + 2):
        spec = load_spec(config, [f"data.split.seed={seed}"])
        load = kept.loader(spec.plain()["data"])
        assert load(spec.config.data, False) is load(spec.config.data, False)
    assert len(kept._open) == shared_data.MOST_OPEN
