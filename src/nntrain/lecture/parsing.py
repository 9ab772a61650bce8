"""The text of an expectation → its tree: Python's own parser reads it, and only what is known here is let through."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from nntrain.config.messages import shorten
from nntrain.lecture.expectation import (
    ARITHMETIC,
    COMPARISONS,
    FIRST,
    OVER_SEEDS,
    Expectation,
    ExpectationError,
    function_name,
)

KNOWN = f"known: + - * /, {', '.join(OVER_SEEDS)}, {FIRST}(run, figure >= number)"
NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.\w+)*(?!\w*\s*\()")
"""A figure, ``plain.gradient.1.dense``, or a run; what an opening bracket follows is a function."""
LONGEST = 500


def parse(text: str) -> Expectation:
    """Read an expectation; ExpectationError says what in it is not one."""
    names: dict[str, str] = {}
    if len(text) > LONGEST:
        raise ExpectationError(f"longer than {LONGEST} characters; expected one comparison")

    def placeholder(match: re.Match[str]) -> str:
        key = f"_{len(names)}"
        names[key] = match[0]
        return key

    try:
        tree = ast.parse(NAME.sub(placeholder, text).strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpectationError("cannot be read; expected a comparison such as mean(a.test_loss) < 0.5") from None
    if not isinstance(tree, ast.Compare):
        raise ExpectationError("compares nothing; expected one of < <= > >= == != between figures and numbers")
    _require_known(tree.ops)
    for side in (tree.left, *tree.comparators):
        _require_value(side, names)
    return Expectation(text, tree, names)


def _require_value(node: ast.expr, names: Mapping[str, str]) -> None:
    """Refuse all but numbers, figures, arithmetic and the functions."""
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return
    if isinstance(node, ast.Name):
        if "." not in names[node.id]:
            raise ExpectationError(
                f"'{shorten(names[node.id])}' is no figure; expected run.figure, such as a.test_loss"
            )
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        _require_value(node.operand, names)
    elif isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        _require_value(node.left, names)
        _require_value(node.right, names)
    elif isinstance(node, ast.Call) and not node.keywords and function_name(node) == FIRST:
        _require_first(node, names)
    elif isinstance(node, ast.Call) and not node.keywords and function_name(node) in OVER_SEEDS:
        if len(node.args) != 1:
            raise ExpectationError(f"{function_name(node)} takes one figure, of which it is that over the seeds")
        _require_value(node.args[0], names)
    else:
        raise ExpectationError(f"holds what is not known here ({KNOWN})")


def _require_first(node: ast.Call, names: Mapping[str, str]) -> None:
    run, condition = node.args if len(node.args) == 2 else (None, None)
    fits = isinstance(run, ast.Name) and isinstance(condition, ast.Compare) and len(condition.ops) == 1
    if not fits or not isinstance(condition, ast.Compare) or not isinstance(condition.left, ast.Name):
        raise ExpectationError(f"expected {FIRST}(run, figure >= number)")
    _require_known(condition.ops)
    _require_value(condition.comparators[0], names)


def _require_known(signs: list[ast.cmpop]) -> None:
    if any(type(sign) not in COMPARISONS for sign in signs):
        raise ExpectationError("compares in a way not known here; expected < <= > >= == or !=")
