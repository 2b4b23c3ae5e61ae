"""Values as YAML, laid out as go-cty-yaml does it. Emitting is PyYAML's, made to agree with libyaml."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from iac.values import numbers
from iac.values.value import Value, string

if TYPE_CHECKING:
    import yaml

_WIDTH = 80

_ESCAPES = {
    "\0": "0",
    "\a": "a",
    "\b": "b",
    "\t": "t",
    "\n": "n",
    "\v": "v",
    "\f": "f",
    "\r": "r",
    "\x1b": "e",
    '"': '"',
    "\\": "\\",
    "\x85": "N",
    "\u2028": "L",
    "\u2029": "P",
}


def _escaped(char: str) -> str:
    """A character inside double quotes; those outside the basic plane are escaped, as libyaml does it."""
    if char in _ESCAPES:
        return "\\" + _ESCAPES[char]
    if " " <= char <= "~" or "\xa0" <= char <= "\ud7ff" or ("\ue000" <= char <= "\ufffd" and char != "\ufeff"):
        return char
    code = ord(char)
    return f"\\x{code:02X}" if code < 0x100 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


@cache
def _emitter() -> Any:
    """PyYAML's emitter, made to write as libyaml does where the two differ."""
    from yaml.emitter import Emitter
    from yaml.events import ScalarEvent

    class LibyamlEmitter(Emitter):
        def check_simple_key(self) -> bool:
            """An empty string is a simple key too."""
            empty = isinstance(self.event, ScalarEvent) and self.event.value == ""
            return empty or bool(super().check_simple_key())

        def check_empty_document(self) -> bool:
            """An empty string needs no `---` before it."""
            return False

        def write_double_quoted(self, text: str, split: bool = True) -> None:
            """Folds at a space once the line is long enough, leaving that space out."""
            self.write_indicator('"', True)
            after_space = False
            for position, char in enumerate(text):
                inside = 0 < position < len(text) - 1
                if char == " " and split and inside and not after_space and self.column > self.best_width:
                    self.write_indent()
                    written = "\\" if text[position + 1] == " " else ""
                else:
                    written = _escaped(char)
                self.column += len(written)
                self.stream.write(written)
                after_space = char == " "
            self.write_indicator('"', False)

    return LibyamlEmitter


def _events(value: Value) -> Iterator[yaml.Event]:
    """The events of a value: block style, strings quoted, those of several lines as literal blocks."""
    import yaml

    raw = value.raw
    if raw.__class__ is dict:
        yield yaml.MappingStartEvent(None, None, True, flow_style=not raw)
        for key, part in raw.items():
            yield from _events(string(key))
            yield from _events(part)
        yield yaml.MappingEndEvent()
    elif raw.__class__ is tuple:
        yield yaml.SequenceStartEvent(None, None, True, flow_style=not raw)
        for part in raw:
            yield from _events(part)
        yield yaml.SequenceEndEvent()
    elif raw.__class__ is str:
        literal = "\n" in raw and max(raw) <= "\uffff"
        yield yaml.ScalarEvent(None, None, (True, True), raw, style="|" if literal else '"')
    else:
        yield yaml.ScalarEvent(None, None, (True, True), scalar_text(raw))


def scalar_text(raw: Any) -> str:
    """A null, a bool or a number as a plain scalar."""
    if raw is None:
        return "null"
    if raw.__class__ is bool:
        return "true" if raw else "false"
    if numbers.is_infinite(raw):
        return "+.Inf" if raw > 0 else "-.Inf"
    return numbers.format_number(raw)


def encode(value: Value) -> str:
    """A wholly known value as a document in block style."""
    import yaml

    stream = io.StringIO()
    emitter = _emitter()(stream, width=_WIDTH, allow_unicode=True)
    for event in (
        yaml.StreamStartEvent(),
        yaml.DocumentStartEvent(explicit=False),
        *_events(value),
        yaml.DocumentEndEvent(explicit=False),
        yaml.StreamEndEvent(),
    ):
        emitter.emit(event)
    return stream.getvalue()
