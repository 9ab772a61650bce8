from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from nntrain.data.columns import NumberColumn, TextColumn, as_texts
from nntrain.data.text_column import column_of_texts
from nntrain.errors import DataError
from tests.data.tables import TOKENS, cells, numbers, read, rows_of, written


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_quotes_and_blank_lines(tmp_path: Path, end: str) -> None:
    text = end.join(["a,b", "1,x", "", '2,"y, ""z"""', '3,"two\nlines"', ""]) + end
    table = read(written(tmp_path / "t.csv", text))
    assert cells(table) == {"a": ["1", "2", "3"], "b": ["x", 'y, "z"', "two\nlines"]}
    assert numbers(table, "a") == [1, 2, 3]


def test_mixed_line_ends_byte_order_mark_and_blanks_around_cells(tmp_path: Path) -> None:
    table = read(written(tmp_path / "t.csv", "\ufeff a ,b\r\n 1 ,x \n2,\tNA\n"))
    assert list(table.columns) == ["a", "b"]
    assert numbers(table, "a") == [1, 2]
    column = table.columns["b"]
    assert isinstance(column, TextColumn)
    assert column.texts == ["x"]
    assert column.missing.tolist() == [False, True]


def test_tsv_gzip_and_own_delimiter(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "t.tsv.gz", "wt") as file:
        file.write("a\tb\n1\t2,5\n")
    assert cells(read(tmp_path / "t.tsv.gz")) == {"a": ["1"], "b": ["2,5"]}
    path = written(tmp_path / "t.txt", "a;b\n1;2\n")
    assert cells(read(path, format="csv", delimiter=";")) == {"a": ["1"], "b": ["2"]}


def test_one_column_keeps_its_empty_lines_as_missing(tmp_path: Path) -> None:
    table = read(written(tmp_path / "t.csv", "a\n1\n\n2\n"))
    column = table.columns["a"]
    assert isinstance(column, NumberColumn)
    assert column.missing.tolist() == [False, True, False]
    assert [str(p) for p in table.problems([(2, "here")])] == [f"{tmp_path / 't.csv'}:4: error: here"]


def test_places_count_quoted_line_ends_and_blank_lines(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", 'a,b\n1,"x\n\ny"\n\n2,z\n')
    places = [problem.place for problem in read(path).problems([(0, "first"), (1, "second")])]
    assert places == [f"{path}:2", f"{path}:6"]


def test_long_numeric_column_with_a_late_text_is_read_again_as_text(tmp_path: Path) -> None:
    values = [repr(value) for value in np.random.default_rng(0).normal(size=2_500).tolist()] + ["late"]
    column = read(written(tmp_path / "t.csv", rows_of("a,b", *(f"{value},1" for value in values)))).columns["a"]
    assert isinstance(column, TextColumn)
    assert [column.texts[code] for code in column.codes] == values
    assert column.cells().tolist() == values


def test_directly_converted_column_gives_its_cells_back_as_written(tmp_path: Path) -> None:
    values = [f"{value}.50" for value in range(3_000)]
    table = read(written(tmp_path / "t.csv", rows_of("a,b", *(f"{value},1" for value in values))))
    assert numbers(table, "a")[:2] == [0.5, 1.5]
    assert table.columns["a"].cells().tolist() == values


def test_whole_numbers_beyond_float64_stay_text() -> None:
    ids = [str(2**53 + place) for place in range(200)]
    column = column_of_texts(ids, TOKENS)
    assert isinstance(column, TextColumn)
    assert column.texts == ids


@given(
    st.lists(
        st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15), min_size=1, max_size=120
    )
)
def test_floats_survive_csv_exactly(values: list[float]) -> None:
    column = column_of_texts([repr(value) for value in values], TOKENS)
    assert isinstance(column, NumberColumn)
    assert column.values.tolist() == values


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=1, max_size=30))
def test_texts_survive_csv_as_they_are(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    import csv

    path = tmp_path_factory.getbasetemp() / "texts.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("a", "b"), *((value, "1") for value in values)])
    column = read(path, tokens=frozenset()).columns["a"]
    assert column.cells().tolist() == values
    texts = as_texts(column) if isinstance(column, NumberColumn | TextColumn) else None
    assert texts is not None
    found = ["" if code < 0 else texts.texts[code] for code in texts.codes]
    assert found == [value.strip(" \t") for value in values]


def test_missing_tokens_are_exact_and_may_be_numbers(tmp_path: Path) -> None:
    path = written(tmp_path / "t.csv", rows_of("a,b", "-999,NA", "-999.0,na", "1,"))
    table = read(path, tokens=frozenset(["-999", "NA"]))
    a, b = table.columns["a"], table.columns["b"]
    assert isinstance(a, NumberColumn)
    assert isinstance(b, TextColumn)
    assert a.missing.tolist() == [True, False, False]
    assert b.missing.tolist() == [True, False, True]


def test_glob_reads_files_in_the_order_of_names_and_knows_their_lines(tmp_path: Path) -> None:
    written(tmp_path / "p2.csv", rows_of("b,a", "x,3", "y,4"))
    written(tmp_path / "p1.csv", rows_of("a,b", "1,u", "2,v"))
    table = read(tmp_path / "p*.csv")
    assert numbers(table, "a") == [1, 2, 3, 4]
    assert cells(table)["b"] == ["u", "v", "x", "y"]
    places = [problem.place for problem in table.problems([(0, ""), (3, "")])]
    assert places == [f"{tmp_path / 'p1.csv'}:2", f"{tmp_path / 'p2.csv'}:3"]
    written(tmp_path / "p3.csv", rows_of("a,b", "z,7"))
    texts = read(tmp_path / "p*.csv").columns["a"]
    assert isinstance(texts, TextColumn)
    assert [texts.texts[code] for code in texts.codes] == ["1", "2", "3", "4", "z"]


def test_glob_leaves_hidden_files_alone(tmp_path: Path) -> None:
    written(tmp_path / "part.csv", "a,b\n1,2\n")
    written(tmp_path / ".part.csv", "what an editor left")
    assert cells(read(tmp_path / "*.csv")) == {"a": ["1"], "b": ["2"]}


def test_glob_of_different_columns_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "p1.csv", "a,b\n1,2\n")
    written(tmp_path / "p2.csv", "a,c\n1,2\n")
    with pytest.raises(DataError, match=r"p2.csv: error: has no column 'b'"):
        read(tmp_path / "*.csv")


def test_names_with_glob_characters_are_files_first(tmp_path: Path) -> None:
    assert cells(read(written(tmp_path / "a[1].csv", "a,b\n1,2\n"))) == {"a": ["1"], "b": ["2"]}


def test_files_that_are_not_there(tmp_path: Path) -> None:
    written(tmp_path / "iris.csv", "a,b\n1,2\n")
    for name, text in {
        "irs.csv": r"no such file \(did you mean 'iris.csv'\?\)",
        "x*.parquet": "no file matches",
        "nowhere/a.csv": "the folder .*nowhere does not exist",
        "": "is a folder",
    }.items():
        with pytest.raises(DataError, match=text):
            read(tmp_path / name)
