"""The first signal is noted, the second ends the process, even in the middle of one long operation of NumPy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from nntrain.training.signals import Interrupts

LONG = """
import sys
import numpy as np
from nntrain.training.signals import Interrupts
a = np.ones((4000, 4000))
with Interrupts():
    print("ready", flush=True)
    for _ in range(100):
        np.linalg.svd(a)
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_is_noted_and_the_handlers_come_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with Interrupts() as interrupts:
        os.kill(os.getpid(), number)
        assert interrupts.received == number
    assert signal.getsignal(number) is before
    assert signal.set_wakeup_fd(-1) == -1


def test_the_second_leaves_at_once_even_inside_one_long_operation() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", LONG]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as running:
        assert running.stdout is not None
        assert running.stdout.readline() == b"ready\n"
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        time.sleep(0.1)
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        assert running.wait(timeout=3) == 130


def test_outside_the_main_thread_nothing_is_touched() -> None:
    before = signal.getsignal(signal.SIGINT)
    found: list[object] = []

    def enter() -> None:
        with Interrupts():
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert found == [before]
