from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from nntrain.config.document import Document, Origin, load, parse, plain_document
from nntrain.errors import ConfigError, StorageError

BASE = Path("/base")


def read(text: str | bytes) -> Document:
    return parse(text.encode() if isinstance(text, str) else text, "a.yaml", BASE)


def errors(text: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text)
    return str(caught.value).split("\n")


class TestValues:
    def test_scalars_are_those_of_yaml_1_2(self) -> None:
        text = "a: no\nb: 1e-3\nc: '1e-3'\nd: \"null\"\ne: 12:30\nf: 0123\ng:\nh: true\ni: |\n  1\nj: [x, {y: 2}]\n'1': k\n"
        assert read(text).value == {
            "a": "no", "b": 1e-3, "c": "1e-3", "d": "null", "e": "12:30", "f": 123, "g": None, "h": True,
            "i": "1\n", "j": ["x", {"y": 2}], "1": "k",
        }  # fmt: skip

    @pytest.mark.parametrize(
        "text",
        [
            "# yaml-language-server: $schema=schema.json\na: 1\n",
            "\ufeffa: 1",
            "%YAML 1.2\n---\na: 1\n...\n",
            "--- {a: 1}",
            "? a\n: 1",
            "a:\r\n  1\r\n",
        ],
    )
    def test_dressings_are_tolerated(self, text: str) -> None:
        assert read(text).value == {"a": 1}

    def test_thirty_two_levels_are_read(self) -> None:
        assert read("a: " + "[" * 31 + "]" * 31).value["a"]


class TestPlaces:
    TEXT = "data:\n  train: x.csv\noptimizer: {adam: {lr: 1}}\nlist: [1,\n  {k: v}]\n"

    @pytest.mark.parametrize(
        ("loc", "value", "key"),
        [
            ((), "a.yaml:1:1", "a.yaml:1:1"),
            (("data",), "a.yaml:2:3", "a.yaml:1:1"),
            (("data", "train"), "a.yaml:2:10", "a.yaml:2:3"),
            (("optimizer", "adam", "lr"), "a.yaml:3:24", "a.yaml:3:20"),
            (("optimizer", "adam", "beta"), "a.yaml:3:19", "a.yaml:3:19"),
            (("list", 1, "k"), "a.yaml:5:7", "a.yaml:5:4"),
            (("list", 1), "a.yaml:5:3", "a.yaml:5:3"),
            (("nowhere", "at", "all"), "a.yaml:1:1", "a.yaml:1:1"),
        ],
    )
    def test_values_and_keys(self, loc: tuple[str | int, ...], value: str, key: str) -> None:
        document = read(self.TEXT)
        assert document.place(loc) == value
        assert document.key_origin(loc).text == key
        assert document.origin(loc).base == BASE

    def test_a_document_of_plain_values(self) -> None:
        document = plain_document({"a": {"b": 1}}, "checkpoint", BASE)
        assert document.origin(("a", "b")) == Origin("file", "checkpoint", BASE)

    def test_a_document_without_origins_still_answers(self) -> None:
        assert Document({}).place(("a",)) == "config"


