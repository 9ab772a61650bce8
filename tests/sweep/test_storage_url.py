"""Storage as the user writes it; secrets are never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from nntrain.errors import ConfigError
from nntrain.sweep.storage_url import Server, parse_storage, shown


@pytest.mark.parametrize("text", ["study.db", "/a b/study.db", "C:\\study.db", "@x", "postgresql", "a?b#c"])
def test_a_file(text: str) -> None:
    assert parse_storage(text) == Path(text)
    assert shown(text) == text


@pytest.mark.parametrize(
    ("url", "server", "text"),
    [
        ("postgresql://h/d", Server(host="h", database="d"), "postgresql://h/d"),
        ("postgres://u:s3cret@h:5/d", Server("u", "s3cret", "h", 5, "d"), "postgresql://u:***@h:5/d"),
        ("POSTGRES://u@h", Server("u", None, "h"), "postgresql://u@h/"),
        (
            "postgresql://u:p%2F%40%3A%20@[::1]:5/d%2Fe",
            Server("u", "p/@: ", "::1", 5, "d/e"),
            "postgresql://u:***@[::1]:5/d%2Fe",
        ),
        ("postgresql://u:s3@cret@h/d", Server("u", "s3@cret", "h", None, "d"), "postgresql://u:***@h/d"),
        (
            "postgresql://u:@/d?host=/run",
            Server("u", None, None, None, "d", {"host": "/run"}),
            "postgresql://u@/d?host=/run",
        ),
        (
            "postgresql://u@h/d?password=s3cret&sslmode=require&sslpassword=s3cret",
            Server("u", "s3cret", "h", None, "d", {"sslmode": "require", "sslpassword": "s3cret"}),
            "postgresql://u:***@h/d?sslmode=require&sslpassword=***",
        ),
    ],
)
def test_a_server(url: str, server: Server, text: str) -> None:
    assert parse_storage(url) == server
    assert shown(url) == server.shown == text
    assert "cret" not in repr(parse_storage(url))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3/cret@h/d",
        "postgresql://u:12/cret@h/d",
        "postgresql://u:s3?cret@h/d",
        "postgresql://u:12?x=cret@h/d",
        "postgresql://u:s3#cret@h/d",
        "postgresql://u:12#cret@h/d",
        "postgresql://u:s3[cret@h/d",
        "postgresql://u:cret",
        "postgresql://h:99999/cret",
        "postgresql:u:cret@h/d",
        "postgres:/u:cret@h/d",
        "postgresql://h/d?cret",
    ],
)
def test_a_malformed_url(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_storage(url)
    scheme = url.partition(":")[0]
    start = f"{scheme}://…: error: malformed; expected a file, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE (in a "
    assert str(caught.value).startswith(start)
    assert shown(url) == f"{scheme}://…"


@pytest.mark.parametrize(
    ("url", "text", "scheme"),
    [
        ("mysql://u:s3cret@h/d", "mysql://u:***@h/d", "mysql"),
        ("sqlite:///study.db", "sqlite:///study.db", "sqlite"),
        ("postgresql+psycopg://u:s3cret@h/d", "postgresql+psycopg://u:***@h/d", "postgresql+psycopg"),
    ],
)
def test_another_kind_of_database(url: str, text: str, scheme: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_storage(url)
    assert str(caught.value) == (
        f"{text}: error: a study cannot be stored in '{scheme}'; expected a file, or postgresql://USER:PASSWORD@HOST:PORT/DATABASE"
    )


def test_texts_of_the_driver_are_cleaned() -> None:
    server = Server("u", "s3cret", "h", None, "d", {"sslpassword": "hush", "sslmode": "require"})
    assert server.clean("s3cret and hush are required by h: require") == "*** and *** are required by h: require"
    assert Server("u").clean("u") == "u"
