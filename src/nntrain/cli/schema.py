"""`nntrain schema`: the JSON schema of a config, for editors."""

from __future__ import annotations


def schema() -> None:
    """Print the JSON schema of a config.

    A config whose first line is `# yaml-language-server: $schema=schema.json` is completed and checked by editors.
    """
    import json

    from nntrain.cli.output import write_text
    from nntrain.spec import schema as spec_schema

    write_text(json.dumps(spec_schema(), indent=2, ensure_ascii=False) + "\n")
