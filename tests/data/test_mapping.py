"""Large arrays of .npz files stay in the file; what is learnt from them is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.data import mapping
from nntrain.data.columns import NumberColumn
from nntrain.data.dataset import load_dataset
from nntrain.data.files import read_files
from nntrain.errors import DataError
from tests.data.tables import NO_SPLIT, TOKENS, data_settings


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mapping, "MAPPED_FROM", 1)


def rows(count: int = 200, columns: int = 5) -> dict[str, Any]:
    random = np.random.default_rng(0)
    return {"X": random.standard_normal((count, columns), dtype=np.float32), "y": random.integers(0, 2, count)}


def is_mapped(array: Any) -> bool:
    while array is not None and not isinstance(array, np.memmap):
        array = getattr(array, "base", None)
    return array is not None


def column_x0(path: Path) -> NumberColumn:
    column = read_files(str(path), None, None, TOKENS).columns["x0"]
    assert isinstance(column, NumberColumn)
    return column


@pytest.mark.parametrize("numeric", ["none", "standardize"])
@pytest.mark.parametrize("split", [NO_SPLIT, {"validation": 0.2}], ids=["whole", "split"])
def test_a_mapped_file_gives_the_same_bits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numeric: str, split: Any
) -> None:
    np.savez(tmp_path / "t.npz", **rows())
    settings = data_settings(
        train=str(tmp_path / "t.npz"), target="y", task="classification", numeric=numeric, split=split
    )
    read = load_dataset(settings)
    assert not is_mapped(read.train.x)
    monkeypatch.setattr(mapping, "MAPPED_FROM", 1)
    mapped = load_dataset(settings)
    assert mapped.digests == read.digests
    assert is_mapped(mapped.train.x) == (numeric == "none" and split == NO_SPLIT)


@pytest.mark.usefixtures("everything_is_large")
class TestMapped:
    def test_of_any_order_type_and_place(self, tmp_path: Path) -> None:
        given = rows()
        for x in (
            given["X"],
            np.asfortranarray(given["X"]),
            given["X"].astype(np.float64),
            np.arange(12).reshape(4, 3),
        ):
            np.savez(tmp_path / "t.npz", note=np.array("x" * 77), X=x, y=np.arange(len(x)))
            column = column_x0(tmp_path / "t.npz")
            assert is_mapped(column.given)
            np.testing.assert_array_equal(column.given, x[:, 0])

    def test_writing_to_it_leaves_the_file_alone(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "t.npz", **rows())
        before = (tmp_path / "t.npz").read_bytes()
        column_x0(tmp_path / "t.npz").given[:] = 7.0
        assert (tmp_path / "t.npz").read_bytes() == before

    def test_compressed_files_are_read(self, tmp_path: Path) -> None:
        np.savez_compressed(tmp_path / "t.npz", **rows())
        column = column_x0(tmp_path / "t.npz")
        assert not is_mapped(column.given)
        np.testing.assert_array_equal(column.given, rows()["X"][:, 0])

    def test_texts_are_read_as_ever(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "t.npz", X=np.arange(6.0).reshape(3, 2), y=np.array(["a", "b", "a"]))
        assert read_files(str(tmp_path / "t.npz"), None, None, TOKENS).columns["y"].cells().tolist() == ["a", "b", "a"]

    @pytest.mark.parametrize("damage", ["value", "end", "header"])
    def test_damage_is_found(self, tmp_path: Path, damage: str) -> None:
        path = tmp_path / "t.npz"
        np.savez(path, **rows())
        content = bytearray(path.read_bytes())
        if damage == "end":
            del content[-400:]
        else:
            start = content.index(b"\x93NUMPY")
            content[start + (1_000 if damage == "value" else 3)] ^= 1
        path.write_bytes(content)
        with pytest.raises(DataError, match=r"t\.npz: error: not a whole \.npz archive"):
            read_files(str(path), None, None, TOKENS)

    def test_objects_are_not_unpickled(self, tmp_path: Path) -> None:
        np.savez(tmp_path / "t.npz", X=np.array([[object()]]), y=np.array([1]), allow_pickle=True)
        with pytest.raises(DataError, match="which is never unpickled"):
            read_files(str(tmp_path / "t.npz"), None, None, TOKENS)


def test_small_files_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "t.npz", **rows())
    assert not is_mapped(column_x0(tmp_path / "t.npz").given)
