"""nntrain's own process: `python -m benchmarks.peers.our_predictor numpy|numba whole|network RUN ROWS`.

``whole`` is `Model.predict_proba` of a matrix; ``network`` takes rows that are encoded already.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.inference_rows import inference_rows
from benchmarks.our_config import without_numba
from benchmarks.peers.channel import Channel, versions
from benchmarks.peers.trainer import epoch_by_epoch, measure

if sys.argv[1] == "numpy":
    without_numba()

import nntrain  # after Numba is hidden
from nntrain.data.writing import write_predictions  # the same


def reading_and_writing(model: nntrain.Model, rows: int) -> dict[str, float]:
    """Seconds for reading so many rows from an .npz file, and for writing them with their predictions as Parquet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        np.savez(folder / "rows.npz", X=inference_rows(rows))
        began = time.perf_counter()
        loaded = model.rows(folder / "rows.npz", need_target=False)
        read = time.perf_counter() - began
        outputs = model.outputs(loaded)
        began = time.perf_counter()
        columns = {f"probability_{k}": outputs[:, k].astype(np.float32) for k in range(outputs.shape[1])}
        write_predictions(folder / "out.parquet", loaded.table, {"prediction": model.labels(outputs), **columns})
        return {"reading": read, "writing": time.perf_counter() - began}


def main() -> None:
    """Predict whenever the parent asks for it."""
    channel = Channel()
    _, how, run, rows = sys.argv[1:]
    model = nntrain.load(run)
    x = inference_rows(int(rows))
    encoded = model.rows(x, need_target=False)

    def epoch() -> float:
        if how == "whole":
            model.predict_proba(x)
        else:
            model.outputs(encoded)
        return 0.0

    epoch()
    sample = model.predict_proba(x[:8]).tolist()
    apart = reading_and_writing(model, int(rows)) if how == "whole" else {}
    channel.send(versions=versions(("numpy", "numba")), sample=sample, **apart)
    for asked in channel.requests():
        channel.send(**measure(epoch_by_epoch(epoch), len(x), asked))


if __name__ == "__main__":
    main()
