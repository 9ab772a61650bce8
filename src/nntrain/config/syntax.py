"""PyYAML's syntax errors in plain words: where, what is wrong, how to mend it."""

from __future__ import annotations

import re

from yaml.error import Mark, MarkedYAMLError

from nntrain.config.messages import shorten

_QUOTE = "put the text in quotes"
_BACKSLASH = "(in single quotes a backslash stands for itself)"

_TOKENS = {
    "-": "a '-'",
    "?": "a key",
    ":": "a ':'",
    ",": "a ','",
    "]": "a ']'",
    "}": "a '}'",
    "[": "a '['",
    "{": "a '{'",
    "<scalar>": "another value",
    "<stream end>": "the end of the file",
    "<block end>": "the end of the block",
    "<block mapping start>": "an indented key",
    "<block sequence start>": "an indented list",
    "<document start>": "'---'",
    "<document end>": "'...'",
    "<anchor>": "an anchor '&'",
    "<alias>": "an alias '*'",
    "<tag>": "a tag '!'",
    "<directive>": "a directive '%'",
}


_AT_START, _AT_END = True, False
_RULES: list[tuple[str, bool, str]] = [
    (r"sequence entries are not allowed here", _AT_END, "a '- ' is not expected here (a list begins on its own line)"),
    (r"mapping keys are not allowed here", _AT_END, "a '? ' is not expected here (quote it if it is text)"),
    (r"found unexpected document separator", _AT_END, "'---' or '...' in a quoted text (is a quote not closed?)"),
    (r"found incompatible YAML document .*", _AT_END, "unknown YAML version; expected %YAML 1.2 or none"),
    (r"could not find expected ':'", _AT_START, "expected ':' after this key (is a space after ':' missing?)"),
    (r"found unexpected end of stream", _AT_START, "this quote is not closed"),
    (r"found character '\\t' that cannot start any token", _AT_END, "a tab character; expected spaces"),
    (r"found character '(.*)' that cannot .*", _AT_END, f"a value cannot begin with '{{char}}' ({_QUOTE})"),
    (r"found unknown escape character '(.*)'", _AT_END, f"unknown escape '\\{{char}}' {_BACKSLASH}"),
    (r"expected escape sequence of .*", _AT_END, f"expected hexadecimal digits in this escape {_BACKSLASH}"),
    (r"expected ',' or ']', but got '(.*)'", _AT_END, "{token} in the list that begins {began}; expected ',' or ']'"),
    (
        r"expected ',' or '}', but got '(.*)'",
        _AT_END,
        "{token} in the mapping that begins {began}; expected ',' or '}}'",
    ),
    (
        r"expected <block end>, but found '<scalar>'",
        _AT_END,
        "more text after a value that has ended (quote the whole)",
    ),
    (
        r"expected <block end>, but found '(.*)'",
        _AT_END,
        "{token} does not line up with the block that begins {began} (check the indentation)",
    ),
    (r"expected the node content, but found '(.*)'", _AT_END, f"{{token}} where a value was expected ({_QUOTE})"),
    (r"expected '<document start>', but found '(.*)'", _AT_END, "{token} after the end of the config"),
    (r".*directive.*", _AT_START, f"a line that begins with '%' is a directive, and not a valid one ({_QUOTE})"),
    (r".*tag.*", _AT_START, f"'!' begins a tag; tags are not supported ({_QUOTE})"),
    (r".*(?:anchor|alias).*", _AT_START, f"'&' and '*' begin anchors and aliases; these are not supported ({_QUOTE})"),
    (r".*block scalar.*", _AT_END, "after '|' or '>' expected '+', '-', one of 1 to 9, or the end of the line"),
]
"""Problem or context of PyYAML, whether its beginning or its end is the place to show, and our sentence."""


def translate(error: MarkedYAMLError) -> tuple[Mark | None, str]:
    """The mark that a person should look at, and one sentence."""
    start, end = error.context_mark, error.problem_mark
    problem, context = error.problem or "", error.context or ""
    if problem == "mapping values are not allowed here":
        return _unexpected_colon(end)
    for pattern, at_start, sentence in _RULES:
        if match := re.fullmatch(pattern, problem, re.DOTALL) or re.fullmatch(pattern, context, re.DOTALL):
            found = match[1] if match.re.groups else ""
            began = f"at {start.line + 1}:{start.column + 1}" if start else "above"
            mark = start if at_start and start else end
            return mark, sentence.format(token=_TOKENS.get(found, f"'{found}'"), char=found, began=began)
    return end or start, f"not valid YAML: {context + ': ' if context else ''}{problem}"


def _unexpected_colon(mark: Mark | None) -> tuple[Mark | None, str]:
    """``lr:0.1`` in the line above is one text; the next ``:`` is where PyYAML notices."""
    above = (mark.buffer or "").split("\n")[mark.line - 1].strip() if mark and mark.line else ""
    if re.match(r"[^\s'\"#:]+:[^\s:]", above):
        return (
            mark,
            f"a ':' is not expected here (is a space missing after ':' in the line above, '{shorten(above, 30)}'?)",
        )
    return mark, "a ':' is not expected here (check the indentation, or quote a text with ': ')"
