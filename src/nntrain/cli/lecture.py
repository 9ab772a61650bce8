"""`nntrain lecture`: what the lecture claims, shown by runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from nntrain.cli.options import Json


def lecture(
    claims: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CLAIM]...", help="Numbers (1), names (perceptron) or files; all by default."),
    ] = None,
    *,
    folder: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where the files of claims lie; by default those that come with nntrain."),
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Show the claims and their files; run nothing.")] = False,
    json: Json = False,
) -> None:
    """Run what the lecture claims, and compare what comes out with what each claim's file expects.

    Exit code 7 if a claim comes out otherwise than its file says.
    """
    import sys

    from nntrain.errors import ClaimError
    from nntrain.lecture import Result, find_claims, load_claims, try_claim

    found = load_claims(find_claims(claims or [], folder))

    from nntrain.cli.output import print_json
    from nntrain.report.console import console_on, progress_console, saying
    from nntrain.report.lecture import listed, plain, print_list, print_result

    console = console_on(sys.stdout)
    if list_only:
        if json:
            print_json([listed(claim) for claim in found])
        else:
            print_list(console, found)
        return
    results: list[Result] = []
    for claim in found:
        with saying(progress_console(), f"running {claim.name}"):
            results.append(try_claim(claim))
        if not json:
            print_result(console, results[-1])
    if json:
        print_json([plain(result) for result in results])
    if problems := [problem for result in results for problem in result.problems()]:
        raise ClaimError(problems)
