"""Where a study is stored, as the user writes it: a file, or ``postgresql://user:password@host/database``. Needs no SQLAlchemy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlsplit

from nntrain.errors import ConfigError, Problem

SCHEMES = ("postgresql", "postgres")
HARMLESS = ("host", "port", "dbname", "user", "sslmode", "sslrootcert", "connect_timeout", "application_name")
"""Settings after the '?' that may be shown; any other might be a secret."""
HIDDEN = "***"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL database and how to log in; what is None is left to libpq (PGUSER, PGPASSWORD, ~/.pgpass…)."""

    user: str | None = None
    password: str | None = field(default=None, repr=False)
    host: str | None = None
    port: int | None = None
    database: str | None = None
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def shown(self) -> str:
        """The URL without secrets."""
        user = quote(self.user or "", safe="") + (f":{HIDDEN}" if self.password else "")
        host = f"[{self.host}]" if self.host and ":" in self.host else self.host or ""
        place = (f"{user}@" if user else "") + host + (f":{self.port}" if self.port else "")
        settings = [f"{key}={value if key in HARMLESS else HIDDEN}" for key, value in self.query.items()]
        return f"postgresql://{place}/{quote(self.database or '', safe='')}" + (
            "?" + "&".join(settings) if settings else ""
        )

    def clean(self, text: str) -> str:
        """A text of the driver's without secrets."""
        secrets = [self.password, *(value for key, value in self.query.items() if key not in HARMLESS)]
        for secret in filter(None, secrets):
            text = text.replace(secret, HIDDEN)
        return text


def parse_storage(url: str) -> Path | Server:
    """The file or server that is meant; ConfigError where it is neither."""
    if not _is_url(url):
        return Path(url)
    expected = "expected a file, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    scheme = url.partition(":")[0]
    if scheme.lower() not in SCHEMES:
        raise ConfigError(Problem(shown(url), f"a study cannot be stored in '{scheme}'; {expected}"))
    server = _server(url)
    if server is None:
        encoded = "in a name or password write '/' as %2F, '?' as %3F, '#' as %23, '@' as %40, '%' as %25"
        raise ConfigError(Problem(shown(url), f"malformed; {expected} ({encoded})"))
    return server


def shown(url: str) -> str:
    """What may be printed of a storage: a file as it is, a URL without secrets, and of a malformed one no more than its scheme."""
    if not _is_url(url):
        return url
    server = _server(url)
    scheme = url.partition(":")[0]
    if server is None:
        return f"{scheme}://…"
    return server.shown if scheme.lower() in SCHEMES else scheme + server.shown.removeprefix("postgresql")


def _is_url(text: str) -> bool:
    """Whether it is meant as a URL; one letter before a colon is a drive of Windows."""
    return "://" in text or re.match(rf"({'|'.join(SCHEMES)}):", text, re.IGNORECASE) is not None


def _server(url: str) -> Server | None:
    """The parts of a URL, or None where they cannot be told apart."""
    try:
        parts = urlsplit(url)
        port = parts.port
        query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True)) if parts.query else {}
    except ValueError:
        return None
    if "://" not in url or _is_torn(parts):
        return None
    password = query.pop("password", None) or unquote(parts.password or "") or None
    user = unquote(parts.username or "") or None
    return Server(user, password, parts.hostname, port, unquote(parts.path[1:]) or None, query)


def _is_torn(parts: SplitResult) -> bool:
    """Whether a password with a '/', '?' or '#' that is not encoded has ended the host's part of the URL too soon."""
    return bool(parts.fragment) or any(character in parts.path[1:] for character in "/@") or "@" in parts.query
