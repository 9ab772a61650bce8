"""What only a process of its own shows: signals, closed pipes, full disks, a terminal."""

from __future__ import annotations

import json
import os
import pty
import re
import resource
import shlex
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.cli.conftest import CONFIG, process, table

LONG = ("--set", "training.epochs=100000")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "t.csv").write_text(table())
    (tmp_path / "my config.yaml").write_text(CONFIG)
    return tmp_path


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_says_how_to_go_on(folder: Path, number: signal.Signals, code: int) -> None:
    with process(folder, "fit", "my config.yaml", *LONG, "--json") as running:
        assert running.stderr is not None
        lines = iter(running.stderr.readline, "")
        next(line for line in lines if re.match(r"epoch +2/", line))
        running.send_signal(number)
        last = list(lines)[-2:]
        assert running.stdout is not None
        assert running.stdout.read() == ""
    assert running.returncode == code
    assert "everything is saved" in last[0]
    assert last[1] == "go on with: nntrain fit 'my config.yaml' --resume 'runs/my config-001'\n"
    words = shlex.split(last[1].removeprefix("go on with: nntrain "))
    (epoch,) = re.findall(r"in epoch (\d+)", last[0])
    done = int(epoch)
    with process(folder, *words, "--set", f"training.epochs={done + 2}", "--json") as again:
        out, _ = again.communicate()
    assert again.returncode == 0
    assert json.loads(out)["epochs"] == done + 2


@pytest.mark.parametrize("command", ["predict r t.csv", "eval r", "schema", "check 'my config.yaml'"])
def test_a_reader_that_leaves_is_no_error_of_ours(folder: Path, command: str) -> None:
    with process(folder, "fit", "my config.yaml", "--out", "r") as fitting:
        fitting.communicate()
    read, write = os.pipe()
    os.close(read)
    with process(folder, *shlex.split(command), stdout=write) as running:
        os.close(write)
        assert running.communicate()[1] == ""
    assert running.returncode == 141


def test_a_run_outlives_whoever_watches_it(folder: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with process(folder, "fit", "my config.yaml", "--json", stderr=write) as running:
        os.close(write)
        assert json.loads(running.communicate()[0])["epochs"] == 3
    assert running.returncode == 0


def test_standard_output_that_cannot_be_written(folder: Path) -> None:
    """A file that may not grow is refused as a full disk is, on every system."""
    no_byte = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (0, 0))
    with (folder / "out.json").open("w") as full, process(folder, "schema", stdout=full, preexec_fn=no_byte) as running:
        assert running.communicate()[1] == "error: File too large\n"
    assert running.returncode == 6


def test_a_locale_without_unicode(folder: Path) -> None:
    env = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", "from nntrain.cli import main; main()"]
    for arguments in (["fit", "my config.yaml", "--out", "r"], ["eval", "r"], ["check", "my config.yaml"]):
        done = subprocess.run([*command, *arguments], cwd=folder, env=env, capture_output=True)
        assert (done.returncode, done.stderr.isascii()) == (0, True), done.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["fit", "--help"], ["predict", "--help"], ["--version"]])
def test_help_is_light(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom nntrain.cli import main\n"
        "try:\n    main()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "heavy = {'numpy', 'duckdb', 'safetensors', 'pydantic', 'rich', 'yaml'} & set(sys.modules)\nassert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_on_a_terminal_the_table_is_live(folder: Path) -> None:
    main, terminal = pty.openpty()
    env = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLUMNS": "100",
        "LINES": "40",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-c", "from nntrain.cli import main; main()", "fit", "my config.yaml", "--json"]
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=terminal) as running:
        os.close(terminal)
        seen = bytearray()
        try:
            while chunk := os.read(main, 65_536):
                seen += chunk
        except OSError:  # Linux: the other side is closed
            pass
        assert running.stdout is not None
        assert json.loads(running.stdout.read())["epochs"] == 3
    os.close(main)
    text = seen.decode()
    assert "★" in text
    assert text.index("reading tables …") < text.index("\r\x1b[2K") < text.index("data")
    assert text.count("\x1b[?25l") == text.count("\x1b[?25h") == 1
    assert "3/3" in text
