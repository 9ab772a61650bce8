"""How many samples a second everybody trains with, side by side: `python -m benchmarks.throughput [--quick]`.

Each peer of a case is a process of its own, built and compiled beforehand; they train in turns, round after round, and
the median counts. A peer that lets its threads be set is measured with one and with all, and the faster counts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from typing import Any

from benchmarks.cases import CASES, Case
from benchmarks.machine import machine, sentence
from benchmarks.peers.catalog import OURS, PEERS, Peer
from benchmarks.results import save
from benchmarks.rounds import ONE_THREAD, ROOT, Worker, WorkerError, interleaved
from benchmarks.tables_of_throughput import case_table, summary_table

TRIAL = 0.5
"""Seconds of the trial of one thread and all."""
CLOSE = 0.7
"""Both go on through all rounds unless the trial shows one of them this much slower."""


def main() -> None:
    """Measure, print, keep for the page."""
    options = arguments()
    machine_found = machine()
    print(sentence(machine_found), flush=True)
    results: dict[str, Any] = {"machine": machine_found, "rounds": options.rounds, "seconds": options.seconds}
    results |= {"versions": {}, "cases": {}}
    for name in options.cases:
        case = CASES[name].quick() if options.quick else CASES[name]
        peers = [PEERS[peer] for peer in options.peers if PEERS[peer].can(case)]
        measured = measure_case(case, peers, options, results["versions"])
        results["cases"][name] = {"peers": measured, "steps": case.steps}
        print(f"\n{name}: {case.notation}, batch {case.batch}, {case.optimizer}, {case.steps} steps an epoch\n")
        print(case_table(name, results), flush=True)
        if not options.quick:
            save("throughput", results)
    print(f"\n{summary_table(results)}\n\n{', '.join(f'{k} {v}' for k, v in results['versions'].items())}")


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS), metavar="PEER", help=", ".join(PEERS))
    parser.add_argument("--rounds", type=int, default=3, help="turns of each (default 3)")
    parser.add_argument("--seconds", type=float, default=0.8, help="about how long a turn takes (default 0.8)")
    parser.add_argument("--quick", action="store_true", help="a smoke test: one short round of few steps, nothing kept")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.02
    return options


def measure_case(
    case: Case, peers: list[Peer], options: argparse.Namespace, versions: dict[str, str]
) -> dict[str, dict[str, Any]]:
    """For each peer that runs: its rates, their medians, its threads."""
    workers: list[Worker] = []
    try:
        for peer in peers:
            workers += candidates(peer, case, options)
        answers = interleaved(workers, options.rounds, options.seconds)
    finally:
        for worker in workers:
            worker.close()
    measured: dict[str, dict[str, Any]] = {}
    for worker in workers:
        if given := answers.get(worker.label):
            versions |= worker.ready["versions"]
            peer_name, _, threads = worker.label.partition(" ")
            figures = summary(given) | {"threads": worker.ready.get("threads", threads)}
            measured[peer_name] = max(measured.get(peer_name, figures), figures, key=lambda found: float(found["rate"]))
    return measured


def summary(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """The medians of the rounds, and the rates themselves."""
    names = [name for name in ("rate", "whole_rate", "record_rate") if name in answers[0]]
    medians: dict[str, Any] = {name: statistics.median(answer[name] for answer in answers) for name in names}
    return {**medians, "rates": [answer["rate"] for answer in answers], "loss": answers[-1]["loss"]}


def candidates(peer: Peer, case: Case, options: argparse.Namespace) -> list[Worker]:
    """The workers of a peer, labelled with name and threads: none where it fails, two where both might be the faster."""
    module = "benchmarks.peers.ours" if peer.name in OURS else "benchmarks.peers.worker"
    python = ROOT / peer.environment / "bin" / "python"
    command = [str(python), "-m", module, peer.name, case.name, *(["--quick"] if options.quick else [])]
    tried: list[tuple[float, Worker]] = []
    for threads in ("1", "all") if peer.tuned else ("own",):
        print(f"{case.name}: starting {peer.title}, threads: {threads}", file=sys.stderr)
        worker = started(f"{peer.name} {threads}", command, ONE_THREAD if threads == "1" else {})
        if worker is not None:
            rate = worker.compute(0.01 if options.quick else TRIAL)["rate"] if peer.tuned else 1.0
            tried.append((rate, worker))
    best = max((rate for rate, _ in tried), default=0.0)
    for rate, worker in tried:
        if rate < CLOSE * best:
            worker.close()
    return [worker for rate, worker in tried if rate >= CLOSE * best]


def started(label: str, command: list[str], environment: dict[str, str]) -> Worker | None:
    """A worker, or None where its environment is not there or its program fails."""
    try:
        return Worker(label, command, environment)
    except (OSError, WorkerError) as error:
        print(error, file=sys.stderr)
        return None


if __name__ == "__main__":
    main()
