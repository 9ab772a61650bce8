"""Any sequence of calls, by two machines, does to the study what it does to a dictionary."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from nntrain.sweep.rows import SETTLED, Outcome, Plan
from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan

OUTCOMES = [finished(), finished(0.25), Outcome("failed", reason="diverged"), Outcome("pruned", 1.0)]
PLANS = st.builds(plan, st.integers(0, 4), st.integers(0, 1), st.integers(0, 1), st.sampled_from("uvwxy"))
RUNS = st.integers(1, 12)
OWNERS = st.sampled_from("ab")
LEASES = st.sampled_from([-1.0, 3600.0])

_names = itertools.count()


@dataclass
class Model:
    """A row as it ought to be; ``owner`` is the last one."""

    plan: Plan
    state: str = "waiting"
    owner: str = ""
    lapsed: bool = False
    attempts: int = 0
    outcome: Outcome | None = None

    @property
    def place(self) -> tuple[int, int, int]:
        return self.plan.number, self.plan.repeat, self.plan.fold

    def leave(self, owner: str, state: str, outcome: Outcome | None) -> bool:
        if self.owner != owner:
            return False
        if self.state == "running":
            self.state, self.outcome = state, outcome
            return True
        return (self.state, self.outcome) == (state, outcome)


class Machine(RuleBasedStateMachine):
    """Both machines use the same sweep; ``stores[1]`` only ever looks at what changed."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        name = f"sweep {next(_names)}"
        self.stores = [Store.open(self.url, name), Store.open(self.url, name)]
        self.model: dict[int, Model] = {}
        self.seen: dict[int, object] = {}

    def teardown(self) -> None:
        for store in self.stores:
            store.close()

    def ids(self, positions: Collection[int]) -> list[int]:
        return [run for position, run in enumerate(sorted(self.model), 1) if position in positions]

    @rule(plans=st.lists(PLANS, max_size=4), exclusively=st.booleans())
    def add(self, plans: list[Plan], exclusively: bool) -> None:
        new: list[Plan] = []
        for one in plans:
            others = [*new, *(row.plan for row in self.model.values())]
            same = [o for o in others if (o.repeat, o.fold) == (one.repeat, one.fold)]
            if all(o.point != one.point and o.number != one.number for o in same):
                new.append(one)
        if exclusively:
            with self.stores[0].exclusive():
                assert self.stores[0].add(plans) == len(new)
        else:
            assert self.stores[0].add(plans) == len(new)
        for row in self.stores[1].rows():
            if row.id not in self.model:
                self.model[row.id] = Model(new.pop(new.index(row.plan)))
        assert not new

    @rule(owner=OWNERS, lease=LEASES, positions=st.sets(RUNS))
    def claim(self, owner: str, lease: float, positions: set[int]) -> None:
        among = self.ids(positions)
        rows = sorted((self.model[run].place, run) for run in among)
        free = [run for _, run in rows if self.is_free(run, owner)]
        row = self.stores[0].claim(owner, lease, among)
        assert (None if row is None else row.id) == next(iter(free), None)
        if row is not None:
            wanted = self.model[row.id]
            wanted.state, wanted.owner, wanted.lapsed = "running", owner, lease < 0
            wanted.attempts += 1

    def is_free(self, run: int, owner: str) -> bool:
        row = self.model[run]
        return row.state == "waiting" or (row.state == "running" and (row.lapsed or row.owner == owner))

    @rule(owner=OWNERS, lease=LEASES)
    def renew(self, owner: str, lease: float) -> None:
        held = {run for run, row in self.model.items() if (row.state, row.owner) == ("running", owner)}
        assert self.stores[0].renew(owner, lease) == held
        for run in held:
            self.model[run].lapsed = lease < 0

    @rule(position=RUNS, owner=OWNERS, outcome=st.sampled_from(OUTCOMES))
    def settle(self, position: int, owner: str, outcome: Outcome) -> None:
        for run in self.ids([position]):
            expected = self.model[run].leave(owner, outcome.state, outcome)
            assert self.stores[0].settle(run, owner, outcome) is expected

    @rule(position=RUNS, owner=OWNERS)
    def release(self, position: int, owner: str) -> None:
        for run in self.ids([position]):
            assert self.stores[0].release(run, owner) is self.model[run].leave(owner, "waiting", None)

    @rule()
    def release_all(self) -> None:
        running = [row for row in self.model.values() if row.state == "running"]
        assert self.stores[0].release_all() == len(running)
        for row in running:
            row.state = "waiting"

    @invariant()
    def the_rows_are_those_of_the_model(self) -> None:
        rows = self.stores[0].rows()
        assert [row.id for row in rows] == sorted(self.model, key=lambda run: self.model[run].place)
        for row in rows:
            expected = self.model[row.id]
            owner = expected.owner if expected.state == "running" else ""
            known = (expected.plan, expected.state, owner, expected.attempts, expected.outcome)
            assert (row.plan, row.state, row.owner, row.attempts, row.outcome) == known
            assert row.settled is (row.outcome is not None) is (row.state in SETTLED)
        self.seen |= {row.id: row for row in self.stores[1].changed()}
        assert self.seen == {row.id: row for row in rows}


def test_any_sequence_of_calls(url: str) -> None:
    machine = type("Machine", (Machine,), {"url": url})
    run_state_machine_as_test(machine, settings=settings(max_examples=12, stateful_step_count=25))
