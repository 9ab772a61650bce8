from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nntrain.data.columns import NumberColumn, TextColumn
from nntrain.errors import DataError
from tests.data.tables import cells, read, written


def test_json_lines(tmp_path: Path) -> None:
    lines = ['{"a": 1.50, "b": "x"}', "", '{"b": null, "c": true, "a": 1e2}', '{"a": 12345678901234567890}']
    table = read(written(tmp_path / "t.jsonl", "\n".join(lines)))
    assert cells(table) == {
        "a": ["1.50", "1e2", "12345678901234567890"],
        "b": ["x", None, None],
        "c": [None, "true", None],
    }
    assert table.problems([(1, "")])[0].place.endswith(":3")


def test_parquet_keeps_types_and_nulls(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "t.parquet"
    rows = "(1, 1.5, true, '007', DATE '2024-01-31'), (NULL, 'nan'::DOUBLE, NULL, NULL, NULL)"
    with duckdb.connect() as duck:
        duck.execute(f"COPY (SELECT * FROM (VALUES {rows}) t(i, f, flag, text, day)) TO '{path}'")
    table = read(path)
    i, f, flag = (table.columns[name] for name in ("i", "f", "flag"))
    assert isinstance(i, NumberColumn)
    assert isinstance(f, NumberColumn)
    assert isinstance(flag, TextColumn)
    assert (i.missing.tolist(), f.missing.tolist(), flag.texts) == ([False, True], [False, True], ["true"])
    assert cells(table)["i"] == [1, None]
    assert cells(table)["day"] == ["2024-01-31", None]
    f = read(path, tokens=frozenset()).columns["f"]
    assert isinstance(f, NumberColumn)
    assert f.missing.tolist() == [False, False]  # then NaN is a mistake, not a gap


def test_parquet_columns_that_differ_in_case_are_refused(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect() as duck:
        duck.execute(f"COPY (SELECT 1 AS aa, 2 AS bb) TO '{tmp_path / 'good.parquet'}'")
    content = (tmp_path / "good.parquet").read_bytes()
    assert read(tmp_path / "good.parquet").rows == 1
    (tmp_path / "bad.parquet").write_bytes(content.replace(b"\x02bb", b"\x02AA"))
    with pytest.raises(DataError, match="occur twice, or differ only in upper and lower case: see 'AA_1'"):
        read(tmp_path / "bad.parquet")


def test_npz_names_columns_and_takes_texts(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", X=np.arange(6.0).reshape(3, 2), y=np.array(["a", "b", "a"]))
    assert cells(read(tmp_path / "t.npz")) == {"x0": [0, 2, 4], "x1": [1, 3, 5], "y": ["a", "b", "a"]}
