from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data.dataset import load_dataset
from nntrain.data.files import read_files
from nntrain.data.prediction import load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.summary import summarize
from nntrain.data.writing import write_predictions
from nntrain.errors import ConfigError, DataError, StorageError
from tests.data.tables import ASSETS, TOKENS, data_settings, rows_of, written

TABLE = rows_of(
    "id,age,colour,label",
    *(f"00{i},{20 + i},{'red' if i % 3 else 'blue'},{'yes' if i % 2 else 'no'}" for i in range(12)),
)


@pytest.fixture
def preprocessing(tmp_path: Path) -> Preprocessing:
    path = written(tmp_path / "train.csv", TABLE)
    return load_dataset(data_settings(train=path, target="label", ignore=["id"], split={"validation": 0})).preprocessing


def test_every_kind_of_source_gives_the_same_rows(tmp_path: Path, preprocessing: Preprocessing) -> None:
    from_file = load_rows(tmp_path / "train.csv", preprocessing, need_target=True)
    columns: dict[str, Any] = {"age": list(range(20, 32)), "colour": ["red" if i % 3 else "blue" for i in range(12)]}
    source = data_settings(train=str(tmp_path / "train.csv"), target="label").train
    sources: list[Any] = [
        columns,
        {name: np.array(values) for name, values in columns.items()},
        source,
        str(tmp_path / "train.csv"),
    ]
    sources.append(np.array(list(zip(*columns.values(), strict=True)), object))
    sources.append(list(zip(*columns.values(), strict=True)))
    for other in sources:
        rows = load_rows(other, preprocessing, need_target=False)
        np.testing.assert_array_equal(rows.x, from_file.x)
        assert rows.y is None
    assert from_file.y is not None
    assert from_file.y.tolist() == [0, 1] * 6
    assert len(from_file) == 12


def test_the_target_is_not_needed_unless_asked_for(preprocessing: Preprocessing) -> None:
    columns = {"age": [3, 4], "colour": ["red", None]}
    rows = load_rows(columns, preprocessing, need_target=False)
    assert rows.unknown == {"colour": 1}
    assert rows.warnings == ["the table: column 'colour': 1 values that training did not have, taken as unknown"]
    with pytest.raises(DataError, match="no column 'label', the target"):
        load_rows(columns, preprocessing, need_target=True)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (np.zeros((3, 3)), r"shape \(3, 3\); expected \(rows, 2\): 'age', 'colour', in this order"),
        (np.zeros(3), r"shape \(3,\)"),
        (np.zeros((0, 2)), r"shape \(0, 2\)"),
        ({"age": [1, 2], "colour": ["red"]}, "different lengths: 'age' 2, 'colour' 1"),
        ({"age": [], "colour": []}, "no rows"),
        ({"age": [object()], "colour": ["red"]}, r"column 'age': <object .* \(of type object\)"),
        ({"age": [[1]], "colour": ["red"]}, r"column 'age': values of shape \(1, 1\)"),
        ({"age": ["old"], "colour": ["red"]}, "row 1: column 'age': 'old' is not a number"),
        ({"age": [np.inf], "colour": ["red"]}, "row 1: column 'age': 'inf' is not a finite number"),
        ({"Age": [1], "colour": ["red"]}, r"no column 'age', which training had \(did you mean 'Age'\?\)"),
        (np.zeros((1, 2), np.complex128), "values of type complex128"),
    ],
)
def test_sources_that_do_not_fit(preprocessing: Preprocessing, source: Any, text: str) -> None:
    with pytest.raises(DataError, match=text):
        load_rows(source, preprocessing, need_target=False)


