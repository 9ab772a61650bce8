"""A batch shared over threads gives the loss and the gradient of the whole batch, the same bits every time."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nntrain
from nntrain.errors import ConfigError
from nntrain.network import losses
from nntrain.optim import Bench, optimizers
from nntrain.training.crew import Crew
from nntrain.training.split_pass import Replica, SharedUpdate, SplitPass
from nntrain.training.step import backpropagate
from tests.references.networks import make_network
from tests.runs import comparable, write_config

SPECS: list[tuple[str, dict[str, Any]]] = [("dense", {"units": 9}), ("relu", {}), ("output", {})]

SHARED = """
data: {train: {spirals: {rows: 300, classes: 3}}, target: label}
architecture: {hidden: [16, 16], dropout: 0.2}
training: {epochs: 4, batch_size: 32, shares: 3, checkpoint_every_steps: 3}
"""


def replica(main: Replica | None = None) -> Replica:
    network = make_network(SPECS, 5, 3)
    if main is not None:
        network.share(main.network)
    return Replica(network, losses.build("cross_entropy", 3, 64, np.float64))


@pytest.mark.parametrize("shares", [2, 3])
@pytest.mark.parametrize("rows", [3, 10, 64])
def test_shares_sum_to_the_whole(rows: int, shares: int) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(rows, 5)), rng.integers(0, 3, rows)
    main = replica()
    whole = backpropagate(main.network, main.loss, x, y), main.network.vector.gradient.copy()
    split = SplitPass(main, [replica(main) for _ in range(shares - 1)])
    for _ in range(3):
        assert split(x, y) == pytest.approx(whole[0], rel=1e-12)
        np.testing.assert_allclose(main.network.vector.gradient, whole[1], rtol=1e-11, atol=1e-14)
    split.close()


def test_an_error_in_a_share_comes_out_where_it_is_waited_for() -> None:
    main = replica()
    split = SplitPass(main, [replica(main)])
    with pytest.raises(IndexError):
        split(np.zeros((4, 5)), np.array([0, 0, 0, 9]))
    split.close()


@pytest.mark.parametrize("name", optimizers.names)
def test_a_shared_update_is_the_whole_one_to_the_bit(name: str) -> None:
    benches = []
    crew = Crew(2)
    for shared in (False, True):
        rng = np.random.default_rng(3)
        bench = Bench(rng.normal(size=50_001).astype(np.float32), np.zeros(50_001, np.float32), slice(0, 40_000))
        build = partial(optimizers.build, name)
        optimizer = SharedUpdate(build, bench, crew) if shared else build(bench)
        for step in range(1, 4):
            bench.gradient[:] = rng.normal(size=50_001)
            optimizer.update(0.01, step)
        benches.append(bench)
    whole, shared_bench = benches
    assert whole.theta.tobytes() == shared_bench.theta.tobytes()
    assert {slot: vector.tobytes() for slot, vector in whole.slots.items()} == {
        slot: vector.tobytes() for slot, vector in shared_bench.slots.items()
    }
    crew.close()


def test_a_shared_run_gives_the_same_bytes_twice_and_learns(tmp_path: Path) -> None:
    config = write_config(tmp_path, SHARED)
    first, second = (nntrain.fit(config, out=tmp_path / name) for name in ("a", "b"))
    assert comparable(first.folder) == comparable(second.folder)
    alone = nntrain.fit(config, {"training.shares": 1, "architecture.dropout": 0.0}, out=tmp_path / "c")
    shared = nntrain.fit(config, {"architecture.dropout": 0.0}, out=tmp_path / "d")
    for one, other in zip(alone.history, shared.history, strict=True):
        assert one["train_loss"] == pytest.approx(other["train_loss"], rel=1e-4)


def test_batch_norm_cannot_be_shared(tmp_path: Path) -> None:
    config = write_config(tmp_path, SHARED)
    with pytest.raises(ConfigError, match="batch_norm needs whole batches"):
        nntrain.fit(config, {"architecture.batch_norm": True}, out=tmp_path / "run")
