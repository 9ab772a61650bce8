"""How much memory a run takes while it trains."""

from __future__ import annotations

from typing import Any

import numpy as np

from nntrain.assemble.prepare import Prepared


def memory(prepared: Prepared) -> dict[str, int]:
    """Bytes that training holds, by what they are for."""
    vector, dataset = prepared.network.vector, prepared.dataset
    slots = prepared.job.step.bench.slots.values()
    return {
        "parameters": vector.values.nbytes + vector.memory.nbytes,
        "gradient": vector.gradient.nbytes,
        "optimizer": sum(slot.nbytes for slot in slots),
        "layers": sum(_owned(layer) for _, layer in prepared.network.walk()),
        "data": sum(split.x.nbytes + split.y.nbytes for split in dataset.splits),
    }


def _owned(layer: Any) -> int:
    """Bytes of the arrays that a layer made for itself; views of the flat vectors are not its own."""
    arrays = [value for value in vars(layer).values() if isinstance(value, np.ndarray) and value.base is None]
    return sum(array.nbytes for array in {id(array): array for array in arrays}.values())
