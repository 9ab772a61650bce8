"""SIGKILL loses nothing: killed and resumed runs end in the bytes of undisturbed ones (100 times: tools/kill_runs.py)."""

from __future__ import annotations

from pathlib import Path

from tools.kill_runs import campaign


def test_runs_killed_at_random_moments_end_in_the_same_bytes(tmp_path: Path) -> None:
    runs, _ = campaign(tmp_path, kills=12, seed=1)
    assert runs >= 1
