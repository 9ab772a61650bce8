"""`nntrain graph`: the network of a config as a graph, and what one row of its table does there."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from nntrain.cli.options import READING, Assignments, Config, Json


def graph(
    config: Config,
    assignments: Assignments = None,
    *,
    row: Annotated[
        int | None,
        typer.Option(metavar="N", help="Show values and gradients for row N of the training table, from 0."),
    ] = None,
    of: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT", help="Gradients of the output or the loss; by default the output, if there is just one."
        ),
    ] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as Mermaid text.")] = False,
    json: Json = False,
) -> None:
    """Draw the network of a config: nodes, shapes, parameters; with --row the forward and the backward pass.

    The weights are those that training begins with. Nothing is trained or written.
    """
    import sys

    from nntrain.errors import ConfigError
    from nntrain.spec import load_spec

    problems = []
    if json and mermaid:
        problems.append("--json and --mermaid: expected one of them")
    if of not in (None, "output", "loss"):
        problems.append(f"--of {of}: expected output or loss")
    elif of is not None and row is None:
        problems.append(f"--of {of}: says what gradients are of, which --row N shows; add it, or leave --of away")
    if problems:
        raise ConfigError([problem for text in problems for problem in ConfigError(text).problems])
    spec = load_spec(config, assignments or [])

    from nntrain.assemble.graph import Of, build_graph, trace_row
    from nntrain.cli.output import print_json, write_text
    from nntrain.report.console import console_on, progress_console, saying
    from nntrain.report.graph import print_graph
    from nntrain.report.graph_mermaid import mermaid as as_mermaid
    from nntrain.report.graph_nodes import plain

    with saying(progress_console(), READING):
        built = build_graph(spec)
    traced = None if row is None else trace_row(built, row, cast("Of | None", of))
    if json:
        print_json(plain(built, traced))
    elif mermaid:
        write_text(as_mermaid(built, traced))
    else:
        print_graph(console_on(sys.stdout), built, traced)
