from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from nntrain.lecture.expectation import ExpectationError, Seen
from nntrain.lecture.outcome import Outcome
from nntrain.lecture.parsing import parse

EVIDENCE = {
    "and": [Outcome({"accuracy": 1.0}), Outcome({"accuracy": 0.75})],
    "plain": [
        Outcome({"test_loss": 3.0, "gradient.1.dense": 0.5}, {"loss": [3.0, 2.0, 1.0]}),
        Outcome({"test_loss": 5.0, "gradient.1.dense": 2.0}, {"loss": [9.0, 9.0, 9.0]}),
    ],
    "lost": [Outcome({"diverged": 1.0}), Outcome({"diverged": 1.0})],
}


def look(text: str) -> Seen:
    return parse(text).look(EVIDENCE)


@pytest.mark.parametrize(
    ("text", "holds", "seen"),
    [
        ("mean(plain.test_loss) == 4", True, "4 ± 1.414"),
        ("min(plain.test_loss) == 3", True, "3"),
        ("max(plain.test_loss) < 5", False, "5"),
        ("std(plain.test_loss) > 1.41", True, "1.414"),
        ("plain.test_loss >= 3", True, "3, 5"),
        ("plain.test_loss > 3", False, "3, 5"),  # every seed
        ("and.accuracy < plain.test_loss", True, "1, 0.75 · 3, 5"),
        ("0 < and.accuracy <= 1", True, "1, 0.75"),
        ("and.accuracy == 1", False, "1, 0.75"),
        (
            "plain.gradient.1.dense / 2 == plain.gradient.1.dense - plain.gradient.1.dense / 2",
            True,
            "0.25, 1 · 0.25, 1",
        ),
        ("-(1 + 1e0) * .5 == -1", True, "-1 · -1"),
        ("first_epoch(plain, loss <= 2) == 2", False, "2, inf"),
        ("min(first_epoch(plain, loss <= 1 + 1)) == 2", True, "2"),
        ("first_epoch(plain, loss < 0) > 1000000", True, "inf"),
        ("first_epoch(lost, loss < 0) > 1000000", True, "inf"),
        ("lost.test_loss > 1000000", True, "inf"),
        ("lost.accuracy > 0", False, "nan"),
        ("lost.accuracy < 0", False, "nan"),
        ("mean(lost.test_loss) > mean(plain.test_loss)", True, "inf ± nan · 4 ± 1.414"),
    ],
)
def test_what_is_seen(text: str, holds: bool, seen: str) -> None:
    assert look(text) == Seen(holds, seen)


def test_many_seeds_are_a_range() -> None:
    evidence = {"a": [Outcome({"x": float(seed)}) for seed in range(8)]}
    assert parse("a.x >= 0").look(evidence) == Seen(True, "0 to 7")
    assert parse("std(a.x) == 0").look({"a": evidence["a"][:1]}).holds


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read"),
        ("a.x <", "cannot be read"),
        ("a.x < 1; b.x", "cannot be read"),
        ("a.x", "compares nothing"),
        ("a.x < 1 and b.x < 1", "cannot be read"),
        ("a.x in b.x", "cannot be read"),
        ("a < 1", "'a' is no figure"),
        ("a.x ** 2 < 1", "not known here"),
        ("a.x < 'b'", "not known here"),
        ("a.x < True", "'True' is no figure"),
        ("a.x[0] < 1", "not known here"),
        ("__import__('os') < 1", "not known here"),
        ("eval(a.x) < 1", "not known here"),
        ("mean(a.x, b.x) < 1", "mean takes one figure"),
        ("first_epoch(a) < 1", "expected first_epoch"),
        ("first_epoch(a, 0 < loss) < 1", "expected first_epoch"),
        ("first_epoch(a, loss < x) < 1", "'x' is no figure"),
        ("a.x < " + "1 + " * 200 + "1", "longer than 500"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    with pytest.raises(ExpectationError, match=words):
        parse(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("plan.test_loss < 1", r"unknown run 'plan' \(did you mean 'plain'\?\)"),
        ("plain.tset_loss < 1", r"plain has no figure 'tset_loss' \(did you mean 'test_loss'\?\)"),
        ("first_epoch(plain, los < 1) < 1", r"plain has no curve 'los' \(did you mean 'loss'\?\)"),
    ],
)
def test_names_that_are_not_there(text: str, words: str) -> None:
    with pytest.raises(ExpectationError, match=words):
        look(text)


def test_the_runs_that_it_is_about() -> None:
    expectation = parse("mean(and.x) < first_epoch(plain, loss < other.x)")
    assert sorted(expectation.runs()) == ["and", "plain"]


@given(st.text(alphabet="ab.x<>=()+-*/ 019emin,\n'\"[]:_", max_size=40))
def test_wild_text_is_read_or_refused(text: str) -> None:
    try:
        expectation = parse(text)
        expectation.look({"a": [Outcome({"x": math.nan})]})
    except ExpectationError:
        pass
