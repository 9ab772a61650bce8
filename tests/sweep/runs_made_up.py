"""Rows of a study that nobody trained, for tests of what is made of them."""

from __future__ import annotations

from typing import Any

from nntrain.sweep.rows import Coordinates, Outcome, Plan, Row, State


def row(
    number: int,
    value: float | None = 0.5,
    *,
    repeat: int = 0,
    fold: int = 0,
    state: State = "finished",
    values: dict[str, Any] | None = None,
    coordinates: Coordinates | None = None,
    **outcome: Any,
) -> Row:
    """A run of a point; without an outcome where it is not settled."""
    lr = 10.0 ** -(number % 7)
    plan = Plan(number, repeat, fold, f"{number:012x}", 7, coordinates or {}, values or {"optimizer.adam.lr": lr})
    given = {"epochs": 12, "best_epoch": 9, "seconds": 3.2, **outcome}
    settled = state in ("finished", "failed", "pruned")
    return Row(
        number * 100 + repeat * 10 + fold,
        plan,
        state,
        outcome=Outcome(state, None if state == "failed" else value, **given) if settled else None,
    )


def repeated(number: int, *objectives: float, **more: Any) -> list[Row]:
    """A point that was run with several seeds."""
    return [row(number, objective, repeat=repeat, **more) for repeat, objective in enumerate(objectives)]
