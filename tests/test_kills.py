"""SIGKILL loses nothing: killed and resumed runs end in the bytes of undisturbed ones (100 times: tools/kill_runs.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.kill_runs import campaign


@pytest.mark.parametrize("large", [False, True])
def test_runs_killed_at_random_moments_end_in_the_same_bytes(tmp_path: Path, large: bool) -> None:
    runs, _ = campaign(tmp_path, kills=6 if large else 12, seed=1, large=large)
    assert runs >= 1
