"""The tables of the throughput benchmark, from its figures."""

from __future__ import annotations

from typing import Any

from benchmarks.cases import CASES
from benchmarks.markdown import count, geometric_mean, quotient, ratio, table
from benchmarks.peers.catalog import OURS, PEERS, RIVALS


def rate(results: dict[str, Any], case: str, peer: str) -> float | None:
    """Median samples per second, if it took part."""
    found = results["cases"][case]["peers"].get(peer)
    return None if found is None else float(found["rate"])


def best_rival(results: dict[str, Any], case: str) -> tuple[str, float] | None:
    """The fastest of the others."""
    rates = [(name, rate(results, case, name)) for name in RIVALS]
    known = [(name, value) for name, value in rates if value is not None]
    return max(known, key=lambda pair: pair[1]) if known else None


def case_table(case: str, results: dict[str, Any]) -> str:
    """Everybody on one case: samples per second, time of a step, spread of the rounds, and how ours compare."""
    peers = results["cases"][case]["peers"]
    ours = [name for name in OURS if name in peers]
    rows = []
    for name in (name for name in PEERS if name in peers):
        rates = peers[name]["rates"]
        spread = f"{min(rates) / peers[name]['rate']:.2f}–{max(rates) / peers[name]['rate']:.2f}"
        ratios = [ratio(quotient(rate(results, case, own), peers[name]["rate"])) for own in ours]
        step = f"{CASES[case].batch / peers[name]['rate'] * 1e6:,.1f}"
        rows.append([PEERS[name].title, count(peers[name]["rate"]), step, spread, peers[name]["threads"], *ratios])
    header = ["", "samples/s", "µs a step", "spread", "threads", *(f"{name} ÷ this" for name in ours)]
    return table(header, rows)


def summary_table(results: dict[str, Any]) -> str:
    """All cases: ours beside the best of the others and the floor; the last line is the geometric mean."""
    rows, columns = [], []
    for case in results["cases"]:
        best = best_rival(results, case)
        numba, numpy = rate(results, case, "numba"), rate(results, case, "numpy")
        floor, torch = rate(results, case, "floor"), rate(results, case, "torch")
        fastest = best[1] if best else None
        ratios = [
            quotient(numba, fastest), quotient(numba, floor), quotient(numpy, fastest), quotient(numpy, torch),
        ]  # fmt: skip
        columns.append(ratios)
        winner = f"{count(fastest)} ({best[0]})" if best else "–"
        rows.append([case, *map(count, (floor, numba, numpy)), winner, *map(ratio, ratios)])
    means = [geometric_mean(value for value in column if value) for column in zip(*columns, strict=True)]
    rows.append(["geometric mean", "", "", "", "", *map(ratio, means)])
    header = ["case", "floor", "numba", "numpy", "best rival", "numba ÷ best", "numba ÷ floor", "numpy ÷ best"]
    return table([*header, "numpy ÷ PyTorch eager"], rows)


def rates_table(results: dict[str, Any]) -> str:
    """Samples per second of everybody on every case."""
    names = [name for name in PEERS if any(name in case["peers"] for case in results["cases"].values())]
    rows = [
        [f"{case} {CASES[case].notation}, {CASES[case].batch}, {CASES[case].optimizer}"]
        + [count(rate(results, case, name)) for name in names]
        for case in results["cases"]
    ]
    return table(["case: network, batch, optimizer", *(PEERS[name].title for name in names)], rows)


def epoch_ends_table(results: dict[str, Any]) -> str:
    """What shuffling, history, checkpoints and events add to the epochs of nntrain: the share of the clock beyond steps."""
    ours = [name for name in OURS if any(name in case["peers"] for case in results["cases"].values())]
    rows = []
    for case, found in results["cases"].items():
        shares = [epoch_end_share(found["peers"].get(name)) for name in ours]
        rows.append([case, *("–" if share is None else f"{share:.1%}" for share in shares)])
    return table(["case", *(PEERS[name].title for name in ours)], rows)


def epoch_end_share(found: dict[str, Any] | None) -> float | None:
    """1 − rate by the clock, checkpoints included / rate in the records, which is that of the steps."""
    return None if found is None else max(0.0, 1 - found["whole_rate"] / found["record_rate"])
