"""`nntrain check`: config and data are read and the network is built, but nothing is trained or written."""

from __future__ import annotations

from nntrain.cli.options import READING, Assignments, Config, Json


def check(config: Config, assignments: Assignments = None, json: Json = False) -> None:
    """Check a config and its data, and show what would be trained.

    Every setting with where it came from: a line of the file, --set, a default, or the data.
    """
    import sys

    from nntrain.spec import load_spec

    spec = load_spec(config, assignments or [])  # a broken config is told of before all the rest is imported

    from nntrain.assemble import prepare
    from nntrain.cli.output import print_json
    from nntrain.report.checkup import plain, print_checkup
    from nntrain.report.console import console_on, progress_console, saying

    with saying(progress_console(), READING):
        prepared = prepare(spec)
    if json:
        print_json(plain(prepared))
    else:
        print_checkup(console_on(sys.stdout), prepared)
