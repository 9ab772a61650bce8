"""Writes docs/performance.md from what the benchmarks left in build/benchmarks: `python -m benchmarks.page`."""

from __future__ import annotations

import sys
from typing import Any

from benchmarks.cases import CASES
from benchmarks.components_table import components_table
from benchmarks.goals import goals_table
from benchmarks.inference import inference_table
from benchmarks.inference_rows import NETWORK
from benchmarks.machine import sentence
from benchmarks.results import ROOT, load
from benchmarks.scaling import BENDS, SWEEPS, sweep_table
from benchmarks.startup import startup_table
from benchmarks.tables_of_throughput import case_table, epoch_ends_table, rates_table, summary_table

PAGE = ROOT / "docs" / "performance.md"


def page(
    throughput: dict[str, Any] | None,
    scaling: dict[str, Any] | None,
    inference: dict[str, Any] | None,
    startup: dict[str, Any] | None = None,
    components: dict[str, Any] | None = None,
) -> str:
    """The whole page; parts that were not measured are left out."""
    parts = [
        "# How fast nntrain is",
        "`make bench` measures and writes this page; nothing on it is written by hand.",
        f"## Goals\n\n{goals_table(throughput, scaling, inference, startup)}",
    ]
    if throughput is not None:
        parts += throughput_section(throughput)
    if components is not None:
        parts += components_section(components)
    if inference is not None:
        parts += inference_section(inference)
    if scaling is not None:
        parts += scaling_section(scaling)
    if startup is not None:
        parts += startup_section(startup)
    return "\n\n".join(parts) + "\n"


def versions(results: dict[str, Any]) -> str:
    """Who took part, by version."""
    return ", ".join(f"{name} {text}" for name, text in results["versions"].items())


def throughput_section(results: dict[str, Any]) -> list[str]:
    """Training."""
    method = (
        f"{sentence(results['machine'])}. {versions(results)}.\n\n"
        "Training in samples per second, float32. Every peer is a process of its own, built and compiled beforehand; they "
        f"train in turns of about {results['seconds']:g} s, {results['rounds']} rounds, each beginning with another one; "
        "whoever does not train is stopped. A turn's rate is the median of its epochs after the first; the table has the "
        "median of the rounds. The same rows for all, in a new random order every epoch, with a running loss. Rivals are "
        "tried with one thread and with all, and the faster counts; nntrain chooses by itself, from shapes alone. Its rate "
        "is that of `nntrain.fit` by the clock, from one epoch's end to the next: with shuffling, history and events, and "
        "with the checkpoints of epochs longer than a second. *Floor*: nothing but the matrix products of the step in "
        "NumPy's BLAS, which chooses its kernels for this processor (`make bench` takes OPENBLAS_CORETYPE out of the "
        "environment). *numba*: with the extra `fast`; *numpy*: without."
    )
    parts = [f"## Training\n\n{method}", summary_table(results), rates_table(results)]
    for name, found in results["cases"].items():
        case = CASES[name]
        title = f"### {name}: {case.notation}"
        parts.append(f"{title}\n\nBatch {case.batch}, {case.optimizer}, {found['steps']} steps an epoch.")
        parts.append(case_table(name, results))
    ends = (
        "Share of the clock that epochs end with (history, checkpoints, events), by the same runs; no validation rows."
    )
    return [*parts, f"### Ends of epochs\n\n{ends}", epoch_ends_table(results)]


def components_section(results: dict[str, Any]) -> list[str]:
    """Training with each component."""
    method = (
        f"{sentence(results['machine'])}.\n\n"
        "A 54-256-256-7 network, batch 256, by `nntrain.fit` with compiled kernels: relu, dense, adam and cross_entropy, but "
        f"for the component named. Short runs of the components and of this network take turns, {results['rounds']} rounds; the "
        "median of the rates, and of their ratios to that network's."
    )
    return [f"## Components\n\n{method}", components_table(results)]


def inference_section(results: dict[str, Any]) -> list[str]:
    """Prediction."""
    method = (
        f"{sentence(results['machine'])}. {versions(results)}.\n\n"
        f"{results['rows']:,} rows × {NETWORK.inputs} columns of float32 through {NETWORK.notation} to probabilities, from "
        "memory to memory; the same weights, the same predictions to 1e-4. ONNX Runtime gets the rows in the chunks that "
        "suit it best; with all its threads it runs at one of two paces, which change within a process: the median of the "
        f"rounds counts, the fastest was at {results['fastest']:,.0f} rows/s. *numba*: in a process that has predicted 2³⁹ multiplications, some seconds of them, nntrain goes over to "
        f"compiled kernels, to the same bits; the rates are from then on. Apart from that, nntrain reads these rows from .npz in {results['reading']:.2f} s and writes them "
        f"with their predictions as Parquet in {results['writing']:.2f} s."
    )
    return [f"## Prediction\n\n{method}", inference_table(results)]


def scaling_section(results: dict[str, Any]) -> list[str]:
    """Growth."""
    method = (
        f"{sentence(results['machine'])}.\n\n"
        "One `fit` with Adam in a process of its own for each line. *ps a weight*: time of a sample by the number of "
        "weights; where work grows linearly it stays as it is. Memory: the rows as they are in the "
        "file; the peaks while reading and encoding them, at the end of the run, where the figures of all rows are computed, "
        "and while training; what of this last one is beyond the rows; what the goal allows beyond them "
        "(four vectors of the parameters, twice the activations of a batch, 150 MiB). Compiled kernels are those that an earlier "
        "run kept: compiling takes 90 MiB more. A virtual "
        "machine's pace may change by a quarter for minutes: lines are measured from the first to the last and back again, and "
        "the faster rates and higher peaks count; a bend that no other run shows may still be that."
    )
    parts = [f"## Growth\n\n{method}"]
    for name, points in results["sweeps"].items():
        parts += [f"### {name}: {SWEEPS[name]}", sweep_table(name, points), BENDS[name]]
    return parts


def startup_section(results: dict[str, Any]) -> list[str]:
    """Starting."""
    method = (
        f"{sentence(results['machine'])}.\n\n"
        f"Seconds from the start of the process to its end, {results['rounds']} interleaved rounds; to the first step: "
        "`nntrain.fit` on three layers with batch_norm and dropout, one step, with kernels that an earlier run compiled, and once "
        "more in an empty cache (two rounds)."
    )
    return [f"## Starting\n\n{method}", startup_table(results)]


def main() -> None:
    """Write the page."""
    found = [load(name) for name in ("throughput", "scaling", "inference", "startup", "components")]
    if not any(found):
        sys.exit("nothing measured yet: run python -m benchmarks.throughput first (make bench does all)")
    PAGE.write_text(page(*found), encoding="utf-8")
    print(f"written: {PAGE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
