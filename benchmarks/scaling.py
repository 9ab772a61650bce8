"""How time and memory grow with rows, width, depth and batch: `python -m benchmarks.scaling [--quick]`.

Every point is a fit in a process of its own, so that its peak of memory is its own; all of a sweep there and then back.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from typing import Any

from benchmarks.cases import Case
from benchmarks.machine import machine, sentence
from benchmarks.markdown import count, table
from benchmarks.peers.catalog import OURS_ENVIRONMENT
from benchmarks.results import save
from benchmarks.rounds import ROOT

WORK = 2e11
"""Multiplications of an epoch: one to a few seconds."""
MIB = 2**20


def sweep(name: str, *, quick: bool) -> dict[str, Case]:
    """The points of a sweep, by what is varied."""
    powers = range(16)
    if name == "rows":
        sizes = [10**power for power in ((4, 5) if quick else (4, 5, 6, 7))]
        return {f"{rows:,}": Case("rows", 20, (64, 64), 3, 250, rows // 250) for rows in sizes}
    if name == "width":
        widths = [64 << power for power in (powers[:2] if quick else powers[:7])]
        return {f"{width:,}": sized(Case("width", 64, (width, width), 8, 256, 0)) for width in widths}
    if name == "depth":
        depths = [1 << power for power in (powers[:2] if quick else powers[:6])]
        return {f"{depth}": sized(Case("depth", 64, (128,) * depth, 8, 256, 0)) for depth in depths}
    batches = [16 << power for power in (powers[:2] if quick else powers[:11])]
    return {f"{batch:,}": sized(Case("batch", 54, (256, 256), 7, batch, 0)) for batch in batches}


def sized(case: Case) -> Case:
    """With as many steps as a second or two allow: at least 4, at most a million rows in all."""
    affordable = WORK / (3 * sum(n * m for n, m in case.weights) * case.batch)
    steps = max(4, min(round(affordable), 2**20 // case.batch))
    return Case(**{**asdict(case), "steps": steps})


SWEEPS = {
    "rows": "20-64-64-3, batch 250",
    "width": "64-w-w-8, batch 256",
    "depth": "64-(128 relu)×d-8, batch 256",
    "batch": "54-256-256-7",
}
BENDS = {
    "rows": "A sample costs more once the table no longer fits the caches, as rows are gathered in random order. The order "
    "of an epoch takes 4 bytes a row, and class indices 4 less than in the file. Reading takes up to 26 bytes a row more, however "
    "many columns there are; the figures of the end take 8 for each class, and 16.",
    "width": "At 64 a step is shorter than what it costs beside its products; from 128 on two threads share it, and a weight "
    "costs the same all the way to 17 million of them.",
    "depth": "The first layer has half the inputs of the others and the last has 8 outputs, so few layers cost more for each "
    "weight; from 4 on time is proportional to depth. From 16 on, parameters and activations of a step (10 to 20 MiB) no longer "
    "fit into the cores' own caches but into the one that all share; on a virtual machine others share it too, and a weight "
    "takes 19 to 25 ps from one run to the next.",
    "batch": "A step has a fixed part, the update of all parameters and the packing of weights for the products, which small "
    "batches share among few samples; it is spread thin from some hundred rows on. From 64 rows on two threads share a batch. "
    "From 1,536 on it goes through in pieces of about 1,024, so that a sample costs the same, and activations take the same "
    "memory, however large the batch is.",
}
"""Why the tables bend where they do."""


def main() -> None:
    """Measure, print, keep for the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", nargs="+", choices=SWEEPS, default=list(SWEEPS))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--without-numba", action="store_true", help="as if Numba were not installed")
    parser.add_argument("--quick", action="store_true", help="a smoke test: the first points only, nothing kept")
    options = parser.parse_args()
    results: dict[str, Any] = {"machine": machine(), "sweeps": {}}
    print(sentence(results["machine"]))
    for name in options.sweeps:
        cases = sweep(name, quick=options.quick)
        points: dict[str, dict[str, Any]] = {}
        for label in [*cases, *reversed(cases)]:
            print(f"{name}: {label}", file=sys.stderr)
            found = point(cases[label], options)
            points[label] = merged(points.get(label, found), found)
        results["sweeps"][name] = points
        print(f"\n{name}: {SWEEPS[name]}\n\n{sweep_table(name, points)}", flush=True)
    if not options.quick:
        save("scaling", results)


def point(case: Case, options: argparse.Namespace) -> dict[str, Any]:
    """One point, in its own process."""
    settings = {**asdict(case), "epochs": 2 if options.quick else options.epochs}
    del settings["name"]
    python = str(ROOT / OURS_ENVIRONMENT / "bin" / "python")
    command = [python, "-m", "benchmarks.scaling_point", json.dumps(settings)]
    command += ["--without-numba"] if options.without_numba else []
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\nexit code {done.returncode}\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"rows": case.rows, "weights": sum(n * m for n, m in case.weights)}


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Of two fits of a point the faster rate, as a machine may be slow for minutes, and the higher peaks."""
    return one | {key: max(one[key], other[key]) for key in ("rate", "reading", "training", "ending")}


def sweep_table(name: str, points: dict[str, dict[str, Any]]) -> str:
    """Time of a sample, also for each weight; memory beside what the goal allows beyond the data, in MiB."""
    rows = []
    for label, found in points.items():
        seconds = 1 / found["rate"]
        beyond = found["training"] - found["data"]
        memory = [found["data"], found["reading"], found["ending"], found["training"], beyond, found["allowed"]]
        times = [f"{seconds * 1e6:,.3g}", f"{seconds / found['weights'] * 1e12:,.0f}"]
        rows.append([label, count(found["rows"]), count(found["rate"]), *times, *(f"{b / MIB:,.0f}" for b in memory)])
    header = [name, "rows", "samples/s", "µs a sample", "ps a weight", "data MiB"]
    return table([*header, "reading", "ending", "training", "beyond data", "allowed"], rows)


if __name__ == "__main__":
    main()
