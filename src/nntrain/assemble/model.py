"""A checkpoint → a network that predicts, with its preprocessing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nntrain.assemble.parts import build_parts, units
from nntrain.data.preprocessing import Preprocessing
from nntrain.errors import CheckpointError, NNTrainError, Problem
from nntrain.network import BLOCK, Network
from nntrain.optim.averaging import AVERAGE, AVERAGE_OF_MEMORY
from nntrain.spec import Spec, spec_of
from nntrain.training.checkpoint import Checkpoint, load_checkpoint
from nntrain.training.evaluation import Evaluator
from nntrain.types import Array


@dataclass(frozen=True)
class Bundle:
    """What a checkpoint holds, alive: spec, preprocessing, network and evaluator."""

    path: Path
    header: dict[str, Any]
    spec: Spec
    preprocessing: Preprocessing
    network: Network
    evaluator: Evaluator

    @property
    def tables(self) -> list[str]:
        """The paths of the tables that the run was made from."""
        sources = [self.header["config"]["data"][key] for key in ("train", "validation", "test")]
        return [source["file"]["path"] for source in sources if isinstance(source, dict) and "file" in source]


def restore_bundle(path: Path) -> Bundle:
    """Load a checkpoint file and rebuild what it describes; whatever does not fit together is refused."""
    checkpoint = load_checkpoint(path)
    try:
        spec = spec_of(checkpoint.header["config"], checkpoint.header["name"])
        preprocessing = Preprocessing.from_state(checkpoint.header["preprocessing"])
        network, loss = build_parts(spec, preprocessing, BLOCK)
    except (KeyError, TypeError, ValueError, NNTrainError) as error:
        raise CheckpointError(
            Problem(str(path), f"its config does not build with this nntrain ({type(error).__name__}: {error})")
        ) from None
    fit_arrays(checkpoint, network, path)
    evaluator = Evaluator(network, loss, units(preprocessing))
    return Bundle(path, checkpoint.header, spec, preprocessing, network, evaluator)


def fit_arrays(checkpoint: Checkpoint, network: Network, path: Path) -> None:
    """Copy a checkpoint's parameters and memory, or their averages, into a network of exactly that layout."""
    vector = network.vector
    if checkpoint.header.get("layout") != vector.layout():
        raise CheckpointError(Problem(str(path), "its layers are not those of its config"))
    averaged = f"slot/{AVERAGE}" in checkpoint.arrays
    names = (f"slot/{AVERAGE}", f"slot/{AVERAGE_OF_MEMORY}") if averaged else ("parameters", "memory")
    for name, target in zip(names, (vector.values, vector.memory), strict=True):
        check_array(checkpoint, name, target, path)
        checkpoint.fill(name, target)


def check_array(checkpoint: Checkpoint, name: str, like: Array, path: Path) -> None:
    """Refuse a checkpoint whose array ``name`` is not like this one."""
    if not checkpoint.holds(name, like):
        raise CheckpointError(Problem(str(path), f"its array '{name}' is missing or has another shape or type"))
