"""`nntrain check`: config and data are read and the network is built, but nothing is trained or written."""

from __future__ import annotations

from typing import Annotated

import typer

from nntrain.cli.options import READING, Assignments, Config, Json

Augment = Annotated[
    bool,
    typer.Option(
        "--augment", help="Show what augmentation does to training rows instead; pictures go into a PNG file."
    ),
]


def check(config: Config, assignments: Assignments = None, augment: Augment = False, json: Json = False) -> None:
    """Check a config and its data, and show what would be trained.

    Every setting with where it came from: a line of the file, --set, a default, or the data.
    """
    import sys
    from pathlib import Path

    from nntrain.spec import load_spec

    spec = load_spec(config, assignments or [])  # a broken config is told of before all the rest is imported

    from nntrain.assemble import prepare
    from nntrain.cli.output import print_json
    from nntrain.report.checkup import plain, print_checkup
    from nntrain.report.console import console_on, progress_console, saying

    with saying(progress_console(), READING):
        prepared = prepare(spec)
    if augment:
        from nntrain.report.augmented import preview, print_preview, save_picture

        found = preview(prepared)
        file = save_picture(found, Path(f"{prepared.spec.name}-augmentation.png"))
        if json:
            print_json(found.plain(file))
        else:
            print_preview(console_on(sys.stdout), found, file)
    elif json:
        print_json(plain(prepared))
    else:
        print_checkup(console_on(sys.stdout), prepared)
