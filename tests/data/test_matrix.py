"""A matrix of numbers is encoded all columns at once, to the same bits as column by column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from numpy.typing import NDArray

from nntrain.data import matrix
from nntrain.data.arrays import table_of_columns, table_of_matrix
from nntrain.data.columns import NumberColumn
from nntrain.data.dataset import Dataset, load_dataset
from nntrain.data.prediction import load_rows
from nntrain.data.preprocessing import Preprocessing
from nntrain.data.table import Table
from nntrain.errors import DataError
from tests.data.tables import NO_SPLIT, TOKENS, data_settings

DTYPES = (np.float32, np.float64, np.float16, np.int64, np.uint8)
SPECIAL = (np.nan, -999.0, np.inf, 0.0, -0.0, 3e38)


def random_matrix(rows: int, columns: int, dtype: Any, seed: int = 0) -> NDArray[Any]:
    return np.random.default_rng(seed).normal(5.0, 20.0, (rows, columns)).clip(0, 200).astype(dtype)


def fitted(folder: Path, x: NDArray[Any], **yaml: Any) -> Dataset:
    np.savez(folder / "t.npz", X=x, y=np.arange(len(x)) % 2)
    whole = {"train": str(folder / "t.npz"), "target": "y", "task": "classification", "split": NO_SPLIT, **yaml}
    return load_dataset(data_settings(**whole))


def both_ways(x: NDArray[Any], preprocessing: Preprocessing) -> tuple[Table, Table]:
    names, tokens = preprocessing.columns, preprocessing.tokens
    one_by_one = table_of_columns({name: x[:, place] for place, name in enumerate(names)}, tokens, "the array")
    return table_of_matrix(x, names, tokens), one_by_one


def outcome(table: Table, preprocessing: Preprocessing) -> tuple[Any, ...]:
    """Encoded bytes and counts, or what is wrong."""
    try:
        x, unknown = preprocessing.encode(table)
    except DataError as error:
        return tuple(map(str, error.problems))
    masks = [column.missing.tolist() for column in table.columns.values() if isinstance(column, NumberColumn)]
    return x.tobytes(), unknown, masks


@pytest.mark.parametrize("scaling", ["none", "standardize", "min_max", "robust", "quantile"])
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
def test_the_bits_are_those_of_single_columns(tmp_path: Path, scaling: str, dtype: Any) -> None:
    x = random_matrix(300, 7, dtype)
    preprocessing = fitted(tmp_path, x, numeric=scaling).preprocessing
    new = random_matrix(4_500, 7, dtype, seed=1)
    together, one_by_one = both_ways(new, preprocessing)
    assert together.matrix is not None
    assert one_by_one.matrix is None
    assert outcome(together, preprocessing) == outcome(one_by_one, preprocessing)


@given(data=st.data())
@settings(max_examples=60)
def test_whatever_the_cells_hold(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    dtype = data.draw(st.sampled_from([np.float32, np.float64]))
    tokens: list[str] = data.draw(st.sampled_from([["", "nan"], ["", "NA"], ["-999"], ["nan", "-999", "inf"]]))
    missing = data.draw(st.sampled_from(["median", {"mean": {"indicator": True}}, {"constant": 7}]))
    training, new = random_matrix(40, 4, dtype), random_matrix(50, 4, dtype, seed=1)
    holes = [token for token in tokens if token in ("nan", "-999")]
    if holes and data.draw(st.sampled_from([False, True])):
        training[3, 1] = float(holes[0])
    scaling = data.draw(st.sampled_from(["none", "standardize", "quantile"]))
    columns = data.draw(st.sampled_from([{}, {"x2": {"type": "ignored"}}, {"x0": {"scaling": "quantile"}}]))
    folder = tmp_path_factory.mktemp("t")
    preprocessing = fitted(
        folder, training, missing_values=tokens, missing=missing, numeric=scaling, columns=columns
    ).preprocessing
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.tuples(st.integers(0, 49), st.integers(0, len(preprocessing.columns) - 1)))
        new[place] = data.draw(st.sampled_from(SPECIAL))
    given_columns = new[:, : len(preprocessing.columns)]
    together, one_by_one = both_ways(given_columns, preprocessing)
    assert outcome(together, preprocessing) == outcome(one_by_one, preprocessing)
    rows = np.random.default_rng(0).permutation(50)[:20]
    chosen = [outcome_of_rows(table, rows, preprocessing) for table in (together, one_by_one)]
    assert chosen[0] == chosen[1]


def outcome_of_rows(table: Table, rows: NDArray[np.int64], preprocessing: Preprocessing) -> Any:
    try:
        x, unknown = preprocessing.encode(table, rows)
    except DataError as error:
        return tuple(map(str, error.problems))
    return x.tobytes(), unknown


def test_values_too_large_for_float32_are_told_as_always(tmp_path: Path) -> None:
    preprocessing = fitted(tmp_path, random_matrix(40, 3, np.float64)).preprocessing
    x = random_matrix(5, 3, np.float64)
    x[2, 1] = 1e300
    with pytest.raises(DataError, match="row 3: column 'x1': the scaled value is beyond float32"):
        load_rows(x, preprocessing, need_target=False)


class TestUnchanged:
    """Where nothing is to be done to the matrix it is used as it is."""

    def test_it_is_not_copied(self, tmp_path: Path) -> None:
        x = random_matrix(40, 3, np.float32)
        preprocessing = fitted(tmp_path, x, numeric="none").preprocessing
        assert load_rows(x, preprocessing, need_target=False).x is x

    @pytest.mark.parametrize(
        "change",
        [
            lambda x: x.astype(np.float64),
            np.asfortranarray,
            lambda x: x[::-1],
            lambda x: x[:, ::-1],
            lambda x: x.astype(">f4"),
        ],
        ids=["float64", "fortran", "backwards", "mirrored", "big endian"],
    )
    def test_it_is_copied_where_it_has_another_form(self, tmp_path: Path, change: Any) -> None:
        x = random_matrix(40, 3, np.float32)
        preprocessing = fitted(tmp_path, x, numeric="none").preprocessing
        given_matrix = change(x)
        encoded = load_rows(given_matrix, preprocessing, need_target=False).x
        assert not np.shares_memory(encoded, given_matrix)
        assert (encoded.dtype, encoded.flags.c_contiguous) == (np.dtype(np.float32), True)
        np.testing.assert_array_equal(encoded, given_matrix)

    def test_some_rows_or_columns_are_copied(self, tmp_path: Path) -> None:
        x = random_matrix(40, 3, np.float32)
        x[:, 1] = 4.0  # dropped
        dataset = fitted(tmp_path, x, numeric="none")
        np.testing.assert_array_equal(dataset.train.x, x[:, [0, 2]])
        preprocessing = fitted(tmp_path, random_matrix(40, 3, np.float32), numeric="none").preprocessing
        table = table_of_matrix(x, preprocessing.columns, TOKENS)
        for rows in (np.arange(39), np.arange(40)[::-1], np.array([0, 2, 1, *range(3, 40)])):
            encoded, _ = preprocessing.encode(table, rows)
            np.testing.assert_array_equal(encoded, x[rows])
            assert not np.shares_memory(encoded, x)

    def test_what_is_not_finite_is_told(self, tmp_path: Path) -> None:
        x = random_matrix(40, 3, np.float32)
        preprocessing = fitted(tmp_path, x, numeric="none").preprocessing
        x[5, 2] = np.inf
        with pytest.raises(DataError, match="row 6: column 'x2': 'inf' is not a finite number"):
            load_rows(x, preprocessing, need_target=False)


def test_columns_are_views_and_a_column_without_holes_needs_no_mask() -> None:
    x = random_matrix(100, 3, np.float32)
    x[7, 2] = np.nan
    table = table_of_matrix(x, ["a", "b", "c"], TOKENS)
    for name in "abc":
        column = table.columns[name]
        assert isinstance(column, NumberColumn)
        assert np.shares_memory(column.given, x)
        assert (column.missing.strides == (0,)) == (name != "c")
        assert column.values.dtype == np.float64
    assert table.columns["c"].cells()[7] != table.columns["c"].cells()[7]
    assert table.matrix is not None
    assert table.matrix.plain == {"a", "b", "c"}


def test_very_wide_matrices_go_row_by_row() -> None:
    x = random_matrix(3, matrix.BLOCK + 1, np.float32)
    places = [at for at, _ in matrix.blocks(x, None)]
    assert places == [slice(0, 1), slice(1, 2), slice(2, 3)]


def test_a_number_that_means_missing_is_filled_even_where_the_matrix_could_stay_as_it_is(tmp_path: Path) -> None:
    preprocessing = fitted(
        tmp_path, random_matrix(40, 4, np.float32), missing_values=["-999"], numeric="none"
    ).preprocessing
    new = random_matrix(50, 4, np.float32, seed=1)
    new[0, 0] = -999.0
    together, one_by_one = both_ways(new, preprocessing)
    assert outcome(together, preprocessing) == outcome(one_by_one, preprocessing)