MISTAKES: list[tuple[str | bytes, list[str]]] = [
    ("a: 1\na: 2", ["a.yaml:2:1: error: a: duplicate key, first given on line 1 (remove one of them)"]),
    (
        "b:\n  c: 1\n  'c': 2\nb: 3",
        [
            "a.yaml:3:3: error: b.c: duplicate key, first given on line 2 (remove one of them)",
            "a.yaml:4:1: error: b: duplicate key, first given on line 1 (remove one of them)",
        ],
    ),
    ("a: &x 1\nb: *x", [
        "a.yaml:1:4: error: the anchor '&x' is not supported (write values out)",
        "a.yaml:2:4: error: the alias '*x' is not supported (write the value out)",
    ]),
    ("<<: {a: 1}", ["a.yaml:1:1: error: the merge key '<<' is not supported (write the keys out)"]),
    ("a: !!int 3", ["a.yaml:1:4: error: the tag '!!int' is not supported (quote it if it is text)"]),
    ("a: !x {}", ["a.yaml:1:4: error: the tag '!x' is not supported (quote it if it is text)"]),
    ("a: !!python/object:os.system x", [
        "a.yaml:1:4: error: the tag '!!python/object:os.system' is not supported (quote it if it is text)"
    ]),
    ("a: !e!x 1", ["a.yaml:1:4: error: '!' begins a tag; tags are not supported (put the text in quotes)"]),
    ("a: 1\n---\nb: 2", ["a.yaml:2:1: error: a second document; expected one (remove this '---')"]),
    ("1: a\ntrue: b\n~: c", [
        "a.yaml:1:1: error: the key 1 is not text (write '1' with the quotes)",
        "a.yaml:2:1: error: the key true is not text (write 'true' with the quotes)",
        "a.yaml:3:1: error: the key ~ is not text (write '~' with the quotes)",
    ]),
    ("? \n: a", ["a.yaml:1:2: error: a key is missing before ':'"]),
    ("[a]: 1", ["a.yaml:1:1: error: a list as a key; expected text (quote it if it is text)"]),
    ("? {a: b}\n: 1", ["a.yaml:1:3: error: a mapping as a key; expected text (quote it if it is text)"]),
    ("a: [1, 2\nb: 3", ["a.yaml:2:2: error: a ':' in the list that begins at 1:4; expected ',' or ']'"]),
    ("a: {b: 1", ["a.yaml:1:9: error: the end of the file in the mapping that begins at 1:4; expected ',' or '}'"]),
    ("a: 'x\nb: 1", ["a.yaml:1:4: error: this quote is not closed"]),
    ("a: 'x' y", ["a.yaml:1:8: error: more text after a value that has ended (quote the whole)"]),
    ("a:\n\tb: 1", ["a.yaml:2:1: error: a tab character; expected spaces"]),
    ("a: @x", ["a.yaml:1:4: error: a value cannot begin with '@' (put the text in quotes)"]),
    ('a: "C:\\data"', [
        "a.yaml:1:8: error: unknown escape '\\d' (in single quotes a backslash stands for itself)"
    ]),
    ('a: "\\xzz"', [
        "a.yaml:1:7: error: expected hexadecimal digits in this escape (in single quotes a backslash stands for itself)"
    ]),
    ('a: "\\UFFFFFFFF"', ["a.yaml:1:7: error: this is not valid YAML (an escape or number out of range)"]),
    ('a: "\\ud800"', ["a.yaml:1:4: error: a text with an escape that stands for no character"]),
    ('a: "\\0"', ["a.yaml:1:4: error: a text with an escape that stands for no character"]),
    ("%YAML 1." + "9" * 5000 + "\n---\na: 1", [
        "a.yaml:1:9: error: this is not valid YAML (an escape or number out of range)"
    ]),
    ("%YAML 2.0\n---\na: 1", ["a.yaml:1:1: error: unknown YAML version; expected %YAML 1.2 or none"]),
    ("a: b: c", [
        "a.yaml:1:5: error: a ':' is not expected here (check the indentation, or quote a text with ': ')"
    ]),
    ("lr:0.1\nepochs: 3", [
        ("a.yaml:2:7: error: a ':' is not expected here "
         "(is a space missing after ':' in the line above, 'lr:0.1'?)")
    ]),
    ("a:\n  b: 1\n c: 1", [
        "a.yaml:3:2: error: an indented key does not line up with the block that begins at 1:1 (check the indentation)"
    ]),
    ("a: - b", ["a.yaml:1:4: error: a '- ' is not expected here (a list begins on its own line)"]),
    ("a: ]", ["a.yaml:1:4: error: a ']' where a value was expected (put the text in quotes)"]),
    ("a: *", [
        "a.yaml:1:4: error: '&' and '*' begin anchors and aliases; these are not supported (put the text in quotes)"
    ]),
    ("a: |0\n x", [
        "a.yaml:1:5: error: after '|' or '>' expected '+', '-', one of 1 to 9, or the end of the line"
    ]),
    ("key\nb", ["a.yaml:1:1: error: this is not a mapping; expected sections such as 'data:'"]),
    ("", ["a.yaml:1:1: error: the file is empty; expected sections such as 'data:'"]),
    ("# nothing\n", ["a.yaml:1:1: error: the file is empty; expected sections such as 'data:'"]),
    ("---\n", ["a.yaml:2:1: error: the file is empty; expected sections such as 'data:'"]),
    ("- a", ["a.yaml:1:1: error: this is not a mapping; expected sections such as 'data:'"]),
    ("a: \x01", ["a.yaml:1:4: error: the control character \\x01 is not allowed"]),
    ("ä: 1\nb: \x7f", ["a.yaml:2:4: error: the control character \\x7f is not allowed"]),
    ("ä: ü".encode("latin-1"), ["a.yaml:1:1: error: byte 0xe4 is not UTF-8; save as UTF-8"]),
    (b"a: 1\nb: \xff", ["a.yaml:2:4: error: byte 0xff is not UTF-8; save as UTF-8"]),
    ("a: 1".encode("utf-16"), ["a.yaml:1:1: error: byte 0xff is not UTF-8; save as UTF-8"]),
    ("a: " + "1" * 50, [
        "a.yaml:1:4: error: a whole number of more than 40 digits is not supported (quote it if it is text)"
    ]),
    ("a: " + "1" * 5000, [
        "a.yaml:1:4: error: a number of 5000 characters; expected at most 400 (quote it if it is text)"
    ]),
    ("a: " + "[" * 32 + "]" * 32, ["a.yaml:1:35: error: nested more than 32 levels deep"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES)
def test_mistakes_have_a_place_and_a_sentence(text: str | bytes, expected: list[str]) -> None:
    assert errors(text) == expected


def test_an_error_of_syntax_comes_with_what_was_found_before_it() -> None:
    assert [line.partition(": error")[0] for line in errors("a: 1\na: *x\nb: [")] == [
        "a.yaml:2:1",
        "a.yaml:2:4",
        "a.yaml:3:5",
    ]


BOMBS = {
    "brackets": "a: " + "[" * 100_000,
    "braces": "{a: " * 100_000,
    "dashes": "- " * 100_000,
    "questions": "? " * 100_000,
    "one long line": "a: " + "x" * 1_000_000,
    "one long number": "a: " + "9" * 1_000_000,
    "one long exponent": "a: 1e" + "9" * 1_000_000,
    "one long tag": "a: " + "!" * 1_000_000,
    "aliases": "a: &a [x]\n" + "".join(f"k{i}: &b{i} [*a, *a]\n" for i in range(200)),
    "merges": "a: &a {x: 1}\n" + "".join(f"k{i}: &a{i} {{<<: [*a, *a]}}\n" for i in range(200)),
    "duplicates": "a: 1\n" * 10_000,
    "quotes": "'" * 100_001,
    "comments": "#\n" * 500_000,
    "spaces": " " * 1_000_000,
    "over 1 MiB": "a: 1\n" + "#" * 2**20,
}


def outcome(text: bytes) -> tuple[list[str], dict[str, object]]:
    """The problems of a text, or its value."""
    try:
        return [], read(text).value
    except ConfigError as error:
        return str(error).split("\n"), {}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_end_soon(name: str) -> None:
    start = time.perf_counter()
    problems, value = outcome(BOMBS[name].encode())
    assert set(value) == {"a"} or 1 <= len(problems) <= 52
    assert all(len(problem) < 200 for problem in problems)
    assert time.perf_counter() - start < 10


class TestFiles:
    def test_load_names_the_file_and_its_folder(self, tmp_path: Path) -> None:
        path = tmp_path / "c.yaml"
        path.write_text("a: 1")
        assert load(path).origin(("a",)) == Origin("file", f"{path}:1:4", tmp_path, 1, 4)

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="no such file"):
            load(tmp_path / "missing.yaml")

    def test_a_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="a folder; expected a config file"):
            load(tmp_path)

    def test_a_name_that_no_file_can_have(self) -> None:
        with pytest.raises(StorageError, match="cannot be read"):
            load(Path("a\0b"))

    def test_a_large_file(self, tmp_path: Path) -> None:
        path = tmp_path / "c.yaml"
        path.write_bytes(b"#" * (2**20 + 1))
        with pytest.raises(ConfigError, match="larger than 1 MiB"):
            load(path)


SYNTAX = st.text(st.sampled_from(list("ab1:-?[]{},&*!|>'\"%@`#~.e\\ \n\t0xU<=")), max_size=60)


@given(st.one_of(st.binary(max_size=80), st.text(max_size=80).map(str.encode), SYNTAX.map(str.encode)))
def test_whatever_the_bytes_only_a_config_error_comes_out(text: bytes) -> None:
    problems, value = outcome(text)
    assert bool(problems) or isinstance(value, dict)
    for line in problems:
        assert line.startswith("a.yaml:")
        assert line.isprintable()
