"""Predicting a million rows, from memory to memory, beside ONNX Runtime: `python -m benchmarks.inference [--quick]`."""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.inference_rows import NETWORK
from benchmarks.machine import machine, sentence
from benchmarks.markdown import count, ratio, table
from benchmarks.our_config import write_config
from benchmarks.peers.catalog import OURS_ENVIRONMENT, PEERS_ENVIRONMENT
from benchmarks.results import save
from benchmarks.rounds import ONE_THREAD, ROOT, Worker, interleaved

TITLES = {
    "numba network": "nntrain (numba), the network alone",
    "numba whole": "nntrain (numba), predict_proba",
    "numpy network": "nntrain (numpy), the network alone",
    "numpy whole": "nntrain (numpy), predict_proba",
    "onnx 1": "ONNX Runtime, one thread",
    "onnx all": "ONNX Runtime, all threads",
}


def main() -> None:
    """Train a little, measure, print, keep for the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--quick", action="store_true", help="a smoke test: few rows, one round, nothing kept")
    options = parser.parse_args()
    if options.quick:
        options.rows, options.rounds, options.seconds = 20_000, 1, 0.1
    found = machine()
    print(sentence(found), flush=True)
    with tempfile.TemporaryDirectory() as name:
        results = {"machine": found, "rows": options.rows, **measured(options, Path(name))}
    print(f"\n{NETWORK.notation}, {options.rows:,} rows\n\n{inference_table(results)}")
    print(f"\nONNX Runtime's fastest round: {results['fastest']:,.0f} rows/s")
    print(f"apart: reading .npz {results['reading']:.2f} s, writing Parquet {results['writing']:.2f} s")
    if not options.quick:
        save("inference", results)


def measured(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Rates of each, ONNX Runtime's fastest round, and what they said when they were ready."""
    run, weights = trained(folder)
    ours, peers = (str(ROOT / name / "bin" / "python") for name in (OURS_ENVIRONMENT, PEERS_ENVIRONMENT))
    rows = str(options.rows)
    onnx = [peers, "-m", "benchmarks.peers.onnx_predictor", str(weights), rows]
    workers: list[Worker] = []
    try:
        for label, title in TITLES.items():
            print(f"starting {title}", file=sys.stderr)
            kind, how = label.split()
            command = (
                onnx if kind == "onnx" else [ours, "-m", "benchmarks.peers.our_predictor", kind, how, str(run), rows]
            )
            workers.append(Worker(label, command, ONE_THREAD if how == "1" else {}))
        same_predictions(workers)
        answers = interleaved(workers, options.rounds, options.seconds)
    finally:
        for worker in workers:
            worker.close()
    if missing := set(TITLES) - set(answers):
        sys.exit(f"without {', '.join(missing)} there is nothing to compare")
    whole = next(worker.ready for worker in workers if worker.label == "numba whole")
    rates = {label: statistics.median(answer["rate"] for answer in given) for label, given in answers.items()}
    versions = {name: text for worker in workers for name, text in worker.ready["versions"].items()}
    fastest = max(answer["rate"] for label, given in answers.items() if label.startswith("onnx") for answer in given)
    apart = {"reading": whole["reading"], "writing": whole["writing"]}
    return {"rates": rates, "fastest": fastest, "versions": versions, **apart}


def trained(folder: Path) -> tuple[Path, Path]:
    """A run folder of the network after an epoch, and a file with its weights."""
    import nntrain

    run = nntrain.fit(write_config(NETWORK, folder, epochs=1), out=folder / "run")
    parameters = run.model.bundle.network.vector.parameters
    matrices = [p.value for p in parameters if p.role == "weight"]
    biases = [p.value for p in parameters if p.role == "bias"]
    arrays = {f"W{place}": matrix for place, matrix in enumerate(matrices)}
    arrays |= {f"b{place}": bias for place, bias in enumerate(biases)}
    np.savez(folder / "weights.npz", **arrays)  # type: ignore[arg-type]  # its stub takes allow_pickle for one of them
    return run.folder, folder / "weights.npz"


def same_predictions(workers: list[Worker]) -> None:
    """All must predict the same probabilities, or the race means nothing."""
    for worker in workers:
        difference = np.abs(np.array(worker.ready["sample"]) - np.array(workers[0].ready["sample"])).max()
        if difference > 1e-4:
            sys.exit(f"{worker.label} and {workers[0].label} predict differently, by {difference:.2g}")


def inference_table(results: dict[str, Any]) -> str:
    """Rows per second of each, and how ours compare with the faster of ONNX Runtime's."""
    rates = results["rates"]
    onnx = max(rates["onnx 1"], rates["onnx all"])
    rows = [
        [TITLES[label], count(rate), f"{results['rows'] / rate:.2f}", ratio(rate / onnx)]
        for label, rate in rates.items()
    ]
    return table(["", "rows/s", "seconds", "÷ ONNX Runtime"], rows)


if __name__ == "__main__":
    main()
