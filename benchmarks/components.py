"""How fast each component trains beside relu, dense, adam and cross_entropy: `python -m benchmarks.components [--quick]`.

A 54-256-256-7 network, batch 256, by `nntrain.fit` with compiled kernels; the component takes the place of its like, and
short runs of the components and of the reference take turns. What counts is the median ratio: none may be a cliff.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

import nntrain
from benchmarks.components_table import components_table
from benchmarks.machine import machine, sentence
from benchmarks.results import save
from nntrain.network import activations, layers, losses
from nntrain.optim import optimizers
from nntrain.training.events import EpochEnded, Event

INPUTS, HIDDEN, OUTPUTS, BATCH = 54, 256, 7, 256
TURN = 2
"""Components between two runs of the reference."""
DENSE: dict[str, Any] = {"dense": HIDDEN}
NUMBERS = [f"x{number}" for number in range(INPUTS)]
TARGETS = ("class", "yes", "number", "a", "b", "c")


def behind_each(*parts: Any) -> list[Any]:
    """The hidden layers, with more parts behind each."""
    return [DENSE, *parts, DENSE, *parts]


ARCHITECTURES: dict[str, list[Any]] = {
    "alpha_dropout": behind_each("selu", {"alpha_dropout": 0.1}),
    "batch_norm": behind_each("batch_norm", "relu"),
    "concat": [DENSE, "relu", {"concat": [[{"dense": HIDDEN // 2}, "relu"], [{"dense": HIDDEN // 2}, "relu"]]}],
    "dropout": behind_each("relu", {"dropout": 0.2}),
    "embedding": ["embedding", *behind_each("relu")],
    "gaussian_noise": [{"gaussian_noise": 0.1}, DENSE, "relu", {"gaussian_noise": 0.1}, DENSE, "relu"],
    "layer_norm": behind_each("layer_norm", "relu"),
    "periodic": [{"periodic": {"columns": NUMBERS[:8]}}, *behind_each("relu")],
    "piecewise_linear": [{"piecewise_linear": {"columns": NUMBERS[:8]}}, *behind_each("relu")],
    "product": [{"product": [[DENSE], [DENSE, "sigmoid"]]}, DENSE, "relu"],
    "residual": [DENSE, "relu", {"residual": [DENSE, "relu"]}],
    "scale": behind_each("relu", "scale"),
    "select": [{"select": NUMBERS}, *behind_each("relu")],
    "sum": [{"sum": [[DENSE, "relu"], [DENSE]]}, DENSE, "relu"],
}
"""The layers that need a place of their own; numbers are embedded in 8 columns, which keeps the network's width."""
SETTINGS: dict[str, Any] = {"step": {"step": {"straight_through": True}}}
ANSWERS: dict[str, Any] = {"multilabel_cross_entropy": ["a", "b", "c"], "binary_cross_entropy": "yes"}
ANSWERS |= dict.fromkeys(("mean_squared_error", "mean_absolute_error", "huber", "poisson", "quantile"), "number")
"""The targets of losses that do not choose among the seven classes."""


@dataclass
class Candidate:
    """A component with its config, and what was measured."""

    kind: str
    name: str
    changes: dict[str, Any]
    rates: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def config(self, epochs: int) -> dict[str, Any]:
        """The reference, changed in this."""
        target = ANSWERS.get(self.name, "class") if self.kind == "loss" else "class"
        taken = {target} if isinstance(target, str) else set(target)
        ignored = [
            name for name in (*TARGETS, "town") if name not in taken and (name, self.name) != ("town", "embedding")
        ]
        task = "multilabel" if len(taken) > 1 else "regression" if target == "number" else "classification"
        return {
            "data": {
                "train": "rows.parquet",
                "target": target,
                "task": task,
                "numeric": "none",
                "categorical": "ordinal",
                "ignore": ignored,
                "split": {"validation": 0},
            },
            "architecture": behind_each("relu"),
            "optimizer": {"adam": {"lr": 0.001}},
            "training": {"epochs": epochs, "batch_size": BATCH, "compiled": True},
        } | self.changes


