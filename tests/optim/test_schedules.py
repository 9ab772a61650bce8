"""What every schedule promises, and each by its formula."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, strategies as st

from nntrain.optim import Observer, Progress, Schedule, schedules
from tests.references.settings import cases, required, title

every_schedule = pytest.mark.parametrize(("name", "settings"), cases(schedules), ids=title)


def moments(epochs: int = 12, steps: int = 5) -> list[Progress]:
    """Every step of a run."""
    return [Progress(i / steps, epochs, 1 / steps) for i in range(epochs * steps)]


def make(name: str, **settings: Any) -> Schedule:
    schedule: Schedule = schedules.build(name, **settings)
    return schedule


def rates(schedule: Schedule, progress: list[Progress] | None = None) -> list[float]:
    return [schedule(moment) for moment in progress or moments()]


OBSERVERS = [case for case in cases(schedules) if isinstance(schedules.build(case[0], **case[1]), Observer)]


class TestContract:
    @every_schedule
    def test_it_is_a_function_of_progress_alone(self, name: str, settings: dict[str, Any]) -> None:
        schedule = make(name, **settings)
        forwards = rates(schedule)
        assert rates(schedule, moments()[::-1])[::-1] == forwards
        assert rates(make(name, **settings)) == forwards

    @every_schedule
    @pytest.mark.parametrize(("epochs", "steps"), [(1, 1), (1, 7), (12, 5), (3, 3), (200, 1)])
    def test_it_is_a_factor_from_0_to_1(self, name: str, settings: dict[str, Any], epochs: int, steps: int) -> None:
        run = [*moments(epochs, steps), Progress(epochs, epochs, 1 / steps)]
        found = rates(make(name, **settings), run)
        assert all(type(rate) is float for rate in found)
        assert 0.0 <= min(found) <= max(found) <= 1.0

    @every_schedule
    def test_progress_stays_as_it_was(self, name: str, settings: dict[str, Any]) -> None:
        progress = Progress(6.5, 12, 0.2)
        make(name, **settings)(progress)
        assert progress == Progress(6.5, 12, 0.2)

    @pytest.mark.parametrize(("name", "settings"), OBSERVERS, ids=title)
    def test_counters_are_all_that_a_resumed_run_needs(self, name: str, settings: dict[str, Any]) -> None:
        figures = [1.0, 0.9, 0.9, 0.95, 0.9, 0.8, 0.9, 0.9, 0.9, 0.9, 0.7, 0.7, 0.8] * 3
        straight, first, second = (make(name, **settings) for _ in range(3))
        assert isinstance(straight, Observer)
        assert isinstance(first, Observer)
        assert isinstance(second, Observer)
        for figure in figures[:17]:
            first.observe(figure)
        second.counters.update(first.counters)
        for figure in figures:
            straight.observe(figure)
        for figure in figures[17:]:
            second.observe(figure)
        assert second.counters == straight.counters
        assert second(Progress(6.5, 12)) == straight(Progress(6.5, 12))

    @every_schedule
    @pytest.mark.parametrize(("warmup", "epochs"), [(3.0, 12), (0.5, 4), (4.0, 4), (9.0, 4)])
    def test_warm_up_stands_in_front_of_it(
        self, name: str, settings: dict[str, Any], warmup: float, epochs: int
    ) -> None:
        warmed, bare = (
            make("warmup", epochs=warmup, then={name: settings} if settings else name),
            make(name, **settings),
        )
        for moment in moments(epochs):
            if moment.epoch < warmup:
                assert warmed(moment) == pytest.approx(min((moment.epoch + moment.step) / warmup, 1.0))
            else:
                assert warmed(moment) == bare(Progress(moment.epoch - warmup, epochs - warmup, moment.step))

    @pytest.mark.parametrize("name", schedules.names)
    def test_it_needs_no_settings(self, name: str) -> None:
        assert required(schedules[name]) == {}


class TestFormulas:
    def test_constant(self) -> None:
        assert set(rates(make("constant"))) == {1.0}

    @given(st.floats(0, 300), st.integers(1, 50), st.floats(0, 0.99))
    def test_step(self, epoch: float, every: int, factor: float) -> None:
        expected = 1.0
        for _ in range(int(epoch // every)):
            expected *= factor
        assert make("step", every=every, factor=factor)(Progress(epoch, 300)) == pytest.approx(
            expected, rel=1e-12, abs=1e-300
        )

    def test_step_changes_at_whole_multiples(self) -> None:
        schedule = make("step", every=3, factor=0.5)
        assert [schedule(Progress(t, 12)) for t in (0, 2.9999999, 3, 5.9999999, 6, 9)] == [1, 1, 0.5, 0.5, 0.25, 0.125]

    @given(st.floats(0, 300), st.floats(1e-6, 5))
    def test_exponential(self, epoch: float, alpha: float) -> None:
        assert make("exponential", alpha=alpha)(Progress(epoch, 300)) == math.exp(-alpha * epoch)

    @given(st.floats(0, 1), st.floats(1, 1000), st.floats(0, 1))
    def test_cosine(self, share: float, epochs: float, final: float) -> None:
        rate = make("cosine", final=final)(Progress(share * epochs, epochs))
        assert rate == pytest.approx(final + (1 - final) * math.cos(math.pi * share / 2) ** 2, abs=1e-12)
        assert 0.0 <= rate <= 1.0

    def test_cosine_ends_at_its_final_share(self) -> None:
        schedule = make("cosine", final=0.1)
        assert [schedule(Progress(t, 10)) for t in (0, 5, 10)] == pytest.approx([1.0, 0.55, 0.1])
        assert schedule(Progress(11, 10)) == pytest.approx(0.1)  # a run that was made longer

    def test_warm_up_rises_by_equal_steps_from_above_zero_to_one(self) -> None:
        found = rates(make("warmup", epochs=2), moments(4, 4))
        assert found[:8] == pytest.approx([1 / 8, 2 / 8, 3 / 8, 4 / 8, 5 / 8, 6 / 8, 7 / 8, 1.0])
        assert set(found[8:]) == {1.0}

    def test_warm_up_of_a_warm_up(self) -> None:
        nested = make("warmup", epochs=1, then={"warmup": {"epochs": 1, "then": "cosine"}})
        assert [nested(Progress(t, 4)) for t in (0.5, 1.5, 2.0, 3.0)] == pytest.approx([0.5, 0.5, 1.0, 0.5])

    def test_warm_up_passes_results_on(self) -> None:
        schedule = make("warmup", epochs=2, then={"plateau": {"patience": 1, "factor": 0.5}})
        assert isinstance(schedule, Observer)
        assert [schedule.observe(1.0) for _ in range(4)] == [False, False, False, True]  # none counts while it warms up
        assert schedule(Progress(3, 4)) == 0.5
        assert schedule.counters["factor"] == 0.5

    def test_warm_up_of_a_function_has_nothing_to_observe(self) -> None:
        schedule = make("warmup", epochs=1, then="cosine")
        assert isinstance(schedule, Observer)
        assert not any(schedule.observe(1.0) for _ in range(5))
        assert set(schedule.counters) == {"warm_up_epochs"}
