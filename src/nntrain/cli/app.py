"""The commands together: `nntrain --help`."""

from __future__ import annotations

from typing import Annotated

import typer

from nntrain import __version__
from nntrain.cli.check import check
from nntrain.cli.evaluate import evaluate
from nntrain.cli.fit import fit
from nntrain.cli.graph import graph
from nntrain.cli.lecture import lecture
from nntrain.cli.predict import predict
from nntrain.cli.resume_option import FitCommand
from nntrain.cli.schema import schema
from nntrain.cli.sweep import sweep
from nntrain.cli.warmup import warmup

app = typer.Typer(
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,  # help must not wait for Rich
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
app.command("fit", cls=FitCommand)(fit)
app.command("eval")(evaluate)
app.command("predict")(predict)
app.command("sweep")(sweep)
app.command("check")(check)
app.command("graph")(graph)
app.command("lecture")(lecture)
app.command("schema")(schema)
app.command("warmup")(warmup)


def _print_help(context: typer.Context, wanted: bool) -> None:
    if wanted:
        print(context.get_help())
        raise typer.Exit


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"nntrain {__version__}")
        raise typer.Exit


Help = Annotated[
    bool, typer.Option("--help", "-h", callback=_print_help, is_eager=True, help="Show this message and exit.")
]
"""Typer's own help option of a group imports pydantic when a command follows; this one leaves `fit --help` light."""
Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback(invoke_without_command=True, add_help_option=False)
def top(context: typer.Context, _help: Help = False, _version: Version = False) -> None:
    """Train fully connected networks on tables, from one YAML file.

    Exit codes: 0 done, 1 a bug of ours, 2 usage or config, 3 data, 4 checkpoint, 5 training diverged,
    6 disk or permission, 7 too many runs of a sweep failed, or a claim of the
    lecture came out otherwise, 130 Ctrl-C, 143 SIGTERM.
    """
    if context.invoked_subcommand is None:
        print(context.get_help())


def invoke(arguments: list[str]) -> None:
    """Parse and run; every exception is left to the caller."""
    command = typer.main.get_command(app)
    with command.make_context("nntrain", arguments) as context:
        command.invoke(context)