def candidates() -> list[Candidate]:
    """One for each component of the registries."""
    found = [
        Candidate("activation", name, {"architecture": behind_each(SETTINGS.get(name, name))})
        for name in activations.names
    ]
    found += [Candidate("layer", name, {"architecture": row}) for name, row in ARCHITECTURES.items()]
    found += [Candidate("optimizer", name, {"optimizer": {name: {"lr": 0.0001}}}) for name in optimizers.names]
    found += [Candidate("loss", name, {"loss": name}) for name in losses.names]
    left_out = set(layers.names) - set(activations.names) - set(ARCHITECTURES) - {"dense", "output"}
    assert not left_out, f"benchmarks.components has no network with {left_out}"
    return found


def write_rows(folder: Path, steps: int) -> None:
    """Random rows with targets of every kind, and a column of twenty categories."""
    rng = np.random.default_rng(0)
    rows = steps * BATCH
    columns: dict[str, Any] = {name: rng.standard_normal(rows).astype(np.float32) for name in NUMBERS}
    columns["town"] = rng.choice([f"town {number}" for number in range(20)], rows)
    columns["class"] = rng.integers(0, OUTPUTS, rows)
    columns["number"] = rng.uniform(0.5, 2.0, rows).astype(np.float32)
    columns |= {name: rng.integers(0, 2, rows) for name in ("yes", "a", "b", "c")}
    with duckdb.connect() as connection:
        connection.register("columns", columns)
        connection.table("columns").write_parquet(str(folder / "rows.parquet"))


def rate(config: dict[str, Any], folder: Path, rows: int) -> float:
    """Samples per second by the clock, from one epoch's end to the next: the median epoch after the first."""
    ends: list[float] = []

    def listen(event: Event) -> None:
        if isinstance(event, EpochEnded):
            ends.append(time.perf_counter())

    with tempfile.TemporaryDirectory(dir=folder) as run:
        path = folder / "config.yaml"
        path.write_text(json.dumps(config), encoding="utf-8")
        nntrain.fit(path, out=Path(run) / "run", listeners=[listen])
    return rows / statistics.median(end - begin for begin, end in itertools.pairwise(ends))


def measure(found: list[Candidate], rounds: int, steps: int, epochs: int) -> None:
    """Reference and component in turns."""
    reference = Candidate("", "", {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_rows(folder, steps)
        for candidate in found:  # what compiles does so now
            rate(candidate.config(2), folder, 1)
        for _ in range(rounds):
            for start in range(0, len(found), TURN):
                usual = rate(reference.config(epochs), folder, steps * BATCH)
                for candidate in found[start : start + TURN]:
                    own = rate(candidate.config(epochs), folder, steps * BATCH)
                    candidate.rates.append(own)
                    candidate.ratios.append(own / usual)


def main() -> None:
    """Measure, print, keep for the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a smoke test: one round of few steps, nothing kept")
    parser.add_argument("--only", nargs="*", default=[], help="these components alone; nothing is kept")
    options = parser.parse_args()
    machine_found = machine()
    print(sentence(machine_found), flush=True)
    found = [each for each in candidates() if not options.only or each.name in options.only]
    rounds, steps, epochs = (1, 4, 3) if options.quick else (options.rounds, 50, 5)
    measure(found, rounds, steps, epochs)
    results: dict[str, Any] = {"machine": machine_found, "rounds": rounds}
    results["components"] = [
        {
            "kind": each.kind,
            "name": each.name,
            "rate": statistics.median(each.rates),
            "ratio": statistics.median(each.ratios),
        }
        for each in found
    ]
    print(components_table(results))
    if not options.quick and not options.only:
        save("components", results)


if __name__ == "__main__":
    main()
