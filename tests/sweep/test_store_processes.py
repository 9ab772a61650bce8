"""The study under many processes at once, and under SIGKILL."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan

ROOT = Path(__file__).resolve().parents[2]
RUNS = 200

TAKE_ALL = """
import json, sys, threading
from nntrain.sweep.store import Store
from tests.sweep.plans import finished, plan

url, name, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
taken = []

def take(owner):
    while row := store.claim(owner, 60.0, wanted):
        assert store.settle(row.id, owner, finished(row.plan.number))
        taken.append(row.id)

print("ready", flush=True)
sys.stdin.readline()
store = Store.open(url, "sweep")
with store.exclusive():
    first = not store.rows()
    added = store.add([plan(number) for number in range(runs)])
assert added == (runs if first else 0), added
wanted = [row.id for row in store.rows()]
threads = [threading.Thread(target=take, args=(f"{name}:{number}",)) for number in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
store.close()
print(json.dumps(taken), flush=True)
"""
"""Opens the study, plans it, and runs what is left of it in three threads: a process of which there are many."""

SETTLE = """
import os, sys
from nntrain.sweep.store import Store
from tests.sweep.plans import finished

store, owner = Store.open(sys.argv[1], "sweep"), sys.argv[2]
waiting = [row.id for row in store.rows() if not row.settled]
while row := store.claim(owner, 60.0, waiting[:10]):
    waiting.remove(row.id)
    assert store.settle(row.id, owner, finished(row.plan.number))
    os.write(1, f"{row.id}\\n".encode())
"""
"""Settles runs, and says so after each, until it is killed."""


def begin(code: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_many_at_once_make_the_study_and_share_its_runs(url: str) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(begin(TAKE_ALL, url, f"p{number}", str(RUNS))) for number in range(3)]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        answers = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    taken = [run for answer in answers for run in json.loads(answer)]
    assert len(taken) == len(set(taken)) == RUNS
    store = Store.open(url, "sweep")
    assert sorted(taken) == [row.id for row in store.rows()]
    assert [(row.plan.number, row.state, row.attempts, row.outcome) for row in store.rows()] == [
        (number, "finished", 1, finished(number)) for number in range(RUNS)
    ]
    store.close()


def test_what_was_acknowledged_outlives_a_kill(url: str, tmp_path: Path) -> None:
    draws = random.Random(0)
    store = Store.open(url, "sweep")
    store.add([plan(number) for number in range(5000)])
    acknowledged: set[int] = set()
    for sitting in range(2):
        with begin(SETTLE, url, f"sitting {sitting}") as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(draws.uniform(0.05, 0.2))
            process.kill()
            told = (first + process.stdout.read()).splitlines(keepends=True)
        acknowledged |= {int(line) for line in told if line.endswith("\n")}
        rows = {row.id: row for row in store.rows()}
        assert all(rows[run].outcome == finished(rows[run].plan.number) for run in acknowledged)
        assert sum(row.settled for row in rows.values()) - len(acknowledged) <= sitting + 1
        assert store.release_all() <= 1
    assert len(acknowledged) > 10
    store.close()
    if "://" not in url:
        connection = sqlite3.connect(url)
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()


def test_nobody_else_is_within_exclusive(url: str) -> None:
    begun, order = threading.Event(), list[str]()

    def second() -> None:
        begun.set()
        with other.exclusive():
            order.append(f"second sees {len(other.rows())}")
            other.add([plan(number) for number in range(3)])

    store, other = Store.open(url, "sweep"), Store.open(url, "sweep")
    thread = threading.Thread(target=second)
    with store.exclusive():
        order.append("first")
        with store.exclusive():
            store.add([plan(0)])
        thread.start()
        begun.wait(10)
        time.sleep(0.2)
        store.add([plan(1)])
        order.append(f"first sees {len(store.changed())}")
    thread.join(10)
    assert order == ["first", "first sees 2", "second sees 2"]
    assert [row.plan.number for row in store.changed()] == [2]
    store.close()
    other.close()
