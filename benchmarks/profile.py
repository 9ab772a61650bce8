"""Where a training step's time goes: `python -m benchmarks.profile CASE [--epochs 5] [--without-numba]`.

Runs `fit` twice on the case, untouched and with clocks around the methods of layers, loss, penalties and optimizer; of a
compiled program it times ever longer beginnings.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from benchmarks.cases import CASES, Case
from benchmarks.markdown import table
from benchmarks.our_config import has_numba, without_numba, write_config

if TYPE_CHECKING:
    from nntrain.assemble import Prepared
    from nntrain.training.events import Event


class Clocks:
    """Seconds and calls of each part, by its label, in the order of first use."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def around(self, function: Callable[..., Any], label: str) -> Callable[..., Any]:
        """The function, timed."""
        self.seconds[label] = 0.0

        def timed(*arguments: Any, **settings: Any) -> Any:
            began = time.perf_counter()
            result = function(*arguments, **settings)
            self.seconds[label] += time.perf_counter() - began
            return result

        return timed

    def forget(self) -> None:
        """Begin anew: what came before was compiling and warming up."""
        self.seconds = dict.fromkeys(self.seconds, 0.0)

    def wrap(self, owner: object, method: str, label: str) -> None:
        """Put a clock around a method of one object; frozen ones too."""
        if hasattr(owner, method):
            object.__setattr__(owner, method, self.around(getattr(owner, method), label))


class TimedStep:
    """A training step, timed as a whole."""

    def __init__(self, step: Any, clocks: Clocks) -> None:
        self._step, self._call = step, clocks.around(step, STEP)

    def __call__(self, *arguments: Any) -> Any:
        """Train on one batch."""
        return self._call(*arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)


STEP, REST_OF_STRETCH = "the whole step", "gathering batches"


def clocks_on(prepared: Prepared) -> Clocks:
    """Put clocks around everything that a step calls; of a batch that threads share, around the first one's part."""
    clocks, job = Clocks(), prepared.job
    step, network = job.step, job.step.network
    stages = [(f"{number}.{type(stage).__name__}", stage) for number, stage in enumerate(network.stages, start=1)]
    for name, stage in stages:
        clocks.wrap(stage, "forward", f"{name} forward")
    clocks.wrap(step.loss, "value_and_gradient", "loss and its gradient")
    for position, (name, stage) in reversed(list(enumerate(stages))):
        clocks.wrap(stage, "backward" if position else "gradients", f"{name} backward")
    clocks.wrap(step.regularization, "apply", "penalties, clipping")
    clocks.wrap(step, "_finite_gradient", "is the gradient finite?")
    clocks.wrap(step.optimizer, "update", f"{type(step.optimizer).__name__} update")
    steps: Any = job.steps
    steps.step = TimedStep(step, clocks)
    clocks.wrap(steps, "run", REST_OF_STRETCH)
    return clocks


def trained(config: Path, out: Path, *, timed: bool) -> tuple[float, Clocks | None]:
    """Seconds of a step, the mean over all epochs but the first, and the clocks where steps run one by one."""
    from nntrain.api.train import train
    from nntrain.assemble import prepare
    from nntrain.spec import load_spec
    from nntrain.training.events import EpochEnded
    from nntrain.training.run_folder import RunFolder
    from nntrain.training.steps import OneByOne

    prepared = prepare(load_spec(config))
    clocks = clocks_on(prepared) if timed and isinstance(prepared.job.steps, OneByOne) else None

    def warmed_up(event: Event) -> None:
        if clocks is not None and isinstance(event, EpochEnded) and event.record["epoch"] == 1:
            clocks.forget()

    run = train(prepared, RunFolder.create(out, config.stem), listeners=[warmed_up])
    steps = prepared.job.batches.count
    return statistics.mean(record["seconds"] / steps for record in run.history[1:]), clocks


def profile(case: Case, epochs: int) -> str:
    """A table of the parts: microseconds of a step, and their share."""
    with tempfile.TemporaryDirectory() as name:
        config = write_config(case, Path(name), epochs + 1, compiled=has_numba())
        plain, _ = trained(config, Path(name) / "plain", timed=False)
        timed, clocks = trained(config, Path(name) / "timed", timed=True)
        parts = parts_of_program(config, epochs) if clocks is None else parts_of_steps(clocks, epochs * case.steps)
    parts["the rest: the loop, events, history, checkpoints"] = timed - sum(parts.values())
    rows = [[label, f"{seconds * 1e6:,.1f}", f"{seconds / timed:.1%}"] for label, seconds in parts.items()]
    rows.append(["with clocks", f"{timed * 1e6:,.1f}", "100.0%"])
    rows.append(["untouched", f"{plain * 1e6:,.1f}", f"{case.batch / plain:,.0f} samples/s"])
    return table([f"{case.name}: {case.notation}, {case.batch}", "µs a step", "share"], rows)


def parts_of_steps(clocks: Clocks, steps: int) -> dict[str, float]:
    """Seconds of each part of a step, by the clocks."""
    parts = {label: seconds / steps for label, seconds in clocks.seconds.items()}
    step, stretch = parts.pop(STEP), parts.pop(REST_OF_STRETCH)
    inside = sum(parts.values())
    return {REST_OF_STRETCH: stretch - step, **parts, "the rest of the step: other shares, their sum": step - inside}


def parts_of_program(config: Path, rounds: int) -> dict[str, float]:
    """Seconds of each instruction: what a step takes longer with it than without it and all behind it."""
    from nntrain.assemble import prepare
    from nntrain.kernels.instructions import Op
    from nntrain.kernels.threads import blas_threads
    from nntrain.optim.rule import NOTHING
    from nntrain.spec import load_spec
    from nntrain.training.steps import Stretch

    prepared = prepare(load_spec(config))
    job, steps = prepared.job, cast(Any, prepared.job.steps)
    machine = steps.machine
    stretch = Stretch(job.batches.order(0), job.batches.bounds, [1e-9] * job.batches.count, 1)
    code, rule, *others = machine.given
    versions = [(code[:count], NOTHING.numbers(0), *others) for count in range(len(code) + 1)]
    versions.append((code, rule, *others))
    seconds: list[list[float]] = [[] for _ in versions]
    with blas_threads(1):
        for _ in range(rounds + 1):
            for version, taken in zip(versions, seconds, strict=True):
                machine.given = version
                began = time.perf_counter()
                machine.run(job.train, stretch)
                taken.append((time.perf_counter() - began) / job.batches.count)
    machine.close()
    medians = [statistics.median(taken[1:]) for taken in seconds]
    labels = ["reading instructions, meeting"]
    labels += [
        f"{number}. {Op(at['op']).name.lower()} {at['n'] or ''} {at['m'] or ''}" for number, at in enumerate(code)
    ]
    labels.append(f"update: {type(job.step.optimizer).__name__}")
    return dict(zip(labels, [medians[0], *(b - a for a, b in itertools.pairwise(medians))], strict=True))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--without-numba", action="store_true", help="as if Numba were not installed")
    options = parser.parse_args()
    if options.without_numba:
        without_numba()
    print(profile(CASES[options.case], options.epochs))


if __name__ == "__main__":
    main()
