"""Every broken table of tests/assets/tables is refused with exit code 3, and a line that names the place."""

from __future__ import annotations

import re

import pytest

from nntrain.data.dataset import load_dataset
from nntrain.errors import DataError
from tests.data.tables import ASSETS, data_settings

CASES = {  # file: (place after the file's name, what the line says)
    "bad_number.csv": (
        ":9",
        "column 'age': 'abc' is not a number; correct it, or add 'abc' to data.missing_values, or set ",
    ),
    "bad_number.jsonl": (":8", "column 'age': 'old' is not a number"),
    "bad_number_quoted_newlines.csv": (":62", "column 'age': '1O' is not a number"),
    "bad_split_column.csv": (":8", "column 'part': 'valid'; expected train, validation, test"),
    "blank_first_line.csv": (":1", "the first line is empty"),
    "broken_line.jsonl": (":4", "not JSON: Expecting value at character 21"),
    "decimal_comma.csv": (":5", "column 'age': '23,5' is not a number"),
    "duplicate_header.csv": (":1", "two columns are named 'age': columns 1 and 2"),
    "duplicate_key.jsonl": (":6", "the key 'age' stands twice"),
    "empty.csv": ("", "the file is empty"),
    "empty_column.csv": ("", "column 'colour' holds no value in any of the 17 training rows"),
    "empty_header.csv": (":1", "column 2 of 3 has no name"),
    "flat_x.npz": ("", "X has shape (10,); expected (rows, columns)"),
    "header_only.csv": ("", "a header but no rows"),
    "infinite.csv": (
        ":7",
        "column 'age': 'inf' is not a finite number; correct it, or add 'inf' to data.missing_values",
    ),
    "infinite.npz": ("", "row 3: column 'x0': 'inf' is not a finite number"),
    "infinite.parquet": ("", "row 14: column 'age': 'inf' is not a finite number"),
    "latin1.csv": (":4", "not UTF-8: '22,gr\\xfcn,no'"),
    "list_column.parquet": ("", "column 'pair' is of type BIGINT[]"),
    "long_row.csv": (":8", "4 cells; the header names 3 columns ('7' is the first one too many)"),
    "nested_value.jsonl": (":7", "column 'age': an object; expected a number"),
    "no_target.csv": ("", "no column 'label', the target (did you mean 'lable'?)"),
    "no_x.npz": ("", "no array 'X'; found data, y"),
    "not_an_object.jsonl": (":5", 'expected an object such as {"x": 1}; got [24, "no"]'),
    "not_gzip.csv.gz": ("", "not a whole gzip file"),
    "not_parquet.parquet": ("", "cannot be read as Parquet"),
    "nul_byte.csv": (":10", "a NUL byte"),
    "objects.npz": ("", "an array of Python objects, which is never unpickled"),
    "one_row.csv": ("", "target 'price' is 2.5 in every row"),
    "one_row_class.csv": (":13", "target 'label': class 'maybe' has one row only"),
    "only_constant_columns.csv": ("", "no column is left to learn from"),
    "only_target.csv": ("", "no column is left to learn from"),
    "overflow.csv": (":11", "column 'age': '1e400' is beyond the range of float64"),
    "ragged_many.csv": (":2", "2 cells; the header names 3 columns (the first one lacking is 'label')"),
    "semicolons.csv": (":1", "is it split by ';'? Then write {file: {path: …, delimiter: \";\"}}"),
    "short_row.csv": (":6", "2 cells; the header names 3 columns (the first one lacking is 'label')"),
    "short_y.npz": ("", "y has shape (9,); expected (10,)"),
    "target_all_missing.csv": ("", "target 'label' is missing in every row"),
    "target_bad_number.csv": (":14", "target 'price': 'cheap' is not a number"),
    "target_constant.csv": ("", "target 'label' is 'yes' in every row"),
    "target_missing.csv": (":12", "target 'label' is missing"),
    "text_after_quote.csv": (":7", "wrong use of quotation marks"),
    "thousands_underscore.csv": (":5", "column 'age': '1_000' is not a number"),
    "too_few_rows.csv": ("", "2 rows are too few for a validation split of 0.15"),
    "truncated.csv.gz": ("", "not a whole gzip file"),
    "truncated.npz": ("", "not a whole .npz archive"),
    "truncated.parquet": ("", "cannot be read as Parquet"),
    "unclosed_quote.csv": (":7", "is never closed"),
    "unknown_suffix.xlsx": ("", "unknown file type '.xlsx'"),
    "utf16.csv": (":1", "UTF-16"),
    "wrong_checksum.csv.gz": ("", "CRC check failed"),
}
TESTS = {  # tables that are fine alone, but do not fit the training table
    "bad_number_in_test.csv": (":4", "column 'age': '2l' is not a number; the training rows hold numbers here"),
    "lacking_column.csv": ("", "no column 'age', which training had (did you mean 'Age'?)"),
    "unseen_class.csv": (":3", "column 'label': 'perhaps' is no class of the training rows (known: no, yes)"),
}
SETTINGS: dict[str, dict[str, object]] = {
    "bad_split_column.csv": {"split": {"column": "part"}},
    "one_row.csv": {"target": "price"},
    "target_bad_number.csv": {"target": "price", "task": "regression"},
    "too_few_rows.csv": {"target": "price"},
}


def first_problem(**yaml: object) -> str:
    with pytest.raises(DataError) as caught:
        load_dataset(data_settings(**yaml))
    assert caught.value.exit_code == 3
    for line in str(caught.value).splitlines():
        assert re.match(r"\S.*: error: \S", line), line
    return str(caught.value).splitlines()[0]


@pytest.mark.parametrize("name", CASES)
def test_broken_table(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ASSETS)
    target = "y" if name.endswith(".npz") else "label"
    place, text = CASES[name]
    line = first_problem(**{"train": str(ASSETS / name), "target": target, **SETTINGS.get(name, {})})
    assert line.startswith(f"{name}{place}: error: {text}") or (
        line.startswith(f"{name}{place}: error: ") and text in line
    )


@pytest.mark.parametrize("name", TESTS)
def test_table_that_does_not_fit_the_training_table(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ASSETS)
    place, text = TESTS[name]
    line = first_problem(train="good.csv", test=name, target="label")
    assert line.startswith(f"{name}{place}: error: {text}")


def test_every_asset_has_a_case() -> None:
    assert {path.name for path in ASSETS.iterdir()} == {*CASES, *TESTS, "good.csv"}
    assert len(CASES) + len(TESTS) >= 25


def test_all_ragged_rows_are_named_and_then_counted() -> None:
    with pytest.raises(DataError) as caught:
        load_dataset(data_settings(train=str(ASSETS / "ragged_many.csv"), target="label"))
    assert len(caught.value.problems) == 11
    assert "4 more rows of a wrong length" in str(caught.value)


def test_mistakes_of_several_columns_and_tables_are_gathered() -> None:
    files = {"validation": "bad_number_in_test.csv", "test": "lacking_column.csv"}
    with pytest.raises(DataError) as caught:
        load_dataset(
            data_settings(
                train=str(ASSETS / "good.csv"), target="label", **{k: str(ASSETS / v) for k, v in files.items()}
            )
        )
    text = str(caught.value)
    assert "bad_number_in_test.csv:4" in text
    assert "no column 'age'" in text
    assert "no column 'colour'" in text
