"""What was aimed at, beside what was measured."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any, TypeAlias

from benchmarks.cases import CASES
from benchmarks.markdown import geometric_mean, quotient, table
from benchmarks.startup import COMPILING_AIM, DIFFERENCE_AIM, FIRST, HELP, HELP_AIM, NUMBA, added_by_numba, middle
from benchmarks.tables_of_throughput import best_rival, epoch_end_share, rate

Goal: TypeAlias = tuple[str, str, str, bool | None]
"""What, the aim, what was measured, whether it is reached (None: not measured)."""

LARGE = ("mnist", "tabular", "wide")
MIB = 2**20


def goals_table(
    throughput: dict[str, Any] | None,
    scaling: dict[str, Any] | None,
    inference: dict[str, Any] | None,
    startup: dict[str, Any] | None = None,
) -> str:
    """All goals that the measured parts tell of."""
    goals: list[Goal] = []
    if throughput is not None:
        goals += throughput_goals(throughput)
    if inference is not None:
        goals.append(inference_goal(inference))
    if scaling is not None:
        goals += scaling_goals(scaling)
    if startup is not None:
        goals += startup_goals(startup)
    words = {True: "yes", False: "no", None: "–"}
    return table(
        ["goal", "aim", "measured", "reached"], [[what, aim, found, words[ok]] for what, aim, found, ok in goals]
    )


def throughput_goals(results: dict[str, Any]) -> Iterator[Goal]:
    """The goals on training."""
    cases = list(results["cases"])
    rivals = {case: rival[1] for case in cases if (rival := best_rival(results, case))}
    against_best = ratios(results, "numba", rivals)
    yield lowest("numba ÷ best rival, every case", 1.0, against_best)
    yield mean("numba ÷ best rival, geometric mean", 1.3, against_best)
    floors = {case: value for case in LARGE if case in cases and (value := rate(results, case, "floor"))}
    yield lowest(f"numba ÷ floor on {', '.join(LARGE)}", 0.85, ratios(results, "numba", floors))
    eager = {case: value for case in cases if (value := rate(results, case, "torch"))}
    against_eager = ratios(results, "numpy", eager)
    yield lowest("numpy ÷ PyTorch eager, every case", 1.0, against_eager)
    yield mean("numpy ÷ PyTorch eager, geometric mean", 1.5, against_eager)
    yield overhead(results)
    share = epoch_end_share(results["cases"].get("tabular", {"peers": {}})["peers"].get("numba"))
    measured = None if share is None else f"{share:.1%}"
    yield "end of an epoch, tabular", "< 3 %", measured or "–", None if share is None else share < 0.03


def ratios(results: dict[str, Any], ours: str, others: dict[str, float]) -> dict[str, float]:
    """Ours by others, in each case that has both."""
    pairs = {case: quotient(rate(results, case, ours), other) for case, other in others.items()}
    return {case: value for case, value in pairs.items() if value is not None}


def lowest(what: str, aim: float, found: dict[str, float]) -> Goal:
    """The case where a ratio is lowest."""
    if not found:
        return what, f"≥ {aim:g}", "–", None
    case = min(found, key=found.__getitem__)
    return what, f"≥ {aim:g}", f"{found[case]:.2f} ({case})", found[case] >= aim


def mean(what: str, aim: float, found: dict[str, float]) -> Goal:
    """The geometric mean of the ratios."""
    if not found:
        return what, f"≥ {aim:g}", "–", None
    value = geometric_mean(found.values())
    return what, f"≥ {aim:g}", f"{value:.2f}", value >= aim


def overhead(results: dict[str, Any]) -> Goal:
    """Of a step of the linear model, what is not its matrix products."""
    what, aim = "numba, linear: a step beyond its products", "< 12 µs"
    if "linear" not in results["cases"]:
        return what, aim, "–", None
    ours, floor = rate(results, "linear", "numba"), rate(results, "linear", "floor")
    if not ours or not floor:
        return what, aim, "–", None
    beyond = CASES["linear"].batch * (1 / ours - 1 / floor) * 1e6
    return what, aim, f"{beyond:.1f} µs", beyond < 12


def inference_goal(results: dict[str, Any]) -> Goal:
    """Predicting beside ONNX Runtime."""
    rates = results["rates"]
    value = rates["numba whole"] / max(rates["onnx 1"], rates["onnx all"])
    return f"numba, predict_proba of {results['rows']:,} rows ÷ ONNX Runtime", "≥ 1", f"{value:.2f}", value >= 1


def scaling_goals(results: dict[str, Any]) -> Iterator[Goal]:
    """Memory beyond the data, at the point where it is furthest from what is allowed; growth with rows."""
    points = {f"{name} {label}": found for name, sweep in results["sweeps"].items() for label, found in sweep.items()}
    excess = {label: found["training"] - found["data"] - found["allowed"] for label, found in points.items()}
    worst = max(excess, key=excess.__getitem__)
    measured = f"{excess[worst] / MIB:+,.0f} MiB ({worst})"
    yield "peak memory of training beyond data and allowance", "≤ 0 MiB", measured, excess[worst] <= 0
    if rows := results["sweeps"].get("rows"):
        times = [1 / found["rate"] for found in rows.values()]
        value = times[-1] / times[0]
        first, *_, last = rows
        yield f"time of a sample, {last} rows ÷ {first}", "≤ 1.25", f"{value:.2f}", value <= 1.25


def startup_goals(results: dict[str, Any]) -> Iterator[Goal]:
    """How soon an answer comes, and how soon training starts."""
    found = middle(results, HELP)
    yield HELP, f"< {HELP_AIM:g} s", f"{found:.2f} s", found < HELP_AIM
    what, aim = "fit to its first step, numba − numpy (kernels compiled before)", f"< {DIFFERENCE_AIM:g} s"
    if differences := added_by_numba(results):
        found = statistics.median(differences)
        yield what, aim, f"{found:.2f} s", found < DIFFERENCE_AIM
    else:
        yield what, aim, "–", None
    if FIRST in results["commands"]:
        found = middle(results, FIRST) - middle(results, NUMBA)
        yield (
            "compiling, before the first step of a first run",
            f"< {COMPILING_AIM} s",
            f"{found:.1f} s",
            found < COMPILING_AIM,
        )
