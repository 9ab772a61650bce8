"""What docstrings say, in parts: the first sentence, the meaning of each setting, paragraphs and examples."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

_SETTING = re.compile(r"(``\w+``(?:, ``\w+``)*)\s{2,}(\S.*)")
_LABEL = re.compile(r"(\w+)(\s{2,})(\S.*)")


@dataclass(frozen=True)
class Block:
    """A part of a docstring: prose, lines to keep as they are, or a YAML example."""

    kind: Literal["prose", "lines", "yaml"]
    text: str


def summary(doc: str) -> str:
    """The first sentence, in one line."""
    paragraph = " ".join(doc.strip().split("\n\n")[0].split())
    match = re.match(r".*?[.!?](?=\s|$)", paragraph)
    return match[0] if match else paragraph


def setting_docs(doc: str) -> dict[str, str]:
    """The meaning of each setting, from lines such as "``epochs``  passes over the rows" and what is indented below."""
    docs: dict[str, str] = {}
    names: list[str] = []
    for line in doc.splitlines():
        if match := _SETTING.match(line):
            names = re.findall(r"\w+", match[1])
            docs.update(dict.fromkeys(names, match[2].strip()))
        elif names and line.startswith("    "):
            docs.update({name: f"{docs[name]} {line.strip()}" for name in names})
        else:
            names = []
    return docs


def blocks(doc: str) -> list[Block]:
    """The docstring in parts, without the meanings of settings; code in single backticks."""
    parts: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", doc.strip("\n")):
        label = _LABEL.match(paragraph)
        if _SETTING.match(paragraph):
            continue
        if label and label[1] == "YAML":
            width = len(label[1] + label[2])
            lines = [line[width:] if not line[:width].strip() else line for line in paragraph.splitlines()[1:]]
            examples = re.sub(r" {4,}(?=[^ #])", "\n", "\n".join([label[3], *lines]))
            parts.append(Block("yaml", examples))
        elif label or paragraph.startswith("    "):
            parts.extend(_with_yaml_apart(paragraph))
        else:
            parts.append(Block("prose", " ".join(paragraph.split()).replace("``", "`")))
    return parts


def _with_yaml_apart(paragraph: str) -> list[Block]:
    """Labelled lines; a line labelled YAML among them, with what is indented below it, stands on its own."""
    before, found, after = re.split(r"^(?=YAML\s{2,})", paragraph, maxsplit=1, flags=re.MULTILINE), "", ""
    if len(before) == 2:
        found = before[1]
        rest = re.split(r"\n(?=\S)", found, maxsplit=1)
        found, after = rest[0], rest[1] if len(rest) == 2 else ""
    made = [Block("lines", before[0].rstrip("\n"))]
    made += blocks(found) if found else []
    made += [Block("lines", after)] if after else []
    return made
