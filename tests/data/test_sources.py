from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.dataset import load_dataset
from nntrain.data.duck import read_query
from nntrain.data.files import files_of_query
from nntrain.data.sources import anchored
from nntrain.errors import DataError
from tests.data.tables import TOKENS, cells, data_settings, read, rows_of, written


def test_sql_reads_files_from_its_base(tmp_path: Path) -> None:
    written(tmp_path / "a.csv", rows_of("id,x", "1,2.5", "2,3.5"))
    query = "WITH t AS (SELECT * FROM 'a.csv') SELECT id, x * 2 AS double FROM t ORDER BY id;"
    assert cells(read_query(query, tmp_path, TOKENS)) == {"id": [1, 2], "double": [5, 7]}
    for bad, text in {
        "DROP TABLE x": "one SELECT",
        "SELECT 1; SELECT 2": "one SELECT",
        "COPY (SELECT 1) TO 'x.csv'": "one SELECT",
        "SELEC 1": "syntax error",
        "SELECT * FROM 'b.csv'": "b.csv",
        "SELECT 1 AS a, 2 AS a": "more than once",
        "SELECT 1 AS a WHERE false": "no rows",
    }.items():
        with pytest.raises(DataError, match=text):
            read_query(bad, tmp_path, TOKENS)
    assert not (tmp_path / "x.csv").exists()


def test_files_that_a_query_names(tmp_path: Path) -> None:
    for name in ("a.csv", "b one.csv", "c.csv", "it's.csv"):
        (tmp_path / name).write_text("x\n1\n")
    query = (
        """SELECT x, 'c' AS c FROM 'a.csv' JOIN "b one.csv" USING (x) JOIN read_csv(['no.csv', 'it''s.csv']) ON true"""
    )
    assert [path.name for path in files_of_query(query, tmp_path)] == ["a.csv", "b one.csv", "it's.csv"]
    assert [path.name for path in files_of_query("SELECT * FROM '*.csv'", tmp_path)] == sorted(
        path.name for path in tmp_path.iterdir()
    )
    assert [path.name for path in files_of_query(f"SELECT * FROM '{tmp_path}/c.csv'", Path("/"))] == ["c.csv"]
    assert files_of_query("SELECT 1 AS x, '' AS y, 'odd", tmp_path) == []
    (tmp_path / "run [1]").mkdir()
    written(tmp_path / "run [1]" / "a.csv", rows_of("x", "1"))
    assert files_of_query("SELECT * FROM 'a.csv'", tmp_path / "run [1]") == [tmp_path / "run [1]" / "a.csv"]


def test_anchored_makes_paths_absolute_and_nothing_else() -> None:
    base = Path("/base")
    assert anchored("a/*.csv", base) == "/base/a/*.csv"
    assert anchored("/abs.csv", base) == "/abs.csv"
    assert anchored({"file": "a.csv"}, base) == {"file": {"path": "/base/a.csv"}}
    assert anchored({"file": {"path": "a", "format": "csv"}}, base) == {"file": {"path": "/base/a", "format": "csv"}}
    assert anchored({"sql": "SELECT 1"}, base) == {"sql": {"query": "SELECT 1", "base": "/base"}}
    assert anchored({"sql": {"query": "SELECT 1", "base": "sub"}}, base) == {
        "sql": {"query": "SELECT 1", "base": "/base/sub"}
    }
    unchanged: list[object] = [
        "moons",
        {"moons": {"rows": 9}},
        None,
        3,
        ["a"],
        {},
        {"file": None},
        {"file": {"paht": "a"}},
        {"a": 1, "b": 2},
    ]
    for value in unchanged:
        assert anchored(value, base) == value
    once = anchored({"sql": "SELECT 1"}, base)
    assert anchored(once, Path("/other")) == once


@pytest.mark.parametrize("source", ["xor", "moons", "spirals"])
def test_generated_sources(source: str) -> None:
    import sys

    table = data_settings(train={source: {"rows": 101}}, target="label").train(TOKENS)
    again = data_settings(train={source: {"rows": 101, "seed": 0}}, target="label").train(TOKENS)
    other = data_settings(train={source: {"rows": 101, "seed": 1, "noise": 0.1}}, target="label").train(TOKENS)
    assert (table.rows, list(table.columns)) == (101, ["x", "y", "label"])
    assert json.dumps(cells(table)) == json.dumps(cells(again))
    assert cells(table)["x"] != cells(other)["x"]
    assert data_settings(train=source, target="label").train(TOKENS).rows > 101
    assert sys.modules  # DuckDB is not needed for these: see test_imports


def test_moons_and_spirals_lie_where_they_should() -> None:
    moons = cells(data_settings(train={"moons": {"noise": 0}}, target="label").train(TOKENS))
    radius = [
        np.hypot(x - 1, y - 0.5) if label == "lower" else np.hypot(x, y)
        for x, y, label in zip(*moons.values(), strict=True)
    ]
    np.testing.assert_allclose(radius, 1)
    spirals = cells(data_settings(train={"spirals": {"noise": 0, "classes": 3}}, target="label").train(TOKENS))
    assert sorted(set(spirals["label"])) == ["arm 1", "arm 2", "arm 3"]
    assert max(np.hypot(spirals["x"], spirals["y"])) <= 1 + 1e-12
    xor = cells(data_settings(train={"xor": {}}, target="label").train(TOKENS))
    assert [(x * y > 0) for x, y in zip(xor["x"], xor["y"], strict=True)] == [label == "same" for label in xor["label"]]


def test_sql_as_a_source_of_training(tmp_path: Path) -> None:
    lines = rows_of("x,label", *(f"{i},{'yes' if i % 2 else 'no'}" for i in range(20)))
    written(tmp_path / "a.csv", lines)
    source = {"sql": {"query": "SELECT x, x * x AS square, label FROM 'a.csv' ORDER BY x", "base": str(tmp_path)}}
    dataset = load_dataset(data_settings(train=source, target="label"))
    assert dataset.preprocessing.features == ["x", "square"]
    with pytest.raises(DataError, match="sql: error: no column 'lable'"):
        load_dataset(data_settings(train=source, target="lable"))


@given(st.one_of(st.binary(max_size=60), st.text('a1,;"\n\r\t {}[]:', max_size=60).map(str.encode)))
def test_any_bytes_are_a_table_or_a_data_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    for suffix in (".csv", ".csv.gz", ".jsonl", ".npz"):
        path = tmp_path_factory.getbasetemp() / f"any{suffix}"
        path.write_bytes(content)
        try:
            right = read(path).rows > 0
        except DataError as error:
            right = str(path) in str(error)
        assert right


def test_any_bytes_between_the_ends_of_a_parquet_file(tmp_path: Path) -> None:
    for size in range(0, 60, 7):
        path = tmp_path / "any.parquet"
        path.write_bytes(b"PAR1" + bytes(range(size)) + b"PAR1")
        with pytest.raises(DataError, match="cannot be read as Parquet"):
            read(path)
