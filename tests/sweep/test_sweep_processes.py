"""Whole sweeps from the command line: killed, interrupted, shared by machines, failing."""

from __future__ import annotations

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.runs import comparable
from tests.sweep.sweeps import BASE, GRID, write_sweep
from tools.kill_sweeps import differences, disturb, finish, rows_of, sweep_command

SLOWER = BASE.replace("epochs: 4", "epochs: 60, checkpoint_every_steps: 20").replace("rows: 90", "rows: 600")
"""Runs of some tenths of a second."""


def run(grid: Path, out: Path, *options: str, workers: int = 2) -> subprocess.CompletedProcess[str]:
    """A sweep to its end."""
    command = sweep_command(grid, out, workers, *options)
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=quiet())


def quiet(**more: str) -> dict[str, str]:
    return {**{key: value for key, value in os.environ.items() if key != "NNTRAIN_STORAGE"}, **more}


@contextmanager
def running(grid: Path, out: Path, *options: str, workers: int = 1) -> Iterator[subprocess.Popen[str]]:
    """A sweep under way, which is killed in the end."""
    command = sweep_command(grid, out, workers, *options)
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=quiet())
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def trials(out: Path) -> list[dict[str, str]]:
    with (out / "trials.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def wait_for(condition: Any, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.02)


def test_a_sweep_whose_processes_are_killed_ends_in_the_bytes_of_an_undisturbed_one(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, GRID.replace("[0.01, 0.1]", "[0.005, 0.01, 0.1]"), SLOWER)
    finish(sweep_command(grid, tmp_path / "undisturbed", 2))
    deaths = disturb(sweep_command(grid, tmp_path / "disturbed", 2), 4, random.Random(1))
    assert deaths.workers + deaths.coordinators == 4
    assert differences(grid, tmp_path / "undisturbed", tmp_path / "disturbed") == []
    assert len(rows_of(grid, tmp_path / "disturbed")) == 9


def test_the_number_of_workers_changes_nothing(tmp_path: Path) -> None:
    text = """
base: base.yaml
search: {tpe: {startup: 4}}
trials: 10
parallel: 3
pruning: median
space: {optimizer.adam.lr: {log: [0.001, 1]}, architecture.hidden: [[4], [8]]}
"""
    grid = write_sweep(tmp_path, text)
    for workers in (1, 3):
        assert run(grid, tmp_path / str(workers), workers=workers).returncode == 0
    assert differences(grid, tmp_path / "1", tmp_path / "3") == []


def test_a_search_that_learns_gives_the_same_points_when_it_is_killed(tmp_path: Path) -> None:
    text = """
base: base.yaml
search: {tpe: {startup: 4}}
trials: 8
space: {optimizer.adam.lr: {log: [0.001, 1]}, training.batch_size: [8, 16, 32]}
"""
    grid = write_sweep(tmp_path, text, SLOWER)
    finish(sweep_command(grid, tmp_path / "whole", 1))
    disturb(sweep_command(grid, tmp_path / "killed", 1), 2, random.Random(2))
    assert differences(grid, tmp_path / "whole", tmp_path / "killed") == []


def test_ctrl_c_saves_and_the_same_command_goes_on(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, GRID, SLOWER.replace("epochs: 60", "epochs: 120"))
    out = tmp_path / "out"
    with running(grid, out, workers=2) as process:
        wait_for(lambda: list(out.glob("trials/*/last.safetensors")))
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "stopped by signal; everything is saved\ngo on with: nntrain sweep" in errors
    assert "Traceback" not in errors
    again = run(grid, out)
    assert again.returncode == 0, again.stderr
    assert [trial["state"] for trial in trials(out)] == ["finished"] * 6
    finish(sweep_command(grid, tmp_path / "whole", 2))
    assert differences(grid, tmp_path / "whole", out) == []


def test_a_second_command_on_the_same_folder_is_refused(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, GRID, SLOWER.replace("epochs: 60", "epochs: 2000"))
    out = tmp_path / "out"
    with running(grid, out):
        wait_for((out / "study.db").exists)
        other = run(grid, out)
    assert other.returncode == 6
    assert other.stderr.strip() == f"{out}: error: another process runs this sweep"


def test_a_finished_sweep_runs_nothing_again(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path)
    first = run(grid, tmp_path / "out", "--json")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("out/trials/*/*")}
    second = run(grid, tmp_path / "out", "--json")
    assert (first.returncode, second.returncode) == (0, 0)
    assert json.loads(first.stdout) == json.loads(second.stdout)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("out/trials/*/*")} == before


