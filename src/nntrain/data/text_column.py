"""Makes columns of text cells, chunk by chunk: numbers where every cell is one, else codes into the distinct texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nntrain.data.cells import BLANKS, EXACT_INTEGERS, PLAIN_CELL, number
from nntrain.data.columns import Cells, Codes, Column, MissingTokens, NumberColumn, TextColumn, none_missing


class Places(dict[str | None, int]):
    """Distinct cells, numbered as they come."""

    def __missing__(self, cell: str | None) -> int:
        place = self[cell] = len(self)
        return place


class ColumnBuilder:
    """Takes the cells of a column in chunks. Chunks of mostly distinct numbers are converted at once, without codes.

    That gives up at the first cell that is no plain number: `finish` is then None, and the cells are to be added again
    to a builder that is not ``direct``. ``cells`` gives back the cells of a directly converted column.
    """

    def __init__(self, tokens: MissingTokens, cells: Cells, *, declared: bool = False, direct: bool = True) -> None:
        self.tokens, self.cells, self.declared = tokens, cells, declared
        self.places = Places()
        self.parts: list[NDArray[Any]] = []
        self.failed = False
        numeric_token = any(map(PLAIN_CELL.fullmatch, tokens))
        self.direct: bool | None = None if direct and not declared and not numeric_token else False

    def add(self, values: Sequence[str | None]) -> None:
        """The next cells."""
        if self.direct is None:  # decided by the first chunk
            self.direct = len(values) > 50 and len(set(values)) > len(values) / 2 and _plain(values)
        if not self.direct:
            self.parts.append(np.fromiter(map(self.places.__getitem__, values), np.int64, len(values)))
        elif not self.failed:
            numbers = np.fromiter(map(float, values), np.float64, len(values)) if _plain(values) else None
            if numbers is None or not np.all(np.abs(numbers) < EXACT_INTEGERS):
                self.failed = True
            else:
                self.parts.append(numbers)

    def finish(self) -> Column | None:
        """The column; None if its cells have to be added again to a builder that is not direct."""
        parts, self.parts = self.parts, []
        if self.failed:
            return None
        if self.direct:
            numbers = np.concatenate(parts)
            return NumberColumn(numbers, none_missing(len(numbers)), self.cells)
        return self._coded(np.concatenate(parts))

    def _coded(self, places: Codes) -> Column:
        texts: dict[str, int] = {}
        codes_of_places = []
        for cell in self.places:
            text = None if cell is None else cell.strip(BLANKS)
            missing = not text or text in self.tokens
            codes_of_places.append(-1 if missing or text is None else texts.setdefault(text, len(texts)))
        codes = np.array(codes_of_places, np.int64)[places]
        distinct = np.array([*self.places, None], object)[:-1]

        def cells() -> NDArray[Any]:
            return np.asarray(distinct[places])

        if not self.declared and all(map(PLAIN_CELL.fullmatch, texts)):
            numbers = np.array([*map(number, texts), np.nan])  # code −1 is the last
            if np.all(np.abs(numbers[:-1]) < EXACT_INTEGERS):
                return NumberColumn(numbers[codes], codes < 0, cells)
        return TextColumn(codes, list(texts), cells, self.declared)


def _plain(values: Sequence[str | None]) -> TypeGuard[Sequence[str]]:
    texts = [value for value in values if value is not None]
    return len(texts) == len(values) and all(map(PLAIN_CELL.fullmatch, texts))


def column_of_texts(values: Sequence[str | None], tokens: MissingTokens, *, declared: bool = False) -> Column:
    """A column of text cells that are all in memory."""

    def cells() -> NDArray[Any]:
        array = np.empty(len(values), object)
        array[:] = values
        return array

    def build(*, direct: bool) -> Column | None:
        builder = ColumnBuilder(tokens, cells, declared=declared, direct=direct)
        builder.add(values)
        return builder.finish()

    column = build(direct=True)
    if column is None:
        column = build(direct=False)
    assert column is not None
    return column
