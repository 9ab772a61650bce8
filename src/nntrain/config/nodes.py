"""YAML text → plain values with a mark on each value and key, from PyYAML's events, without recursion.

What YAML has beyond plain values (anchors, tags, merge keys, documents, keys that are no text) and duplicates are refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from yaml import events
from yaml.error import MarkedYAMLError
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from nntrain.config.messages import shorten
from nntrain.config.paths import Loc, dotted
from nntrain.config.scalars import resolve
from nntrain.config.syntax import translate

DEEPEST = 32
"""Nesting of lists and mappings in a file."""
MOST_FAULTS = 50
"""Reading stops after so many mistakes."""
_UNNAMED = "?"
"""Stands for a key that is not text, so that its value is still read."""
_Collection: TypeAlias = list[object] | dict[object, object]


class Spot(NamedTuple):
    """Line and column, both counted from 1."""

    line: int
    column: int


class Fault(NamedTuple):
    """A mistake in the text."""

    spot: Spot
    message: str


@dataclass
class Nodes:
    """What was read: the value, the spots of all values and of all keys in it, and the mistakes."""

    value: object = None
    empty: bool = True
    spots: dict[Loc, Spot] = field(default_factory=dict)
    key_spots: dict[Loc, Spot] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def read(text: str, deepest: int = DEEPEST) -> Nodes:
    """Read one YAML document."""
    builder = _Builder(deepest)
    if (bad := Reader.NON_PRINTABLE.search(text)) is not None:
        spot = Spot(text.count("\n", 0, bad.start()) + 1, bad.start() - text.rfind("\n", 0, bad.start()))
        builder.fault(spot, f"the control character {shorten(bad.group())} is not allowed")
        return builder.nodes
    stream = _Events(text)
    next_event: Callable[[], events.Event] = stream.get_event  # types-PyYAML gives it no types
    try:
        while len(builder.nodes.faults) < MOST_FAULTS and stream.check_event():
            builder.take(next_event())
    except MarkedYAMLError as error:
        mark, message = translate(error)
        builder.fault(_spot(mark or stream.get_mark()), message)
    except _Stop:
        pass
    except (ValueError, OverflowError, RecursionError):  # from PyYAML: "\UFFFFFFFF", %YAML 1.999…
        builder.fault(_spot(stream.get_mark()), "this is not valid YAML (an escape or number out of range)")
    return builder.nodes


class _Events(Reader, Scanner, Parser):
    """PyYAML's pure-Python reader, scanner and parser, which yield events with marks."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


class _Stop(Exception):
    """Nothing after this mistake can be read sensibly."""


@dataclass
class _Frame:
    """A list or mapping that is still open."""

    container: _Collection
    loc: Loc
    key: str | None = None
    is_key: bool = False


class _Builder:
    """Takes events in order and fills a value."""

    def __init__(self, deepest: int) -> None:
        self.nodes = Nodes()
        self.frames: list[_Frame] = []
        self.deepest = deepest
        self.documents = 0

    def take(self, event: events.Event) -> None:
        """The next event."""
        if isinstance(event, events.NodeEvent):
            self._node(event, _spot(event.start_mark))
        elif isinstance(event, events.CollectionEndEvent):
            frame = self.frames.pop()
            if not frame.is_key:
                self._finish_value()
        elif isinstance(event, events.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                self.fault(_spot(event.start_mark), "a second document; expected one (remove this '---')")
                raise _Stop

    def _node(self, event: events.NodeEvent, spot: Spot) -> None:
        self._refuse_extras(event, spot)
        if isinstance(event, events.ScalarEvent):
            self._scalar(event, spot)
        elif isinstance(event, events.AliasEvent):
            self._value(None, spot)
        else:
            container: _Collection = [] if isinstance(event, events.SequenceStartEvent) else {}
            self._open(container, spot)

    def _refuse_extras(self, event: events.NodeEvent, spot: Spot) -> None:
        if isinstance(event, events.AliasEvent):
            self.fault(spot, f"the alias '*{shorten(event.anchor or '')}' is not supported (write the value out)")
        elif event.anchor is not None:
            self.fault(spot, f"the anchor '&{shorten(event.anchor or '')}' is not supported (write values out)")
        tag = getattr(event, "tag", None)
        if tag is not None:
            shown = tag.replace("tag:yaml.org,2002:", "!!")
            self.fault(spot, f"the tag '{shorten(shown)}' is not supported (quote it if it is text)")

    def _scalar(self, event: events.ScalarEvent, spot: Spot) -> None:
        text: str = event.value
        try:
            value = text if event.style is not None else resolve(text)
        except ValueError as error:
            self.fault(spot, str(error))
            value = 0
        if isinstance(value, str) and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
            self.fault(spot, "a text with an escape that stands for no character")
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            self._key(frame, value, text, spot, quoted=event.style is not None)
        else:
            self._value(value, spot)

    def _key(self, frame: _Frame, value: object, text: str, spot: Spot, *, quoted: bool) -> None:
        if not isinstance(value, str):
            given = f"the key {shorten(text)} is not text" if text else "a key is missing before ':'"
            self.fault(spot, given + (f" (write '{shorten(text)}' with the quotes)" if text else ""))
            frame.key = _UNNAMED
            return
        if value == "<<" and not quoted:
            self.fault(spot, "the merge key '<<' is not supported (write the keys out)")
        loc = (*frame.loc, value)
        if loc in self.nodes.key_spots:
            line = self.nodes.key_spots[loc].line
            self.fault(spot, f"{dotted(loc)}: duplicate key, first given on line {line} (remove one of them)")
        else:
            self.nodes.key_spots[loc] = spot
        frame.key = value

    def _open(self, container: _Collection, spot: Spot) -> None:
        if len(self.frames) >= self.deepest:
            self.fault(spot, f"nested more than {self.deepest} levels deep")
            raise _Stop
        frame = self.frames[-1] if self.frames else None
        if frame is not None and isinstance(frame.container, dict) and frame.key is None:
            kind = "list" if isinstance(container, list) else "mapping"
            self.fault(spot, f"a {kind} as a key; expected text (quote it if it is text)")
            frame.key = _UNNAMED
            self.frames.append(_Frame(container, (*frame.loc, _UNNAMED), is_key=True))
            return
        self.frames.append(_Frame(container, self._place(container, spot)))

    def _value(self, value: object, spot: Spot) -> None:
        self._place(value, spot)
        self._finish_value()

    def _place(self, value: object, spot: Spot) -> Loc:
        """Put a value into the open list or mapping, and mark it."""
        self.nodes.empty = False
        if not self.frames:
            self.nodes.value = value
            loc: Loc = ()
        else:
            frame = self.frames[-1]
            if isinstance(frame.container, list):
                loc = (*frame.loc, len(frame.container))
                frame.container.append(value)
            else:
                loc = (*frame.loc, frame.key or "")
                frame.container[frame.key] = value
        self.nodes.spots[loc] = spot
        return loc

    def _finish_value(self) -> None:
        if self.frames:
            self.frames[-1].key = None

    def fault(self, spot: Spot, message: str) -> None:
        """Note a mistake."""
        self.nodes.faults.append(Fault(spot, message))


def _spot(mark: Any) -> Spot:
    return Spot(mark.line + 1, mark.column + 1)