def test_a_grid_that_grew_runs_only_what_is_new(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run(write_sweep(tmp_path), out).returncode == 0
    before = {path: path.stat().st_mtime_ns for path in out.glob("trials/*/last.safetensors")}
    assert run(write_sweep(tmp_path, GRID.replace("[8, 16, 32]", "[64, 8, 16, 32]")), out).returncode == 0
    after = {path: path.stat().st_mtime_ns for path in out.glob("trials/*/last.safetensors")}
    assert len(trials(out)) == len(after) == 8
    assert {path: after[path] for path in before} == before
    assert {row["training.batch_size"] for row in trials(out) if int(row["trial"]) >= 6} == {"64"}


RELU = BASE.replace("tanh", "relu")
DIVERGING = "base: base.yaml\nspace:\n  optimizer: [{sgd: {lr: 0.01}}, {sgd: {lr: 1e+30}}, {sgd: {lr: 1e+33}}, adam]\n"


def test_a_run_that_diverges_is_a_row_with_its_reason(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, DIVERGING, RELU)
    ended = run(grid, tmp_path / "out", "--json")
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["trials"] == {"finished": 2, "failed": 2, "pruned": 0}
    failed = [row for row in trials(tmp_path / "out") if row["state"] == "failed"]
    assert len(failed) == 2
    assert all("training diverged" in row["reason"] for row in failed)


@pytest.mark.parametrize(("more", "option"), [("max_failures: 1\n", ()), ("", ("--fail-fast",))])
def test_too_many_failures_end_with_7(tmp_path: Path, more: str, option: tuple[str, ...]) -> None:
    ended = run(write_sweep(tmp_path, DIVERGING + more, RELU), tmp_path / "out", *option, workers=1)
    assert ended.returncode == 7
    assert "failed (" in ended.stderr.splitlines()[-1]
    assert (tmp_path / "out" / "trials.csv").exists()


def test_data_that_are_not_there_end_at_once(tmp_path: Path) -> None:
    base = BASE.replace("{spirals: {rows: 90, noise: 0.05, classes: 3}}", "missing.csv")
    ended = run(write_sweep(tmp_path, GRID, base), tmp_path / "out")
    assert ended.returncode == 3
    assert "missing.csv" in ended.stderr
    assert not list(tmp_path.glob("out/trials/*"))


def test_folds_and_repeats_end_in_one_value_for_a_point(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, GRID.replace("[8, 16, 32]", "[16]") + "folds: 3\nrepeats: 2\n")
    ended = run(grid, tmp_path / "out", "--json")
    assert ended.returncode == 0, ended.stderr
    rows, best = trials(tmp_path / "out"), json.loads(ended.stdout)["best"]
    assert len(rows) == 12
    mine = [
        float(row["objective"])
        for row in rows
        if json.loads(row["optimizer.adam.lr"]) == best["params"]["optimizer.adam.lr"]
    ]
    assert best["value"] == pytest.approx(sum(mine) / 6)
    assert len({row["seed"] for row in rows}) == 4


class TestPostgreSQL:
    """Commands that share a study, as on several machines: each has a folder of its own."""

    TEXT = GRID.replace("[0.01, 0.1]", "[0.002, 0.005, 0.01, 0.05, 0.1]") + "lease: 1.5\n"

    def test_machines_that_die_leave_their_runs_to_others(self, tmp_path: Path, postgres_url: str) -> None:
        grid = write_sweep(tmp_path, self.TEXT, SLOWER)
        outs = [tmp_path / f"machine-{number}" for number in range(4)]
        processes = [self.start(grid, out, postgres_url) for out in outs]
        try:
            for victim, out in zip(processes[:2], outs[:2], strict=True):
                wait_for(lambda out=out: list(out.glob("trials/*/*.safetensors")))
                self.kill_all(victim)
            for process in processes[2:]:
                _, errors = process.communicate(timeout=120)
                assert process.returncode == 0, errors
        finally:
            for process in processes:
                self.kill_all(process)
                process.communicate()
        for out in outs[2:]:
            assert [row["state"] for row in trials(out)] == ["finished"] * 15
        ran = [path.name for out in outs for path in out.glob("trials/*") if (path / "summary.json").exists()]
        assert len(ran) == len(set(ran)), "a run was made twice"
        alone = tmp_path / "alone"
        finish(sweep_command(grid, alone, 2))
        for out in outs:
            for path in out.glob("trials/*/summary.json"):
                assert comparable(path.parent) == comparable(alone / "trials" / path.parent.name)

    @staticmethod
    def start(grid: Path, out: Path, url: str) -> subprocess.Popen[str]:
        command = sweep_command(grid, out, 1)
        environment = quiet(NNTRAIN_STORAGE=url)
        pipe = subprocess.PIPE
        return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True)

    @staticmethod
    def kill_all(process: subprocess.Popen[str]) -> None:
        """Kill a coordinator and its workers, as a machine dies."""
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        family = [int(child) for child in children.read_text().split()] if children.exists() else []
        for member in [process.pid, *family]:
            try:
                os.kill(member, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def test_a_password_is_never_shown(self, tmp_path: Path) -> None:
        grid = write_sweep(tmp_path, self.TEXT)
        ended = run(grid, tmp_path / "out", "--storage", "postgresql://me:sesame@127.0.0.1:9/study")
        assert ended.returncode == 6
        assert "sesame" not in ended.stdout + ended.stderr
        assert "127.0.0.1" in ended.stderr


def test_workers_of_a_killed_coordinator_leave(tmp_path: Path) -> None:
    grid = write_sweep(tmp_path, GRID, SLOWER.replace("epochs: 60", "epochs: 5000"))
    with running(grid, tmp_path / "out", workers=2) as process:
        wait_for(lambda: len(list(tmp_path.glob("out/trials/*/last.safetensors"))) == 2)
        workers = [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
        process.kill()
        process.wait()
        wait_for(lambda: not any(alive(worker) for worker in workers), 20)
    assert len(workers) == 2


def alive(process: int) -> bool:
    """Whether a process is there, and no zombie."""
    status = Path(f"/proc/{process}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_help_needs_no_search_library() -> None:
    code = "import sys; from nntrain.cli import main\ntry: main(['sweep', '--help'])\nexcept SystemExit: pass\nprint(sorted({'optuna', 'sqlalchemy', 'numpy', 'scipy'} & set(sys.modules)))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
