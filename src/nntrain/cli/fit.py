"""`nntrain fit`: train what a config describes, or go on with a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from nntrain.cli.options import READING, Assignments, Json
from nntrain.cli.resume_option import differing_note, run_to_resume

if TYPE_CHECKING:
    from nntrain.api.reopen import Reopened


def fit(
    config: Annotated[
        Path | None, typer.Argument(metavar="CONFIG", help="A YAML file; with --resume RUN it may be left out.")
    ] = None,
    assignments: Assignments = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run folder; by default runs/<config name>-<NNN>.")
    ] = None,
    resume: Annotated[
        str | None,
        typer.Option(metavar="[RUN]", help="Go on with this run, or with the latest run of CONFIG if none is named."),
    ] = None,
    json: Json = False,
) -> None:
    """Train a network and keep it in a run folder.

    Progress goes to standard error. Ctrl-C saves, and says how to go on.
    """
    import sys

    job = _open(config, assignments or [], out, resume)

    from nntrain.api.train import train
    from nntrain.cli.exits import say, say_problems, say_stopped
    from nntrain.cli.output import print_json
    from nntrain.errors import DivergedError, InterruptedRun
    from nntrain.report.console import console_on, is_live, note, progress_console
    from nntrain.report.ending import command, print_ending
    from nntrain.report.head import print_head
    from nntrain.report.lines import LineReport
    from nntrain.report.live import LiveReport
    from nntrain.training.run_folder import BEST

    console = progress_console()
    for message in job.notes:
        note(console, "note", message)
    folder = job.folder.path
    print_head(console, job.prepared, folder)
    try:
        with LiveReport(console) if is_live(console) else LineReport(console) as report:
            run = train(job.prepared, job.folder, job.checkpoint, [report])
    except InterruptedRun as error:
        say(error.problems[0].message)
        _say_how_to_go_on(config, folder)
        raise typer.Exit(error.exit_code) from None
    except (KeyboardInterrupt, SystemExit) as error:  # as the figures of the best epoch are made, for one
        code = say_stopped(error)
        _say_how_to_go_on(config, folder)
        raise typer.Exit(code) from None
    except DivergedError as error:
        say_problems(error)
        if (folder / BEST).exists():
            say(f"the best epoch so far is kept: {command('eval', str(folder))}")
        raise typer.Exit(error.exit_code) from None
    print_ending(console if json else console_on(sys.stdout), run.summary, job.prepared.job.monitor.name)
    if json:
        print_json(run.summary)


def _say_how_to_go_on(config: Path | None, folder: Path) -> None:
    """The command that goes on with a run, if it has come far enough to have a config."""
    from nntrain.cli.exits import say
    from nntrain.report.ending import command
    from nntrain.training.run_folder import can_go_on

    if can_go_on(folder):
        named = [] if config is None else [str(config)]
        say(f"go on with: {command('fit', *named, '--resume', str(folder))}")


def _open(config: Path | None, assignments: list[str], out: Path | None, resume: str | None) -> Reopened:
    """A new run, or an old one where it stopped, with what is to be said about it."""
    notes: list[str] = []
    if resume is not None:
        run = run_to_resume(resume, config, out)
        if run is not None:
            return _reopen(run, assignments, config)
        notes.append(f"no run of {config} to resume yet: this is a new one")
    if config is None:
        from nntrain.errors import ConfigError

        raise ConfigError("fit needs CONFIG, a YAML file, or --resume RUN (see nntrain fit --help)")
    from nntrain.spec import load_spec

    spec = load_spec(config, assignments)  # a broken config is told of before all the rest is imported

    from nntrain.api.reopen import Reopened
    from nntrain.assemble import prepare
    from nntrain.report.console import progress_console, saying
    from nntrain.training.run_folder import RunFolder

    with saying(progress_console(), READING):
        prepared = prepare(spec)
    return Reopened(RunFolder.create(out, spec.name), prepared, None, notes)


def _reopen(run: Path, assignments: list[str], config: Path | None) -> Reopened:
    from nntrain.api.reopen import reopen
    from nntrain.report.console import progress_console, saying

    with saying(progress_console(), READING):
        reopened = reopen(run, assignments)
    if config is not None:
        reopened.notes.extend(differing_note(reopened, config))
    return reopened
