"""Whatever computes a run, layers one by one or a compiled program, one thread or two: it resumes exactly and learns the same."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.errors import InterruptedRun
from nntrain.training.checkpoint import load_checkpoint
from nntrain.training.events import CheckpointSaved
from tests.references.numba import COMPILED
from tests.runs import EVERYTHING, comparable, write_config
from tests.training.test_resume import StopAfter

NETWORKS: dict[str, dict[str, Any]] = {
    "norm": {},
    "plain": {"architecture.batch_norm": False, "architecture.dropout": 0.3},
    "smooth": {
        "architecture.batch_norm": False,
        "architecture.dropout": 0,
        "architecture.activation": "gelu",
        "optimizer": "lion",
    },
}


def strategies() -> list[dict[str, Any]]:
    made = []
    for compiled, shares, fuse in itertools.product(COMPILED, (1, 2), (True, False)):
        made.append({"training.compiled": compiled, "training.shares": shares, "training.fuse": fuse})
    return made


def suits(network: str, strategy: dict[str, Any]) -> bool:
    """Only a compiled program shares batches that batch_norm couples."""
    program = strategy["training.compiled"] and strategy["training.fuse"]
    return network != "norm" or strategy["training.shares"] == 1 or program


CASES = [(network, strategy) for network in NETWORKS for strategy in strategies() if suits(network, strategy)]


@pytest.mark.parametrize(
    ("network", "strategy"), CASES, ids=lambda part: part if isinstance(part, str) else str([*part.values()])
)
def test_a_run_stopped_in_an_epoch_ends_in_the_same_bytes(
    tmp_path: Path, network: str, strategy: dict[str, Any]
) -> None:
    settings = {**NETWORKS[network], **strategy, "training.epochs": 4, "training.checkpoint_every_steps": 5}
    config = write_config(tmp_path)
    undisturbed = nntrain.fit(config, settings, out=tmp_path / "undisturbed").folder
    with pytest.raises(InterruptedRun):
        nntrain.fit(config, settings, out=tmp_path / "stopped", listeners=[StopAfter(CheckpointSaved, 5)])
    nntrain.resume(tmp_path / "stopped")
    assert comparable(tmp_path / "stopped") == comparable(undisturbed)


@pytest.mark.parametrize("network", NETWORKS)
def test_all_strategies_learn_the_same_to_rounding(tmp_path: Path, network: str) -> None:
    config = write_config(tmp_path)
    seen = []
    for number, strategy in enumerate(strategies()):
        if suits(network, strategy) and not (network == "plain" and strategy["training.shares"] > 1):  # other masks
            settings = {**NETWORKS[network], **strategy, "training.epochs": 1}
            seen.append(
                [record["train_loss"] for record in nntrain.fit(config, settings, out=tmp_path / f"{number}").history]
            )
    np.testing.assert_allclose(seen, [seen[0]] * len(seen), rtol=2e-3)


@pytest.mark.parametrize("strategy", strategies()[::2], ids=lambda part: str([*part.values()]))
def test_nothing_is_float64_but_what_is_summed(tmp_path: Path, strategy: dict[str, Any]) -> None:
    settings = {**NETWORKS["plain"], **strategy, "training.epochs": 1}
    folder = nntrain.fit(write_config(tmp_path, EVERYTHING), settings, out=tmp_path / "run").folder
    arrays = load_checkpoint(folder / "last.safetensors").arrays
    kinds = {name: array.dtype for name, array in arrays.items() if name != "history"}
    assert set(kinds.values()) == {np.dtype(np.float32)}, kinds
