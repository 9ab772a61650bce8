"""Any Boolean function as a two-layer step network, written down from its truth table."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from annotated_types import Le
from numpy.typing import NDArray

from nntrain.lecture.built import answers, step_network
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.network import Network
from nntrain.streams import stream
from nntrain.types import Count


@demonstrations
def boolean_functions(scene: Scene, *, functions: Count = 20, variables: Annotated[Count, Le(12)] = 5) -> Shown:
    """Random functions f: {0, 1}ⁿ → {0, 1}, each row of the table true with probability ½, as disjunctive normal forms.

    Figures of ``dnf``: ``rows_right`` (share of all rows of all tables), ``functions_right``, ``rows``, ``most_units``
    (the widest hidden layer).
    """
    table = truth_rows(variables)
    right: list[NDArray[np.bool_]] = []
    widths: list[int] = []
    for number in range(functions):
        truth = stream(scene.seed, "boolean", number).random(len(table)) < 0.5
        network = disjunctive_network(table, truth)
        right.append(answers(network, table) == truth)
        widths.append(network.layers[0].width)
    rows = np.array(right)  # (functions, rows)
    figures = {
        "rows_right": float(rows.mean()),
        "functions_right": float(rows.all(axis=1).sum()),
        "rows": float(rows.size),
        "most_units": float(max(widths)),
    }
    return Shown({"dnf": Outcome(figures, {"units": widths})})


def truth_rows(variables: int) -> NDArray[np.float64]:
    """All rows of 0 and 1, (2ⁿ, n), counting up."""
    return ((np.arange(2**variables)[:, None] >> np.arange(variables)[::-1]) & 1).astype(np.float64)


def disjunctive_network(table: NDArray[np.float64], truth: NDArray[np.bool_]) -> Network:
    """f = ∨ over its true rows r of ∧ᵢ (xᵢ if rᵢ else ¬xᵢ): a hidden unit for each true row, and one unit that joins them.

    The unit of r has weights 2 rᵢ − 1 and bias ½ − Σ rᵢ: its sum is ½ at r, and at most −½ at any other row.
    """
    true_rows = table[truth]
    if not len(true_rows):  # f is false everywhere: one unit that never fires
        return step_network((np.zeros((table.shape[1], 1)), [-1.0]), ([[1.0]], [-0.5]))
    ands = (2.0 * true_rows - 1.0).T, 0.5 - true_rows.sum(axis=1)
    return step_network(ands, (np.ones((len(true_rows), 1)), [-0.5]))
