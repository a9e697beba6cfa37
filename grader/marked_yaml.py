"""YAML text as plain data that knows the line of every key and value.

The YAML is that of the 1.2 core schema, without what can surprise or do harm: `1e-5` is a number, only `true` and
`false` are booleans (`y`, `no` and `on` stay text), `010` is ten, there are no dates; aliases, anchors, tags, merge
keys, repeated keys and deep nesting are refused. Mappings become dicts with text as keys, sequences become tuples.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, cast

import yaml

from grader.visible import visible

KeyPath: TypeAlias = tuple[str | int, ...]
Data: TypeAlias = "None | bool | int | float | str | tuple[Data, ...] | dict[str, Data]"

MOST_DEPTH = 20
LINE_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""What PyYAML counts as the end of a line."""

_NULL = re.compile(r"(~|null|Null|NULL|)")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_MOST_DIGITS = 400
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Place:
    """Where a key and its value stand (lines from 1); `style` is that of the scalar: "|", ">", quotes or None."""

    key_line: int
    line: int
    style: str | None = None


@dataclass(frozen=True)
class Document:
    """The data of a file, and where each part of it stands."""

    data: Data
    places: Mapping[KeyPath, Place]

    def place(self, path: KeyPath) -> Place:
        """Where the path stands, or the nearest part of the document around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(1, 1))


@dataclass
class RefusalError(Exception):
    """YAML that may be valid, but not here; `quotable` if quotes round a value would make it text."""

    sentence: str
    line: int
    path: KeyPath = ()
    quotable: bool = False


def dotted(path: KeyPath) -> str:
    """A path as a reader writes it: `cases[1].dims.N`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{visible(part, limit=80)}" for part in path)
    return text.removeprefix(".")


def compose(text: str) -> Document:
    """The single document in the text; raises `RefusalError`, or the `yaml.YAMLError` of PyYAML."""
    loader = yaml.SafeLoader(text)
    composer = _Composer(loader)
    try:
        return Document(composer.document(), composer.places)
    except (ValueError, ArithmeticError) as error:
        raise RefusalError("there is no character with the number that stands here", loader.line + 1) from error


@dataclass
class _Composer:
    """Builds data from the events of a parser, from top to bottom, noting places on the way."""

    loader: yaml.SafeLoader
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def next(self) -> yaml.Event:
        return cast(yaml.Event, self.loader.get_event())  # type: ignore[no-untyped-call]

    def document(self) -> Data:
        self.next()  # the stream starts
        if isinstance(self.next(), yaml.StreamEndEvent):
            return None
        data = self.value(self.next(), (), None)
        self.next()  # the document ends
        following = self.next()
        if not isinstance(following, yaml.StreamEndEvent):
            raise RefusalError("the file has a second document, after `---`; it should have one", _line(following))
        return data

    def value(self, event: yaml.Event, path: KeyPath, key_line: int | None) -> Data:
        line = _line(event)
        self._refuse_extras(event, path)
        self.places[path] = Place(key_line or line, line, getattr(event, "style", None))
        if len(path) > MOST_DEPTH:
            raise RefusalError(f"this is nested more than {MOST_DEPTH} levels deep", line, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        assert isinstance(event, yaml.ScalarEvent)
        if _SURROGATE.search(event.value):
            raise RefusalError("this text has half of a surrogate pair in it, which is no character", line, path)
        return event.value if event.style else _plain(event.value, line, path)

    def _mapping(self, path: KeyPath) -> Data:
        data: dict[str, Data] = {}
        while not isinstance(event := self.next(), yaml.MappingEndEvent):
            line = _line(event)
            self._refuse_extras(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                raise RefusalError("a key should be a name, not a list or a mapping", line, path)
            key = event.value
            if key == "<<" and not event.style:
                raise RefusalError("merge keys (`<<`) are not used here; write the keys out", line, path)
            if _SURROGATE.search(key):
                raise RefusalError("a key has half of a surrogate pair in it, which is no character", line, path)
            if key in data:
                first = self.places[(*path, key)].key_line
                raise RefusalError(
                    f"this key stands here a second time; the first is in line {first}", line, (*path, key)
                )
            data[key] = self.value(self.next(), (*path, key), line)
        return data

    def _sequence(self, path: KeyPath) -> Data:
        items: list[Data] = []
        while not isinstance(event := self.next(), yaml.SequenceEndEvent):
            items.append(self.value(event, (*path, len(items)), None))
        return tuple(items)

    def _refuse_extras(self, event: yaml.Event, path: KeyPath) -> None:
        anchor, tag = getattr(event, "anchor", None), getattr(event, "tag", None)
        if isinstance(event, yaml.AliasEvent):
            raise RefusalError(f"aliases (`*{anchor}`) are not used here", _line(event), path, quotable=True)
        if anchor is not None:
            raise RefusalError(f"anchors (`&{anchor}`) are not used here", _line(event), path, quotable=True)
        if tag is not None:
            raise RefusalError(f"tags (`{tag}`) are not used here", _line(event), path, quotable=True)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(text: str, line: int, path: KeyPath) -> Data:
    """A scalar without quotes, by the core schema of YAML 1.2."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    number = _INT.fullmatch(text) or _FLOAT.fullmatch(text)
    if not number:
        return text
    if len(text) > _MOST_DIGITS:
        raise RefusalError(f"this number has more than {_MOST_DIGITS} digits", line, path)
    if _INT.fullmatch(text):
        return int(text, 10 if text.lstrip("+-").isdigit() else 0)
    return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
