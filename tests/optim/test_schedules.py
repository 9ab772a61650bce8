"""What every schedule promises; one that is registered joins by itself."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from nntrain.optim import Observer, Progress, Schedule, schedules, steady
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

    @every_schedule
    def test_a_steady_one_does_not_change_inside_an_epoch(self, name: str, settings: dict[str, Any]) -> None:
        schedule = make(name, **settings)
        inside = [{schedule(moment) for moment in moments(40, 7) if moment.epoch // 1 == epoch} for epoch in range(40)]
        assert steady(schedule) == all(len(found) == 1 for found in inside)

    @every_schedule
    @given(start=st.floats(0, 12), width=st.floats(1e-9, 1e-6))
    def test_it_has_no_jumps_where_it_should_have_none(
        self, name: str, settings: dict[str, Any], start: float, width: float
    ) -> None:
        """Restarts and steps jump; at the end of a warm-up the rate is already that of the next step."""
        schedule = make(name, **settings)
        near = [schedule(Progress(epoch, 12)) for epoch in (start, start + width)]
        assert name in JUMPING or abs(near[1] - near[0]) < 1e-4

    @every_schedule
    def test_it_goes_on_after_an_interruption_as_if_there_had_been_none(
        self, name: str, settings: dict[str, Any]
    ) -> None:
        straight, resumed = make(name, **settings), make(name, **settings)
        run = moments(20, 3)
        assert rates(straight, run)[37:] == rates(resumed, run[37:])


JUMPING = {"step", "cosine_restarts"}


def test_which_are_steady() -> None:
    assert {name for name in schedules.names if steady(make(name))} == {"constant", "step", "plateau"}
    assert steady(make("step", every=3))
    assert not steady(make("warmup", epochs=2))


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("step", "every", 0),
        ("step", "factor", 1.0),
        ("exponential", "alpha", 0.0),
        ("inverse_time", "alpha", -1.0),
        ("polynomial", "power", 0.0),
        ("polynomial", "final", 1.1),
        ("cosine", "final", -0.1),
        ("flat_cosine", "flat", 1.0),
        ("cosine_restarts", "cycles", 0),
        ("cosine_restarts", "cycles", 101),
        ("cosine_restarts", "growth", 0.5),
        ("cosine_restarts", "growth", 11.0),
        ("one_cycle", "peak", 0.0),
        ("one_cycle", "peak", 1.0),
        ("one_cycle", "start", 2.0),
        ("warmup", "epochs", 0.0),
    ],
)
def test_settings_out_of_range_are_refused(name: str, key: str, value: float) -> None:
    with pytest.raises(ValidationError, match=key):
        make(name, **{key: value})
