"""The checkpoint file: equal bytes for equal runs, and nothing that is not whole is ever read."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, strategies as st
from safetensors import safe_open
from safetensors.numpy import save

from nntrain.errors import CheckpointError
from nntrain.training import checkpoint as room
from nntrain.training.checkpoint import FORMAT, KEY, Checkpoint, load_checkpoint, pieces, save_checkpoint
from nntrain.types import Array

HEADER: dict[str, Any] = {
    "config": {"optimizer": {"adam": {"lr": 0.001}}, "name": "größe \\ \" '"},
    "layout": [["1.dense/W", [2, 3]]],
    "state": {"position": {"epoch": 3}, "best": {"value": float("inf")}, "history": [{"train_loss": 0.1 + 0.2}]},
}


def small() -> Checkpoint:
    rng = np.random.default_rng(0)
    arrays: dict[str, Array] = {
        "parameters": rng.normal(size=9).astype(np.float32),
        "slot/velocity": rng.normal(size=3),
    }
    return Checkpoint(json.loads(json.dumps(HEADER)), arrays)


def encode(checkpoint: Checkpoint) -> bytes:
    """The bytes of its file."""
    return b"".join(pieces(checkpoint))


CONTENT = encode(small())
FILE = Path()


@pytest.fixture(scope="module", autouse=True)
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Where `decode` puts what is to be read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys.modules[__name__], "FILE", tmp_path_factory.mktemp("checkpoint") / "best.safetensors")
        yield


def decode(content: bytes) -> Checkpoint:
    """Read a file of these bytes, a new one each time."""
    FILE.unlink(missing_ok=True)
    FILE.write_bytes(content)
    return load_checkpoint(FILE)


def refused(content: bytes) -> str:
    """The reason for which these bytes are refused."""
    with pytest.raises(CheckpointError) as caught:
        decode(content)
    assert caught.value.exit_code == 4
    (problem,) = caught.value.problems
    assert problem.place == str(FILE)
    assert problem.message.isprintable()
    return problem.message


def forged(header: object, table: str | None = None, payload: bytes = b"") -> bytes:
    """A file with any header whose digest is right: structure is checked on its own."""
    text = json.dumps(header, separators=(",", ":")) if not isinstance(header, str) else header
    text = json.dumps(text.replace("DIGEST", f'"digest":"{room.ZEROS}"'))
    whole = f'{{"__metadata__":{{"{KEY}":{text}}}{table or ""}}}'.encode()
    content = len(whole).to_bytes(8, "little") + whole + payload
    digest = hashlib.sha256(content).hexdigest().encode()
    return content.replace(room.ZEROS.encode(), digest, 1)


class TestRoundTrip:
    def test_everything_comes_back(self) -> None:
        back = decode(CONTENT)
        assert {key: back.header[key] for key in HEADER} == HEADER
        assert back.header["format"] == FORMAT
        assert set(back.arrays) == set(small().arrays)
        for name, array in small().arrays.items():
            assert back.arrays[name].dtype == array.dtype
            np.testing.assert_array_equal(back.arrays[name], array)

    def test_numbers_keep_their_bits(self) -> None:
        special = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-45, 3.4e38], np.float32)
        back = decode(encode(Checkpoint({}, {"a": special}))).arrays["a"]
        assert back.tobytes() == special.tobytes()

    def test_arrays_are_the_reader_s_own(self) -> None:
        back = decode(CONTENT).arrays["parameters"]
        back += 1.0
        assert back.flags.writeable
        assert back.flags.aligned

    def test_equal_checkpoints_give_equal_bytes(self) -> None:
        assert encode(small()) == CONTENT

    def test_the_order_of_arrays_does_not_matter(self) -> None:
        one = small()
        other = Checkpoint(one.header, {name: one.arrays[name] for name in reversed(list(one.arrays))})
        assert encode(other) == CONTENT

    def test_what_was_read_can_be_written_again(self) -> None:
        """A resumed run may take over the header that it read, digest included."""
        assert encode(decode(CONTENT)) == CONTENT
        grown = decode(CONTENT)
        grown.header["state"]["position"]["epoch"] = 4
        assert decode(encode(grown)).header["state"]["position"]["epoch"] == 4

    def test_no_arrays_and_empty_arrays(self) -> None:
        assert decode(encode(Checkpoint({}, {}))).arrays == {}
        assert decode(encode(Checkpoint({}, {"memory": np.zeros(0, np.float32)}))).arrays["memory"].shape == (0,)

    @pytest.mark.parametrize(
        "view",
        [lambda a: a[::2], lambda a: a[::-1], lambda a: a.reshape(6, 4).T[1], lambda a: a.reshape(6, 4)[:, 2]],
        ids=["every other", "reversed", "transposed", "column"],
    )
    def test_arrays_that_are_not_contiguous(self, view: Callable[[Any], Any]) -> None:
        array = view(np.arange(24, dtype=np.float32))
        assert not array.flags.c_contiguous
        np.testing.assert_array_equal(decode(encode(Checkpoint({}, {"a": array}))).arrays["a"], array)

    def test_arrays_of_the_other_byte_order(self) -> None:
        array = np.arange(5, dtype=np.float32)
        swapped = array.astype(">f4")
        np.testing.assert_array_equal(decode(encode(Checkpoint({}, {"a": swapped}))).arrays["a"], array)

    def test_no_array_is_copied_to_be_written(self) -> None:
        array = np.arange(1000, dtype=np.float32)
        head, piece = pieces(Checkpoint({}, {"a": array}))
        assert len(head) < 1000
        assert np.shares_memory(np.frombuffer(piece, np.uint8), array)

    @given(
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=9).filter(lambda name: name != "__metadata__"),
            st.tuples(st.sampled_from(["<f4", "<f8", "u1"]), st.integers(0, 5)),
            max_size=5,
        )
    )
    def test_the_file_is_what_safetensors_itself_would_write(self, wanted: dict[str, tuple[str, int]]) -> None:
        arrays: dict[str, Any] = {name: np.arange(size).astype(dtype) for name, (dtype, size) in wanted.items()}
        content = encode(Checkpoint({}, arrays))
        found = room.DIGEST.search(content)
        assert found is not None
        text = json.dumps({"digest": found[1].decode(), "format": FORMAT}, separators=(",", ":"))
        assert content == save(arrays, metadata={KEY: text})

    def test_other_programs_can_read_the_arrays(self, tmp_path: Path) -> None:
        save_checkpoint(tmp_path / "a.safetensors", small())
        with safe_open(tmp_path / "a.safetensors", framework="numpy") as file:
            assert json.loads(file.metadata()[KEY])["format"] == FORMAT
            np.testing.assert_array_equal(file.get_tensor("parameters"), small().arrays["parameters"])

    @given(
        st.dictionaries(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists)),
        st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), max_size=9), st.lists(st.floats(width=32)), max_size=3
        ),
    )
    @example({"digest": "0" * 64, "format": 7, "x": f'"digest":"{"a" * 64}"'}, {"digest": [1.0]})
    def test_any_header_and_any_names(self, header: dict[str, Any], arrays: dict[str, list[float]]) -> None:
        arrays.pop("__metadata__", None)
        given_arrays = {name: np.array(values, np.float32) for name, values in arrays.items()}
        back = decode(encode(Checkpoint(header, given_arrays)))
        assert {key: back.header[key] for key in header if key not in ("digest", "format")} == {
            key: value for key, value in header.items() if key not in ("digest", "format")
        }
        for name, array in given_arrays.items():
            assert back.arrays[name].tobytes() == array.tobytes()


class TestDamage:
    @pytest.mark.parametrize("bit", range(8))
    def test_every_flipped_bit_is_noticed(self, bit: int) -> None:
        for position in range(len(CONTENT)):
            content = bytearray(CONTENT)
            content[position] ^= 1 << bit
            refused(bytes(content))

    def test_every_truncation_is_noticed(self) -> None:
        for length in range(len(CONTENT)):
            refused(CONTENT[:length])

    @pytest.mark.parametrize("more", [b"\0", b"x", CONTENT])
    def test_anything_appended_is_noticed(self, more: bytes) -> None:
        assert "truncated or altered" in refused(CONTENT + more)

    def test_swapped_halves_are_noticed(self) -> None:
        middle = len(CONTENT) - 20
        assert "truncated or altered" in refused(CONTENT[:middle] + CONTENT[middle:][::-1])

    @given(st.binary(max_size=300))
    def test_garbage(self, content: bytes) -> None:
        refused(content)

    @given(st.binary(max_size=300))
    def test_garbage_behind_a_plausible_length(self, content: bytes) -> None:
        refused(len(content).to_bytes(8, "little") + content)

    @given(st.binary(max_size=100), st.integers(0, len(CONTENT)), st.integers(0, 100))
    def test_garbage_inside(self, piece: bytes, start: int, length: int) -> None:
        content = CONTENT[:start] + piece + CONTENT[start + length :]
        if content != CONTENT:
            refused(content)


class TestForeignFiles:
    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "it has 0 bytes"),
            (b"PK\x03\x04", "it has 4 bytes"),
            (b"\x80\x04\x95 a pickle of something", "no safetensors file"),
            (b"\xff" * 64, "no safetensors file"),
            (save({"a": np.zeros(3)}), "not written by nntrain"),
            (save({"a": np.zeros(3)}, metadata={"format": "pt"}), "not written by nntrain"),
            (save({"a": np.zeros(3)}, metadata={KEY: "{}"}), "not written by nntrain"),
        ],
    )
    def test_they_are_refused(self, content: bytes, reason: str) -> None:
        assert reason in refused(content)

    def test_a_header_of_impossible_length_is_never_allocated(self) -> None:
        assert "header" in refused((2**63).to_bytes(8, "little") + CONTENT[8:])

    @pytest.mark.parametrize("number", [0, FORMAT + 1, "1", None, 1.5, [1]])
    def test_a_format_of_another_time_is_named(self, number: object) -> None:
        message = refused(forged({"digest": room.ZEROS, "format": number}))
        assert message == f"format {number!r}; this nntrain reads format {FORMAT}"

    @pytest.mark.parametrize(
        ("header", "table"),
        [
            ("[DIGEST]", ""),
            ("{DIGEST", ""),
            ("[{DIGEST}]", ""),
            ("{DIGEST,DIGEST}", ""),
            ('{DIGEST,"format":1,"format":1}', ""),
            ('{DIGEST,"a":{"b":1,"b":2}}', ""),
            ('{DIGEST,"a":' + "[" * 100_000 + "]" * 100_000 + "}", ""),
            ('{DIGEST,"format":1' + "0" * 5000 + "}", ""),
            ("{DIGEST}", ',"a":1'),
            ("{DIGEST}", ',"a":null'),
            ("{DIGEST}", ',"a":{}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{}'),
            ("{DIGEST}", ',"__metadata__":{}'),
            ("{DIGEST}", ',"a":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}'),
            ("{DIGEST}", ',"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[-1],"data_offsets":[4,0]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[5],"data_offsets":[0,20]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0.0,4.0]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":["1"],"data_offsets":["0","4"]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":{"dtype":"F32","shape":[1e400],"data_offsets":[0,4]}'),
            ("{DIGEST}", ',"a":' + "[" * 100_000 + "]" * 100_000),
        ],
    )
    def test_a_malformed_header_with_the_right_digest(self, header: str, table: str) -> None:
        assert "its header is malformed" in refused(forged(header, table, payload=bytes(16)))

    def test_a_well_formed_one_passes(self) -> None:
        """The forgery itself is right, so what is refused above is refused for its mistake."""
        array = ',"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}'
        read = decode(forged('{DIGEST,"format":1}', array, payload=bytes(16)))
        np.testing.assert_array_equal(read.arrays["a"], np.zeros(4, np.float32))
