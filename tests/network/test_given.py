"""Weights and biases that are given: in the config or in a file, of the right shape, or refused with what was expected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nntrain.errors import ConfigError
from nntrain.network import BLOCK, Network, Plan, Site, initializers, layers
from nntrain.streams import stream
from nntrain.types import Array

W = [[1.0, 2.0], [3.0, 4.0], [5.0, 6.5]]


def draw(name: str, setting: dict[str, Any], shape: tuple[int, ...]) -> Array:
    return initializers.build(name, **setting)(stream(0, "test"), shape)


def refusal(name: str, setting: dict[str, Any], shape: tuple[int, ...]) -> str:
    with pytest.raises(ConfigError) as caught:
        draw(name, setting, shape)
    return str(caught.value)


def network(**dense: Any) -> Network:
    plan = Plan(BLOCK)
    layer = layers.build("dense", Site(plan, "1.dense", 3, initializers.build("zeros")), units=2, **dense)
    return Network(plan, [("1.dense", layer)], 3)


def test_numbers_of_the_config_are_the_weights_and_biases() -> None:
    built = network(initializer={"values": W}, bias_initializer={"values": [7, -1]})
    built.initialize()
    np.testing.assert_array_equal(built.vector.values, [1.0, 2.0, 3.0, 4.0, 5.0, 6.5, 7.0, -1.0])


@pytest.mark.parametrize(("given", "shape"), [([[0.5]], (1,)), ([[1, 2, 3]], (3,)), ([[1], [2], [3]], (3,))])
def test_a_single_row_or_column_is_a_vector_too(given: list[list[float]], shape: tuple[int, ...]) -> None:
    np.testing.assert_array_equal(draw("values", {"numbers": given}, shape), np.ravel(given))


@pytest.mark.parametrize(
    ("given", "shape", "message"),
    [
        (
            W,
            (2, 3),
            "values has shape (3, 2); expected (2, 3): 2 rows, one for each input, of 3 numbers, one for each unit",
        ),
        ([1, 2], (2, 1), "values has shape (2,); expected (2, 1): 2 rows"),
        ([1, 2], (3,), "values has shape (2,); expected 3 numbers, one for each unit"),
        (W, (6,), "values has shape (3, 2); expected 6 numbers, one for each unit"),
        ([[1, 2], [3]], (2, 2), "values has rows of 1 and 2 numbers; expected (2, 2)"),
    ],
)
def test_a_wrong_shape_is_refused(given: Any, shape: tuple[int, ...], message: str) -> None:
    assert message in refusal("values", {"numbers": given}, shape)


@pytest.mark.parametrize(
    "given", ["relu", 3, [], [[]], [[1, "a"]], [[[1]]], [1, [2]], {"a": 1}, [float("nan")], [True]]
)
def test_what_are_no_numbers_is_no_config(given: Any) -> None:
    with pytest.raises(ValueError, match=r"values"):
        initializers.build("values", numbers=given)


def test_all_that_does_not_fit_is_said_at_once_with_the_parameter_s_name() -> None:
    built = network(initializer={"values": [[1, 2]]}, bias_initializer={"values": [1]})
    with pytest.raises(ConfigError) as caught:
        built.initialize()
    first, second = str(caught.value).splitlines()
    assert first.startswith("error: 1.dense/W: values has shape (1, 2); expected (3, 2)")
    assert second.startswith("error: 1.dense/b: values has shape (1,); expected 2 numbers")


def test_a_bias_initializer_without_a_bias_is_refused() -> None:
    with pytest.raises(ConfigError, match="has a bias_initializer and bias: false"):
        network(bias=False, bias_initializer="zeros")


class TestFile:
    def test_npy_and_csv_hold_the_weights(self, tmp_path: Path) -> None:
        np.save(tmp_path / "w.npy", np.array(W))
        (tmp_path / "w.csv").write_text("1,2\n3, 4\n5,6.5e0\n", encoding="utf-8-sig")
        for name in ("w.npy", "w.csv"):
            np.testing.assert_array_equal(draw("file", {"path": str(tmp_path / name)}, (3, 2)), W)

    @pytest.mark.parametrize("text", ["1,2,3\n", "1\n2\n3\n"])
    def test_a_row_or_a_column_holds_a_bias(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "b.csv").write_text(text)
        np.testing.assert_array_equal(draw("file", {"path": str(tmp_path / "b.csv")}, (3,)), [1.0, 2.0, 3.0])

    def test_whole_numbers_and_float32_are_numbers(self, tmp_path: Path) -> None:
        for dtype in (np.int8, np.uint32, np.float32, np.float16, np.bool_):
            np.save(tmp_path / "w.npy", np.ones((2, 2), dtype))
            assert draw("file", {"path": str(tmp_path / "w.npy")}, (2, 2)).dtype == np.float64

    @pytest.mark.parametrize(
        ("name", "content", "message"),
        [
            ("none.npy", None, "no such file"),
            ("none.csv", None, "no such file"),
            ("w.txt", b"1", "expected .npy or .csv"),
            ("w.npy", b"", "cannot be read as numbers"),
            ("w.npy", b"\x93NUMPY\x01\x00garbage", "cannot be read as numbers"),
            ("w.csv", b"1,2\n3\n", "cannot be read as numbers"),
            ("w.csv", b"a,b\n1,2\n", "cannot be read as numbers"),
            ("w.csv", b"\xff\xfe1", "cannot be read as numbers"),
            ("w.csv", b"\n\n", "its array has shape (0, 0); expected (2, 2)"),
            ("w.csv", b"1,2\n3,nan\n", "its array holds NaN or infinity; expected finite numbers"),
            ("w.csv", b"1,2\n", "its array has shape (1, 2); expected (2, 2): 2 rows"),
        ],
    )
    def test_anything_else_is_refused_by_name(
        self, tmp_path: Path, name: str, content: bytes | None, message: str
    ) -> None:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content)
        said = refusal("file", {"path": str(path)}, (2, 2))
        assert said.startswith(f"{path}: error: ")
        assert message in said

    @pytest.mark.parametrize("array", [np.array(["a", "b"]), np.array([1j]), np.array([{}, []], dtype=object)])
    def test_arrays_of_no_real_numbers_are_refused(self, tmp_path: Path, array: Any) -> None:
        np.save(tmp_path / "w.npy", array, allow_pickle=True)
        assert "numbers" in refusal("file", {"path": str(tmp_path / "w.npy")}, (2,))

    def test_a_folder_is_no_file(self, tmp_path: Path) -> None:
        (tmp_path / "w.npy").mkdir()
        assert "cannot be read as numbers" in refusal("file", {"path": str(tmp_path / "w.npy")}, (2,))
