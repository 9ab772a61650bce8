from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

import nntrain.cli
from nntrain.cli import main
from nntrain.cli.exits import guarded, report_bug
from nntrain.errors import CheckpointError, ConfigError, DataError, DivergedError, InterruptedRun, Problem, StorageError


def raising(error: BaseException) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (ConfigError("x"), 2, "error: x"),
        (DataError(Problem("t.csv:3", "x")), 3, "t.csv:3: error: x"),
        (CheckpointError("x"), 4, "error: x"),
        (DivergedError("x"), 5, "error: x"),
        (StorageError("x"), 6, "error: x"),
        (InterruptedRun("x", signal.SIGTERM), 143, "error: x"),
        (OSError(errno.ENOSPC, "No space left on device", "a/b"), 6, "a/b: error: No space left on device"),
        (PermissionError(errno.EACCES, "Permission denied", "a"), 6, "a: error: Permission denied"),
        (OSError("odd"), 6, "error: odd"),
        (MemoryError(), 6, "error: not enough memory"),
        (KeyboardInterrupt(), 130, "interrupted"),
        (typer.Exit(7), 7, ""),
        (ConfigError("a\nb\x1b[2J"), 2, r"error: a\nb\x1b[2J"),
    ],
)
def test_codes_and_lines(
    error: BaseException, code: int, line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "dup2", lambda *_: None)
    assert guarded(raising(error)) == code
    assert capsys.readouterr().err == (f"{line}\n" if line else "")


def test_one_line_for_each_problem(capsys: pytest.CaptureFixture[str]) -> None:
    guarded(raising(ConfigError([Problem("a", "x"), Problem("b", "y")])))
    assert capsys.readouterr().err == "a: error: x\nb: error: y\n"


def test_a_bug_keeps_its_traceback_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for start in ("entry", "main"):
        code = f"import nntrain.cli.app as app\napp.invoke = lambda _: {{}}['x']\nimport nntrain.cli\nnntrain.cli.{start}()"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        (file,) = tmp_path.iterdir()
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr == f"error: a bug in nntrain: KeyError: 'x'; please report it with {file}\n"
        report = file.read_text()
        assert report.startswith("Traceback")
        assert report.endswith("KeyError: 'x'\n")
        file.unlink()


def test_a_bug_that_no_file_can_hold_is_told_whole(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with pytest.raises(KeyError) as caught:
        guarded(raising(KeyError("x")))
    report_bug(caught.type, caught.value, caught.tb)
    said = capsys.readouterr().err
    assert said.startswith(r"error: a bug in nntrain, please report it: Traceback")
    assert said.endswith("KeyError: 'x'\\n\n")


def test_ctrl_c_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    report_bug(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert capsys.readouterr().err == "KeyboardInterrupt\n"


def test_sigterm_outside_training(capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.getsignal(signal.SIGTERM)
    assert guarded(lambda: os.kill(os.getpid(), signal.SIGTERM)) == 143
    assert capsys.readouterr().err == "terminated\n"
    assert signal.getsignal(signal.SIGTERM) == before


def test_ctrl_c_while_the_command_line_is_imported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Impatient:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "nntrain.cli.app":
                raise KeyboardInterrupt

    monkeypatch.delitem(sys.modules, "nntrain.cli.app", raising=False)
    monkeypatch.delattr(nntrain.cli, "app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Impatient(), *sys.meta_path])
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 130
    assert capsys.readouterr() == ("", "interrupted\n")


def test_a_closed_stderr_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Closed())
    assert guarded(raising(ConfigError("x"))) == 2
