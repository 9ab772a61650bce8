"""Compiled kernels are kept in the user's own folder, for this version alone, and a first run says that it compiles."""

from __future__ import annotations

import itertools
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.references.numba import HIDDEN, needs_numba
from tests.runs import write_config

if not HIDDEN:
    from nntrain.kernels.compiled.cache import cache_folder, is_marked, mark
    from nntrain.kernels.compiled.twin import is_sealed

pytestmark = needs_numba

MOONS = "data: {train: moons, target: label}\narchitecture: {hidden: [8]}\ntraining: {epochs: 2, compiled: true}\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_folder_is_closed_to_others_and_names_the_versions(home: Path) -> None:
    folder = cache_folder("9.9")
    assert folder is not None
    assert folder.is_relative_to(home / "cache" / "nntrain")
    assert "9.9" in folder.name
    assert stat.S_IMODE(folder.stat().st_mode) & 0o077 == 0
    assert cache_folder("9.8") != folder
    assert not is_marked(folder, "stages")
    mark(folder, "stages")
    assert is_marked(folder, "stages")


def test_a_folder_that_others_can_write_is_not_used(home: Path) -> None:
    folder = cache_folder("9.9")
    assert folder is not None
    folder.chmod(0o777)  # what the test is about
    assert cache_folder("9.9") is None


def test_no_folder_is_no_error(home: Path) -> None:
    (home / "cache").write_text("a file where the folder should be")
    assert cache_folder("9.9") is None
    mark(None, "stages")
    assert not is_marked(None, "stages")


def test_a_first_run_says_that_it_compiles_and_a_second_does_not(home: Path) -> None:
    """Nor does the second one load what only compiling needs (Numba's polynomials among it): half of Numba's start."""
    config = write_config(home, MOONS)
    command = [sys.executable, "-X", "importtime", "-m", "nntrain", "fit", str(config), "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = [
        subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, check=True).stderr
        for _ in range(2)
    ]
    assert ["kernels are being compiled" in text for text in said] == [True, False]
    assert ["numba.np.polynomial" in text for text in said] == [True, False]


def test_kept_kernels_need_nothing_of_numba_s_runtime(home: Path) -> None:
    """Setting it up compiles: 19 MiB, for nothing."""
    config = write_config(home, MOONS)
    code = f"""
import nntrain
from numba.core.runtime import rtsys
nntrain.fit({str(config)!r}, out="run")
assert not rtsys._init
"""
    command = [sys.executable, "-m", "nntrain", "fit", str(config), "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, cwd=home, env=environment, check=True, capture_output=True)
    subprocess.run([sys.executable, "-c", code], cwd=home, env=environment, check=True)
    kept = list((home / "cache").rglob("*.nbc"))
    assert kept
    assert not [path.name for path in kept if b"NRT_" in path.read_bytes()]


def test_the_caches_of_others_stay_where_they_are(home: Path) -> None:
    """A program that imports nntrain may compile and keep functions of its own."""
    (home / "theirs.py").write_text("import numba\n\n@numba.njit(cache=True)\ndef twice(x):\n    return 2 * x\n")
    code = "import nntrain\nnntrain.fit('run.yaml', out='run')\nimport theirs\nassert theirs.twice(3) == 6\n"
    write_config(home, MOONS)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(home), *sys.path])}
    subprocess.run([sys.executable, "-c", code], cwd=home, env=environment, check=True)
    assert [path.parent for path in home.rglob("theirs.twice*.nbi")] == [home / "__pycache__"]
    assert list((home / "cache" / "nntrain").rglob("*.nbi"))


def one_bit_changed(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def pickle_that_makes(folder: Path) -> bytes:
    """Unpickling it makes a folder."""
    return b"cos\nmkdir\n(V" + str(folder).encode() + b"\ntR."


def test_a_broken_cache_is_dropped(home: Path) -> None:
    """Nothing of it is unpickled, let alone run: one bit of machine code that is another could do anything."""
    config = write_config(home, MOONS)
    command = [sys.executable, "-m", "nntrain", "fit", str(config), "--json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    breaks: tuple[Callable[[bytes], bytes], ...] = (
        one_bit_changed,
        lambda _: pickle_that_makes(home / "unpickled"),
        lambda content: content[:-7],
        lambda _: b"",
    )
    for suffix in ("nbc", "nbi"):  # the code, and the index that names it
        subprocess.run(command, cwd=home, env=environment, capture_output=True, check=True)
        kept = list((home / "cache").rglob(f"*.{suffix}"))
        assert len(kept) >= len(breaks)
        assert all(map(is_sealed, kept))
        for broken, path in zip(itertools.cycle(breaks), kept, strict=False):
            path.write_bytes(broken(path.read_bytes()))
        assert not any(map(is_sealed, kept))
    done = subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert all(map(is_sealed, kept))  # made anew
    assert not (home / "unpickled").exists()
