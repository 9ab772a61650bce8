"""Expectations: comparisons of figures and numbers, such as ``mean(l2.test_loss) < mean(plain.test_loss)``.

A figure alone means all seeds: the comparison
must hold for each of them, seed by seed.
"""

from __future__ import annotations

import ast
import itertools
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from nntrain.config.messages import shorten, suggestion
from nntrain.lecture.outcome import Evidence, Outcome

Numbers: TypeAlias = NDArray[np.float64]
"""One number for each seed, (S,), or one of all, ()."""

COMPARISONS: Mapping[type[ast.cmpop], tuple[str, Callable[[Numbers, Numbers], NDArray[np.bool_]]]] = {
    ast.Lt: ("<", np.less),
    ast.LtE: ("<=", np.less_equal),
    ast.Gt: (">", np.greater),
    ast.GtE: (">=", np.greater_equal),
    ast.Eq: ("==", np.equal),
    ast.NotEq: ("!=", np.not_equal),
}
ARITHMETIC: Mapping[type[ast.operator], Callable[[Numbers, Numbers], Numbers]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
OVER_SEEDS: Mapping[str, Callable[[Numbers], float]] = {
    "mean": lambda numbers: float(np.mean(numbers)),
    "min": lambda numbers: float(np.min(numbers)),
    "max": lambda numbers: float(np.max(numbers)),
    "std": lambda numbers: float(np.std(numbers, ddof=1)) if numbers.size > 1 else 0.0,
}
FIRST = "first_epoch"


class ExpectationError(ValueError):
    """This is no expectation that we know, or it names what is not there; the text says what."""


@dataclass(frozen=True)
class Seen:
    """Whether an expectation came true, and the numbers on each side of its comparisons."""

    holds: bool
    text: str


@dataclass(frozen=True)
class Expectation:
    """A comparison, parsed; ``names`` are those behind the placeholders in the tree."""

    text: str
    tree: ast.Compare
    names: Mapping[str, str]

    def runs(self) -> Iterator[str]:
        """The names of the runs that it is about."""
        calls = [node for node in ast.walk(self.tree) if isinstance(node, ast.Call) and function_name(node) == FIRST]
        of_curves = {id(name) for call in calls for name in ast.walk(call.args[1])}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Name) and id(node) not in of_curves and node.id in self.names:
                yield self.names[node.id].partition(".")[0]

    def look(self, evidence: Evidence) -> Seen:
        """Compare."""
        with np.errstate(all="ignore"):  # runs that diverged have infinite losses
            sides = [self._value(node, evidence) for node in (self.tree.left, *self.tree.comparators)]
            signs = [COMPARISONS[type(sign)] for sign in self.tree.ops]
            holds = all(
                bool(np.all(compare(*pair)))
                for (_, compare), pair in zip(signs, itertools.pairwise(sides), strict=True)
            )
            return Seen(holds, " · ".join(self._shown(node, evidence) for node in self._asked()))

    def _asked(self) -> list[ast.expr]:
        """The sides that are not plain numbers."""
        sides = [self.tree.left, *self.tree.comparators]
        return [side for side in sides if any(isinstance(node, ast.Name) for node in ast.walk(side))] or sides

    def _shown(self, node: ast.expr, evidence: Evidence) -> str:
        value = self._value(node, evidence)
        if isinstance(node, ast.Call) and function_name(node) == "mean":
            inner = self._value(node.args[0], evidence)
            return f"{number_text(float(value))} ± {number_text(OVER_SEEDS['std'](inner))}"
        return numbers_text(value)

    def _value(self, node: ast.expr, evidence: Evidence) -> Numbers:
        if isinstance(node, ast.Constant):
            return np.asarray(node.value, np.float64)
        if isinstance(node, ast.UnaryOp):
            return np.negative(self._value(node.operand, evidence))
        if isinstance(node, ast.BinOp):
            return ARITHMETIC[type(node.op)](self._value(node.left, evidence), self._value(node.right, evidence))
        if isinstance(node, ast.Name):
            run, _, figure = self.names[node.id].partition(".")
            return np.array([_figure(run, figure, outcome) for outcome in _run(run, evidence)])
        assert isinstance(node, ast.Call)
        if function_name(node) == FIRST:
            return self._first(node, evidence)
        return np.asarray(OVER_SEEDS[function_name(node)](self._value(node.args[0], evidence)))

    def _first(self, node: ast.Call, evidence: Evidence) -> Numbers:
        """For each seed the number, from 1, of the first entry of a curve that fulfils a comparison; ∞ where none does."""
        assert isinstance(node.args[0], ast.Name)
        condition = node.args[1]
        assert isinstance(condition, ast.Compare)
        assert isinstance(condition.left, ast.Name)
        run, figure = self.names[node.args[0].id], self.names[condition.left.id]
        _, compare = COMPARISONS[type(condition.ops[0])]
        bound = self._value(condition.comparators[0], evidence)
        firsts = []
        for outcome in _run(run, evidence):
            if figure not in outcome.curves and outcome.curves:
                raise ExpectationError(f"{run} has no curve '{figure}'{suggestion(figure, outcome.curves)}")
            hits = np.flatnonzero(compare(np.asarray(outcome.curves.get(figure, ()), np.float64), bound))
            firsts.append(float(hits[0]) + 1 if hits.size else math.inf)
        return np.array(firsts)


def number_text(value: float) -> str:
    """A number in four digits; whole numbers as they are."""
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e6 else f"{value:.4g}"


def numbers_text(values: Numbers) -> str:
    """One number, those of a few seeds, or the range of many."""
    flat = [number_text(float(value)) for value in np.atleast_1d(values)]
    if len(set(flat)) == 1:
        return flat[0]
    if len(flat) > 5:
        return f"{number_text(float(np.min(values)))} to {number_text(float(np.max(values)))}"
    return ", ".join(flat)


def function_name(node: ast.Call) -> str:
    """The function that is called; empty where that is no name."""
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _run(run: str, evidence: Evidence) -> list[Outcome]:
    if run not in evidence:
        raise ExpectationError(f"unknown run '{shorten(run)}'{suggestion(run, evidence)}")
    return list(evidence[run])


def _figure(run: str, figure: str, outcome: Outcome) -> float:
    if figure in outcome.figures:
        return outcome.figures[figure]
    if outcome.figures.get("diverged"):
        return math.inf if figure.endswith("_loss") else math.nan
    raise ExpectationError(f"{run} has no figure '{shorten(figure)}'{suggestion(figure, outcome.figures)}")
