"""`nntrain schema`: the JSON schema of a config or a sweep, for editors."""

from __future__ import annotations

from typing import Annotated

import typer


def schema(
    sweep: Annotated[bool, typer.Option("--sweep", help="That of a sweep's file instead of a config's.")] = False,
) -> None:
    """Print the JSON schema of a config.

    A config whose first line is `# yaml-language-server: $schema=schema.json` is completed and checked by editors.
    """
    import json

    from nntrain.cli.output import write_text

    if sweep:
        from nntrain.sweep.derived import schema as made
    else:
        from nntrain.spec import schema as made
    write_text(json.dumps(made(), indent=2, ensure_ascii=False) + "\n")
