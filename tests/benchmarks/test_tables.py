"""The pure parts of the benchmarks: tables, means, goals, the page."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from benchmarks.cases import CASES, Case, synthetic
from benchmarks.components import candidates
from benchmarks.goals import goals_table, throughput_goals
from benchmarks.machine import machine
from benchmarks.markdown import count, geometric_mean, quotient, ratio, table
from benchmarks.page import page
from benchmarks.peers.catalog import OURS, PEERS, RIVALS
from benchmarks.scaling import SWEEPS, merged, sized, sweep, sweep_table
from benchmarks.scaling_point import allowed
from benchmarks.tables_of_throughput import best_rival, case_table, rates_table, summary_table

MIB = 2**20


def peers(**rates: float) -> dict[str, Any]:
    return {
        "steps": 3,
        "peers": {
            name: {
                "rate": rate,
                "rates": [rate * 0.9, rate, rate * 1.2],
                "whole_rate": rate * 0.98,
                "record_rate": rate,
                "threads": "1",
            }
            for name, rate in rates.items()
        },
    }


@pytest.fixture
def throughput() -> dict[str, Any]:
    machine = {
        "date": "2030-01-02",
        "processor": "Some CPU",
        "family": "a/1/2",
        "cores": 2,
        "instructions": ["avx2"],
        "blas": "openblas 0.3.31 for Haswell",
        "memory_gib": 8.0,
        "system": "Linux 1",
        "python": "3.11.0",
        "load": 0.1,
    }
    cases = {
        "tiny": peers(numba=900.0, numpy=300.0, floor=1_000.0, torch=100.0, scan=600.0),
        "tabular": peers(numba=80.0, numpy=50.0, floor=100.0, torch=100.0),
        "linear": peers(numba=4_000_000.0, floor=16_000_000.0),
    }
    return {"machine": machine, "rounds": 3, "seconds": 1.0, "versions": {"torch": "2"}, "cases": cases}


class TestTable:
    @given(st.lists(st.lists(st.text("ab|×–", max_size=5), min_size=2, max_size=2), max_size=4))
    def test_all_lines_are_equally_wide_and_have_the_same_cells(self, rows: list[list[str]]) -> None:
        lines = table(["name", "value"], rows).splitlines()
        assert len(lines) == len(rows) + 2
        assert len({len(line) for line in lines}) == 1
        assert {line.replace("\\|", "").count("|") for line in lines} == {3}

    def test_numbers_stand_right(self) -> None:
        assert table(["x", "n"], [["a", "1"]]).splitlines()[1:] == ["| --- | --: |", "| a   |   1 |"]

    def test_a_row_of_another_length_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"1 cells .* expected 2"):
            table(["a", "b"], [["c"]])


class TestFigures:
    def test_geometric_mean(self) -> None:
        assert geometric_mean([2.0, 8.0]) == pytest.approx(4.0)
        assert math.isnan(geometric_mean([]))

    def test_what_is_missing_is_a_dash(self) -> None:
        assert (count(None), ratio(None), ratio(math.nan), quotient(1.0, None)) == ("–", "–", "–", None)
        assert (count(1_234_567.8), ratio(1.005)) == ("1,234,568", "1.00")


class TestCases:
    def test_notation(self) -> None:
        assert CASES["tabular"].notation == "54-512-256-7"
        assert CASES["recipe"].notation == "54-(256 bn relu dropout 0.2)×3-7"
        assert CASES["deep"].notation == "32-(32 relu)×16-2"
        assert CASES["linear"].notation == "100-1"

    def test_parameters(self) -> None:
        assert CASES["linear"].parameters == 101
        assert CASES["tiny"].parameters == 20 * 64 + 64 + 64 * 64 + 64 + 64 * 3 + 3
        assert Case("", 2, (3,), 1, 4, 1, batch_norm=True).parameters == 6 + 6 + 3 + 1

    @pytest.mark.parametrize("name", CASES)
    def test_a_hundred_steps_an_epoch_and_every_class_among_the_rows(self, name: str) -> None:
        assert CASES[name].steps >= 100
        case = CASES[name].quick()
        x, y = synthetic(case)
        assert x.shape == (case.rows, case.inputs)
        assert set(y.tolist()) == set(range(case.classes))


class TestThroughput:
    def test_the_best_rival_is_neither_floor_nor_ours(self, throughput: dict[str, Any]) -> None:
        assert best_rival(throughput, "tiny") == ("scan", 600.0)
        assert best_rival(throughput, "linear") is None

    def test_the_summary_compares_and_averages_what_there_is(self, throughput: dict[str, Any]) -> None:
        lines = summary_table(throughput).splitlines()
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
        assert cells[0] == ["tiny", "1,000", "900", "300", "600 (scan)", "1.50", "0.90", "0.50", "3.00"]
        assert cells[2][4:] == ["–", "–", "0.25", "–", "–"]
        assert cells[3][5] == ratio(math.sqrt(1.5 * 0.8))

    def test_a_case_s_table_shows_spread_and_both_ratios(self, throughput: dict[str, Any]) -> None:
        torch = next(line for line in case_table("tiny", throughput).splitlines() if PEERS["torch"].title in line)
        assert [cell.strip() for cell in torch.strip("|").split("|")][1:] == [
            "100", "320,000.0", "0.90–1.20", "1", "9.00", "3.00",
        ]  # fmt: skip

    def test_scikit_learn_is_left_out_where_it_has_no_such_layers(self) -> None:
        assert not PEERS["sklearn"].can(CASES["recipe"])
        assert PEERS["sklearn"].can(CASES["deep"])
        assert not set(OURS) & set(RIVALS)

    def test_goals(self, throughput: dict[str, Any]) -> None:
        reached = {what: (found, ok) for what, _, found, ok in throughput_goals(throughput)}
        assert reached["numba ÷ best rival, every case"] == ("0.80 (tabular)", False)
        assert reached["numba ÷ best rival, geometric mean"] == ("1.10", False)
        assert reached["numba ÷ floor on mnist, tabular, wide"] == ("0.80 (tabular)", False)
        assert reached["numpy ÷ PyTorch eager, every case"] == ("0.50 (tabular)", False)
        assert reached["numba, linear: a step beyond its products"] == ("12.0 µs", False)
        assert reached["end of an epoch, tabular"] == ("2.0%", True)


class TestScaling:
    def test_the_allowance(self) -> None:
        case = Case("", 10, (20,), 3, 8, 1)
        assert allowed(case) == 16 * case.parameters + 8 * 8 * (10 + 2 * 20 + 3) + 150 * MIB

    @pytest.mark.parametrize("name", SWEEPS)
    def test_sweeps_reach_as_far_as_the_goal(self, name: str) -> None:
        labels = list(sweep(name, quick=False))
        ends = {
            "rows": ("10,000", "10,000,000"),
            "width": ("64", "4,096"),
            "depth": ("1", "32"),
            "batch": ("16", "16,384"),
        }
        assert (labels[0], labels[-1]) == ends[name]

    def test_work_is_bounded_but_for_four_steps(self) -> None:
        assert sized(Case("", 8, (8,), 2, 256, 0)).rows == 2**20
        assert sized(Case("", 4_096, (4_096, 4_096), 2, 16_384, 0)).steps == 4

    def test_the_faster_rate_and_the_higher_peaks_count(self) -> None:
        one = {"rate": 2.0, "rows": 5, "data": 7, "reading": 10, "training": 30, "ending": 20}
        other = {**one, "rate": 3.0, "reading": 11, "training": 29}
        assert merged(one, other) == {**one, "rate": 3.0, "reading": 11}

    def test_memory_beyond_the_data(self) -> None:
        point = {"rate": 1e6, "rows": 5, "weights": 1_000, "data": 10 * MIB, "reading": 60 * MIB, "ending": 55 * MIB}
        line = sweep_table("rows", {"5": {**point, "training": 50 * MIB, "allowed": 30 * MIB}}).splitlines()[2]
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells == ["5", "5", "1,000,000", "1", "1,000", "10", "60", "55", "50", "40", "30"]


class TestPage:
    def test_it_tells_where_and_how_it_was_measured(self, throughput: dict[str, Any]) -> None:
        text = page(throughput, None, None)
        assert "2030-01-02: Some CPU (a/1/2), 2 cores, avx2" in text
        assert "torch 2" in text
        assert "3 rounds" in text
        assert rates_table(throughput) in text
        assert "## Growth" not in text

    def test_all_parts(self, throughput: dict[str, Any]) -> None:
        machine = throughput["machine"]
        point = {
            "rate": 1e6,
            "rows": 5,
            "weights": 9,
            "data": 0,
            "reading": 0,
            "ending": 0,
            "training": 3 * MIB,
            "allowed": MIB,
        }
        scaling = {"machine": machine, "sweeps": {"rows": {"10": point, "20": {**point, "rate": 5e5}}}}
        rates = {"numba network": 30.0, "numba whole": 20.0, "onnx 1": 10.0, "onnx all": 16.0}
        inference = {"machine": machine, "rows": 7, "rates": rates, "versions": {}, "fastest": 9.0}
        inference |= {"reading": 1.0, "writing": 2.0}
        text = page(throughput, scaling, inference)
        assert "+2 MiB (rows 10)" in text
        assert "time of a sample, 20 rows ÷ 10" in text
        assert "1.25" in goals_table(None, None, inference)


def test_components_below_the_floor_are_marked() -> None:
    results: dict[str, Any] = {"rounds": 3, "machine": machine() | {"date": "2026-01-01"}}
    results["components"] = [
        {"kind": "layer", "name": "slow", "rate": 99.6, "ratio": 0.49},
        {"kind": "layer", "name": "fast", "rate": 1000.0, "ratio": 0.5},
    ]
    text = page(None, None, None, None, results)
    assert "## Components" in text
    assert [line.count("below 0.5") for line in text.splitlines() if "| layer |" in line] == [1, 0]
    assert "1,000" in text


def test_every_component_has_a_network() -> None:
    names = [candidate.name for candidate in candidates()]
    assert {"relu", "layer_norm", "sgd", "huber"} <= set(names)
    for candidate in candidates():
        assert candidate.config(2)["training"]["compiled"] is True
