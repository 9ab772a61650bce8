"""Says where docs and configs have gone stale: derived files, opening comments, links (`python -m tools.check_docs`)."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCHEMA_LINE = re.compile(r"yaml-language-server: \$schema=(\S+)")
CODE = re.compile(r"^(```|~~~).*?^\1[^\n]*$|(`+)(?!`).*?(?<!`)\2(?!`)", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)


def stale(root: Path, derived: Mapping[str, str]) -> Iterator[str]:
    """Derived files that differ from what their generators print."""
    for name, text in derived.items():
        path = root / name
        if not path.exists():
            yield f"{name}: error: missing; `make docs` writes it"
        elif path.read_text(encoding="utf-8") != text:
            yield f"{name}: error: out of date; `make docs` writes it anew"


def bad_openings(root: Path) -> Iterator[str]:
    """Configs that do not open with the command that runs them, one line on what they show, and a schema that exists."""
    for path in sorted([*(root / "configs").rglob("*.yaml"), *(root / "configs").rglob("*.yml")]):
        name = path.relative_to(root).as_posix()
        comments = opening_comments(path.read_text(encoding="utf-8"))
        number = re.match(r"configs/lecture/0*(\d+)_", name)
        usual = f"nntrain lecture {number[1]}" if number else f"nntrain fit {name}"
        command = re.compile(rf"({re.escape(usual)}|nntrain (sweep|check) {re.escape(name)})(\s|$)")
        words = []
        for comment in comments:
            if match := SCHEMA_LINE.fullmatch(comment):
                if not (path.parent / match[1]).is_file():
                    yield f"{name}: error: its $schema {match[1]} is not there"
            elif not command.match(comment):
                words.append(comment)
        if not any(command.match(comment) for comment in comments):
            yield f"{name}: error: does not open with the command that runs it; expected a line '# {usual}'"
        if not words:
            yield f"{name}: error: does not say what it shows; expected one more line of comment at the top"


def opening_comments(text: str) -> list[str]:
    """The comment lines before the first line that is something else, without their ``#``."""
    comments = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        if words := line.lstrip("#").strip():
            comments.append(words)
    return comments


def broken_links(root: Path) -> Iterator[str]:
    """Links of the Markdown pages to files or headings that do not exist."""
    pages = [root / "README.md", *sorted((root / "docs").rglob("*.md")), *sorted((root / "data").glob("*.md"))]
    for page in pages:
        if not page.exists():
            yield f"{page.relative_to(root).as_posix()}: error: missing"
            continue
        text = without_code(page.read_text(encoding="utf-8"))
        for match in LINK.finditer(text):
            place = f"{page.relative_to(root).as_posix()}:{text.count(chr(10), 0, match.start()) + 1}"
            target, _, anchor = match[1].partition("#")
            if re.match(r"[a-z][a-z0-9+.-]*:", match[1]):
                continue
            file = page.parent / target if target else page
            if not file.exists():
                yield f"{place}: error: link to {match[1]}: no such file"
            elif anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8")):
                yield f"{place}: error: link to {match[1]}: no such heading"


def without_code(text: str) -> str:
    """The text with code blanked out; line numbers stay."""
    return CODE.sub(lambda match: "\n" * match[0].count("\n"), text)


def anchors(text: str) -> set[str]:
    """The anchors that the headings of a page make: lower case, punctuation gone, blanks as hyphens, repeats numbered."""
    text = re.sub(r"^(```|~~~).*?^\1[^\n]*$", "", text, flags=re.MULTILINE | re.DOTALL)
    found: set[str] = set()
    for heading in HEADING.findall(text):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        repeats = sum(1 for known in found if known == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", known))
        found.add(f"{slug}-{repeats}" if repeats else slug)
    return found


def main() -> int:
    """Print what is wrong."""
    from tools.make_docs import derived

    found = [*stale(ROOT, derived()), *bad_openings(ROOT), *broken_links(ROOT)]
    print("\n".join(found) or "Docs and configs are up to date.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