def test_dropped_columns_may_be_left_out_but_stand_in_arrays(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", rows_of("a,b,label", "1,5,no", "2,5,yes", "3,5,no", "4,5,yes"))
    preprocessing = load_dataset(data_settings(train=path, target="label", split={"validation": 0})).preprocessing
    assert preprocessing.columns == ["a", "b"]
    by_name = load_rows({"a": [1, 2]}, preprocessing, need_target=False).x
    np.testing.assert_array_equal(load_rows(np.array([[1, 9], [2, 9]]), preprocessing, need_target=False).x, by_name)


def predictions(rows: int) -> dict[str, np.ndarray]:
    return {
        "prediction": np.array(["yes", "no"] * (rows // 2), object),
        "probability_yes": np.linspace(0.1, 0.9, rows, dtype=np.float32),
    }


def test_csv_keeps_the_cells_as_they_were(tmp_path: Path) -> None:
    path = written(tmp_path / "in.csv", 'id,age,note\n007,1.50,"a,b"\n008,NA,"two\nlines"\n')
    write_predictions(tmp_path / "out.csv", read_files(path, None, None, TOKENS), predictions(2))
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["id", "age", "note", "prediction", "probability_yes"],
            ["007", "1.50", "a,b", "yes", "0.1"],
            ["008", "NA", "two\nlines", "no", "0.9"],
        ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_predictions_are_read_back(tmp_path: Path, suffix: str) -> None:
    table = read_files(str(ASSETS / "good.csv"), None, None, TOKENS)
    out = tmp_path / f"out{suffix}"
    write_predictions(out, table, predictions(20))
    back = read_files(str(out), None, None, TOKENS)
    assert list(back.columns) == ["age", "colour", "label", "prediction", "probability_yes"]
    assert [str(cell) for cell in back.columns["age"].cells()] == [str(age) for age in range(20, 40)]
    probability = back.columns["probability_yes"].cells().astype(np.float32)
    np.testing.assert_array_equal(probability, predictions(20)["probability_yes"])
    write_predictions(out, table, predictions(20))  # again: replaced as a whole


def test_parquet_to_parquet_keeps_numbers_as_numbers(tmp_path: Path) -> None:
    import duckdb

    with duckdb.connect() as duck:
        duck.execute(f"COPY (SELECT * FROM (VALUES (1, 'a'), (NULL, 'b')) t(i, text)) TO '{tmp_path / 'in.parquet'}'")
    table = read_files(str(tmp_path / "in.parquet"), None, None, TOKENS)
    write_predictions(tmp_path / "out.parquet", table, {"prediction": np.array([1.5, 2.5])})
    with duckdb.connect() as duck:
        rows = duck.execute(f"SELECT * FROM '{tmp_path / 'out.parquet'}'").fetchall()
    assert rows == [(1, "a", 1.5), (None, "b", 2.5)]


def test_a_column_of_the_same_name_is_renamed(tmp_path: Path) -> None:
    table = read_files(written(tmp_path / "in.csv", "prediction,prediction (input)\n1,2\n3,4\n"), None, None, TOKENS)
    write_predictions(tmp_path / "out.csv", table, predictions(2))
    header = (tmp_path / "out.csv").read_text().splitlines()[0]
    assert header == "prediction (input) (input),prediction (input),prediction,probability_yes"


def test_what_cannot_be_written(tmp_path: Path) -> None:
    table = read_files(str(ASSETS / "good.csv"), None, None, TOKENS)
    with pytest.raises(ConfigError, match=r"written as .csv, .tsv or .parquet"):
        write_predictions(tmp_path / "out.xlsx", table, predictions(20))
    for name in ("no/folder.csv", "no/folder.parquet"):
        with pytest.raises(StorageError, match="cannot be written"):
            write_predictions(tmp_path / name, table, predictions(20))
    both = read_files(written(tmp_path / "in.csv", "a,A\n1,2\n3,4\n"), None, None, TOKENS)
    with pytest.raises(DataError, match="upper and lower case"):
        write_predictions(tmp_path / "out.parquet", both, predictions(2))
    write_predictions(tmp_path / "out.csv", both, predictions(2))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StorageError):
        write_predictions(tmp_path / "folder.csv", both, predictions(2))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.csv", "in.csv", "out.csv"]


def test_summary(tmp_path: Path) -> None:
    rows = [f"{'' if i == 3 else i},{'red' if i % 3 else ''},5,{i},{'yes' if i % 2 else 'no'}" for i in range(20)]
    settings = data_settings(
        train=written(tmp_path / "t.csv", rows_of("age,colour,five,id,label", *rows)), target="label", ignore=["id"]
    )
    summary = summarize(load_dataset(settings))
    assert [(column.name, column.type, column.inputs) for column in summary.columns] == [
        ("age", "numeric", 1),
        ("colour", "categorical", 3),
        ("five", "dropped", 0),
        ("id", "ignored", 0),
    ]
    assert summary.columns[1].treatment == "one-hot, missing its own category"
    assert summary.columns[2].treatment == "is 5 in every training row"
    assert summary.rows == {"train": 17, "validation": 3}
    assert {name: sum(counts.values()) for name, counts in summary.classes.items()} == summary.rows
    assert summary.missing_values == settings.missing_values
    assert summary.inputs == 4
