"""`nntrain sweep`: a search for the best settings; the same command again goes on where it stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nntrain.cli.options import READING, Assignments, Json

if TYPE_CHECKING:
    from rich.console import Console

    from nntrain.sweep.run import Opened, Options


def sweep(
    grid: Annotated[Path, typer.Argument(metavar="GRID", help="A YAML file: base, space, search.", show_default=False)],
    assignments: Assignments = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The folder of the sweep; by default runs/<name of the file>.")
    ] = None,
    *,
    workers: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="Processes that train; by default one for each core.")
    ] = None,
    storage: Annotated[
        str | None,
        typer.Option(
            metavar="URL", envvar="NNTRAIN_STORAGE", help="postgresql://… of a study that several machines share."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the points, the time and the memory; run nothing.")
    ] = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="End at the first run that fails.")] = False,
    json: Json = False,
) -> None:
    """Search for the best settings of a config, in parallel, and keep every run.

    The same command again goes on where it stopped; exit code 7 if too many runs fail.
    """
    import sys

    from nntrain.sweep.loading import load_sweep

    load_sweep(grid, assignments or [])  # a broken file is told of before all the rest is imported

    from nntrain.report.console import console_on, progress_console, saying

    console = progress_console()
    if dry_run:
        _dry_run(grid, assignments or [], out, storage, workers, json=json)
        return
    from nntrain.cli.exits import say, say_problems
    from nntrain.cli.output import print_json
    from nntrain.errors import FailedSweepError, InterruptedRun
    from nntrain.report.sweep_ending import print_sweep_ending
    from nntrain.sweep.run import Options, open_sweep
    from nntrain.sweep.summary import summarize

    again = _again(grid, assignments or [], out, workers, storage)
    with saying(console, READING):
        opened = open_sweep(grid, out, storage, assignments or [])
    ended: FailedSweepError | None = None
    try:
        _run(opened, Options(workers, storage, fail_fast), console)
    except InterruptedRun as error:
        say(error.problems[0].message)
        say(f"go on with: {again}")
        raise typer.Exit(error.exit_code) from None
    except FailedSweepError as error:
        ended = error
    try:
        summary = summarize(opened, whole=ended is None)
    finally:
        opened.close()
    print_sweep_ending(console if json else console_on(sys.stdout), summary)
    if json:
        print_json(summary.plain())
    if ended is not None:
        say_problems(ended)
        raise typer.Exit(ended.exit_code)


def _run(opened: Opened, options: Options, console: Console) -> None:
    from nntrain.report.console import is_live
    from nntrain.report.sweep_lines import SweepLineReport
    from nntrain.report.sweep_live import SweepLiveReport
    from nntrain.sweep.run import run_sweep

    with SweepLiveReport(console) if is_live(console) else SweepLineReport(console) as report:
        run_sweep(opened, options, [report])


def _dry_run(
    grid: Path,
    assignments: list[str],
    out: Path | None,
    storage: str | None,
    workers: int | None,
    *,
    json: bool,
) -> None:
    import sys

    from nntrain.cli.output import print_json
    from nntrain.report.console import console_on, progress_console, saying
    from nntrain.report.sweep_plan import plan_plain, print_plan
    from nntrain.sweep.preview import preview

    with saying(progress_console(), "timing a few epochs"):
        found = preview(grid, assignments, out, storage, workers)
    if json:
        print_json(plan_plain(found))
    else:
        print_plan(console_on(sys.stdout), found)


def _again(grid: Path, assignments: list[str], out: Path | None, workers: int | None, storage: str | None) -> str:
    """The same command; a password is not repeated."""
    from nntrain.report.ending import command
    from nntrain.sweep.storage_url import shown

    words = [str(grid), *(word for given in assignments for word in ("--set", given))]
    words += ["--out", str(out)] if out is not None else []
    words += ["--workers", str(workers)] if workers is not None else []
    words += ["--storage", shown(storage)] if storage is not None else []
    return command("sweep", *words)
