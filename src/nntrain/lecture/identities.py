"""A deep network of identities, multiplied out: it is linear regression."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import MinLen
from numpy.typing import NDArray

from nntrain.api import Run, fit
from nntrain.config.writer import dump_yaml
from nntrain.lecture.demonstration import Scene, demonstrations
from nntrain.lecture.figures import curves_of
from nntrain.lecture.outcome import Outcome, Shown
from nntrain.types import Count, Fraction, Positive, Width


@demonstrations
def identities(
    scene: Scene,
    *,
    table: str,
    target: str,
    hidden: Annotated[list[Width], MinLen(1)],
    lr: Positive,
    momentum: Fraction = 0.9,
    epochs: Count = 1000,
) -> Shown:
    """A network with ``identity`` between its layers, trained on the whole ``table`` at once, against least squares.

    Figures of ``deep``: ``loss`` and ``largest_weight`` of the product of its matrices, ``weight_gap`` and ``bias_gap``, the
    largest differences from those of least squares. Of ``least_squares``: ``loss``, ``largest_weight``. All in standardised units.
    """
    config: dict[str, Any] = {
        "data": {
            "train": str((scene.folder / table).absolute()),
            "target": target,
            "task": "regression",
            "split": {"validation": 0.0},
        },
        "architecture": {"hidden": hidden, "activation": "identity", "batch_norm": False, "dropout": 0.0},
        "optimizer": {"momentum": {"lr": lr, "momentum": momentum}},
        "training": {"epochs": epochs, "batch_size": 10_000_000, "seed": scene.seed},
    }
    with tempfile.TemporaryDirectory(prefix="nntrain-lecture-") as folder:
        path = Path(folder, "identities.yaml")
        path.write_text(dump_yaml(config), encoding="utf-8")
        run = fit(path, out=Path(folder, "run"))
        examples = run.model.examples(None, "train")
        W, b = multiplied_out(run)
        curves = curves_of(run.history)
    x, y = examples.x.astype(np.float64), examples.y.astype(np.float64).reshape(len(examples.x))
    w, c = least_squares(x, y)
    deep = {
        "loss": float(np.mean((x @ W + b - y) ** 2)),
        "largest_weight": float(np.abs(W).max()),
        "weight_gap": float(np.abs(W - w).max()),
        "bias_gap": abs(b - c),
    }
    closed = {"loss": float(np.mean((x @ w + c - y) ** 2)), "largest_weight": float(np.abs(w).max())}
    return Shown({"deep": Outcome(deep, curves), "least_squares": Outcome(closed)})


def multiplied_out(run: Run) -> tuple[NDArray[np.float64], float]:
    """W₁ W₂ … W_L and the bias that the layers together add: (n,) and a number."""
    network = run.model.bundle.evaluator.network
    by_name = {parameter.name: parameter.value.astype(np.float64) for parameter in network.vector.parameters}
    dense = [
        name.removesuffix("/W")
        for name in (p.name for layer in network.names for p in network.parameters_of(layer))
        if name.endswith("/W")
    ]
    W: NDArray[Any] = np.eye(network.inputs)
    b: NDArray[Any] = np.zeros(network.inputs)
    for name in dense:
        W, b = W @ by_name[f"{name}/W"], b @ by_name[f"{name}/W"] + by_name[f"{name}/b"]
    return np.asarray(W[:, 0], np.float64), float(b[0])


def least_squares(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """The w and c that make Σ (x w + c − y)² least."""
    table = np.column_stack([x, np.ones(len(x))])
    solution = np.linalg.lstsq(table, y, rcond=None)[0].astype(np.float64)
    return solution[:-1], float(solution[-1])
