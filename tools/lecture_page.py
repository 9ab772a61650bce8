"""Writes docs/lecture.md: every claim of the lecture, run now, with the figures that were seen (`python -m tools.lecture_page`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from nntrain.lecture import Result, find_claims, load_claims, try_claim

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "lecture.md"
OPENING = """\
# What the lecture claims, shown by runs

`nntrain lecture` runs the files of [configs/lecture](../configs/lecture): each states a claim of the lecture, what is run for
it and why with these settings, and the outcome that it must show. `nntrain lecture 6` runs one, `--list` lists them, `--json`
gives all figures and curves. The exit code is 7 where a claim comes out otherwise than its file says. A claim that does not
come true as it is stated stays so: `holds: false`, with what is seen instead.

This page is written by `python -m tools.lecture_page`, with the figures of that run; `tests/lecture/test_claims.py` compares every
claim anew.

| | claim | holds | seconds |
|---|---|---|---|
"""


def main() -> None:
    """Run everything, write the page."""
    results = [try_claim(claim) for claim in load_claims(find_claims([]))]
    PAGE.write_text(OPENING + "\n".join([*map(row, results), "", *sections(results)]) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {sum(result.holds for result in results)} of {len(results)} claims hold")


def row(result: Result) -> str:
    """A line of the table of claims."""
    settings, file = result.claim.settings, result.claim.path
    link = os.path.relpath(file, PAGE.parent)
    holds = "yes" if result.holds else "**not as stated**"
    return f"| [{file.stem.partition('_')[0]}]({link}) | {settings.claim.strip()} | {holds} | {result.seconds:.1f} |"


def sections(results: Sequence[Result]) -> Iterator[str]:
    """What was expected and seen of each claim."""
    for result in results:
        settings = result.claim.settings
        yield f"## {result.claim.name.replace('_', ' ', 1).replace('_', ' ')}"
        yield f"\n{settings.claim.strip()}\n\n{settings.because.strip()}\n"
        seeds = f"{len(settings.seeds)} seeds" if len(settings.seeds) > 1 else "one seed"
        yield f"| expected | | seen ({seeds}) |\n|---|---|---|"
        for expected in [*result.expected, *result.instead]:
            sign = "instead" if expected in result.instead else "✓" if expected.holds else "✗"
            yield f"| `{expected.text}` | {sign} | {expected.seen} |"
        yield f"\n{settings.seen.strip()}\n" if settings.seen else ""


if __name__ == "__main__":
    main()
