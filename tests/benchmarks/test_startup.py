"""How starting is timed, and what the page says of it."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from benchmarks.goals import goals_table
from benchmarks.page import page
from benchmarks.startup import FIRST, HELP, MARK, NUMBA, NUMPY, Case, added_by_numba, cases, startup_table

MACHINE = {
    "date": "2030-01-02",
    "processor": "Some CPU",
    "family": "a/1/2",
    "cores": 2,
    "instructions": ["avx2"],
    "blas": "openblas 0.3.31 for Haswell",
    "memory_gib": 8.0,
    "system": "Linux 1",
    "python": "3.13.1",
    "load": 0.1,
}


def results(*, numba: bool = True) -> dict[str, Any]:
    commands: dict[str, Any] = {
        HELP: {"seconds": [0.11, 0.12, 0.2], "aim": 0.15},
        NUMPY: {"seconds": [0.3, 0.4, 0.9], "aim": None},
    }
    if numba:
        commands[NUMBA] = {"seconds": [0.45, 0.56, 1.1], "aim": None}
        commands[FIRST] = {"seconds": [7.5, 7.7], "aim": None}
    return {"machine": MACHINE, "rounds": 3, "commands": commands}


def command(*lines: str, code: int = 0) -> list[str]:
    """A Python that says these lines, and half a second later ends."""
    return [
        sys.executable,
        "-c",
        f"print({chr(10).join(lines)!r}, flush=True); import time; time.sleep(.5); exit({code})",
    ]


def test_the_clock_stops_with_the_process_or_at_a_line() -> None:
    whole, marked = Case("a", command("x")), Case("a", command("x", f"so {MARK}", "y"), until=MARK)
    for case in (whole, marked):
        case.run()
    assert whole.seconds[0] > 0.5
    assert marked.seconds[0] < whole.seconds[0] - 0.3


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (Case("fit", command("no such file", code=3)), "fit: exit code 3, expected 0\nno such file"),
        (
            Case("fit", command("no such file", code=3), until=MARK),
            f"fit: exit code 3, expected 0\nit never said '{MARK}'",
        ),
    ],
)
def test_a_command_that_fails_ends_it(case: Case, says: str) -> None:
    with pytest.raises(SystemExit) as ended:
        case.run()
    assert says in str(ended.value)


def test_a_fit_is_timed_to_its_first_step() -> None:
    (case,) = (case for case in cases() if case.label == NUMPY)
    case.run()
    assert 0 < case.seconds[0] < 60


def test_the_difference_is_taken_round_by_round() -> None:
    assert added_by_numba(results()) == pytest.approx([0.15, 0.16, 0.2])
    last = [cell.strip() for cell in startup_table(results()).splitlines()[-1].split("|")]
    assert last[1:-1] == ["numba − numpy", "0.160", "0.150", "0.200", "0.5"]
    assert added_by_numba(results(numba=False)) == []
    assert "numba − numpy" not in startup_table(results(numba=False))


def test_goals() -> None:
    lines = goals_table(None, None, None, results()).splitlines()
    assert [line.split("|")[2:5] for line in lines[2:]] == [
        [" < 0.15 s ", "   0.12 s ", "     yes "],
        ["  < 0.5 s ", "   0.16 s ", "     yes "],
        ["   < 10 s ", "    7.0 s ", "     yes "],
    ]
    assert "–" in goals_table(None, None, None, results(numba=False))


def test_the_page_has_it() -> None:
    text = page(None, None, None, results())
    assert "## Starting" in text
    assert startup_table(results()) in text
    assert "## Starting" not in page(None, None, None)
