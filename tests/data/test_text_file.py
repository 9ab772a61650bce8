"""Text is checked to be UTF-8 without holding all of it decoded."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nntrain.data import text_file


@given(st.text(max_size=20), st.binary(max_size=3), st.text(max_size=20), st.integers(0, 6))
def test_the_first_wrong_byte_is_found_in_any_piece(before: str, wild: bytes, after: str, size: int) -> None:
    content = before.encode("utf-8", "ignore") + wild + after.encode("utf-8", "ignore")
    expected = None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        expected = error.start
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_file, "PIECE", size + 1)
        assert text_file.undecodable(content) == expected
