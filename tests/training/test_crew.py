"""Pieces of work beside each other: all results, all waited for, the first error."""

from __future__ import annotations

import threading
import time
import warnings

import numpy as np
import pytest

from nntrain.training.crew import Crew


def test_results_come_in_order_and_all_run_at_once() -> None:
    crew, together = Crew(3), threading.Barrier(4, timeout=10)
    for _ in range(50):
        assert crew.run(lambda: together.wait() >= 0, [lambda: together.wait() >= 0] * 3) == [True] * 4
        assert crew.run(lambda: 0, [lambda: 1, lambda: 2, lambda: 3]) == [0, 1, 2, 3]
    crew.close()


def test_alone_it_needs_no_thread() -> None:
    crew, before = Crew(0), threading.active_count()
    assert crew.run(lambda: 7) == [7]
    assert threading.active_count() == before
    crew.close()


@pytest.mark.parametrize("here", [True, False])
def test_an_error_is_raised_once_the_others_have_ended(here: bool) -> None:
    crew, ended = Crew(1), []

    def fail() -> None:
        raise ZeroDivisionError("the work")

    def long() -> None:
        time.sleep(0.05)
        ended.append(True)

    with pytest.raises(ZeroDivisionError, match="the work"):
        crew.run(fail if here else long, [long if here else fail])
    assert ended
    assert crew.run(lambda: 1, [lambda: 2]) == [1, 2]
    crew.close()


def test_what_is_not_finite_warns_in_no_thread() -> None:
    crew = Crew(1)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("error")
        crew.run(lambda: None, [lambda: np.log(np.zeros(2))])
    crew.close()


def test_nothing_runs_once_it_is_closed() -> None:
    crew = Crew(1)
    crew.close()
    with pytest.raises(RuntimeError):
        crew.run(lambda: 1, [lambda: 2])
