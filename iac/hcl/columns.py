"""The form in which the nodes of a file are kept: tables of numbers instead of trees.

Everything a node refers to (constants, values, ranges, other nodes, sequences of nodes) has a number, and each
field of each class of nodes is one column of such numbers. Reading that back needs no step of Python for each
node: a file of a thousand blocks is there in a twentieth of the time that parsing it takes. The file's name is
not part of it.
"""

from __future__ import annotations

import json
import sys
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import chain, repeat
from typing import Any

from iac import __version__
from iac.diagnostics import Pos, SourceRange
from iac.hcl import syntax
from iac.hcl.native import NativeBody
from iac.hcl.syntax import Node
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING
from iac.values.value import Value

_CLASSES: tuple[type[Node], ...] = (
    NativeBody,
    *sorted(
        (c for c in vars(syntax).values() if isinstance(c, type) and issubclass(c, Node)), key=lambda c: c.__name__
    ),
)
_NUMBERS = {c: i for i, c in enumerate(_CLASSES)}
_TYPES = {STRING: "s", BOOL: "b", NUMBER: "n", DYNAMIC: "d"}
_BY_LETTER = {letter: ty for ty, letter in _TYPES.items()}

FORM = repr((2, __version__, sys.byteorder, array("I").itemsize, [(c.__name__, c.FIELDS) for c in _CLASSES]))
"""What the form depends on: what another program wrote in another form must not be read."""

_new_pos = partial(tuple.__new__, Pos)
_new_range = partial(tuple.__new__, SourceRange)

# The sections of the table of all objects, in the order of their numbers.
_CONSTANTS, _VALUES, _RANGES = 0, 1, 2
_NODES = 3
_TUPLES, _PAIRS, _DICTS = range(_NODES + len(_CLASSES), _NODES + len(_CLASSES) + 3)


def dump(body: NativeBody) -> bytes:
    """The body of a file in this form. Raises RecursionError when it is nested too deeply."""
    return _Writer().dump(body)


class _Writer:
    def __init__(self) -> None:
        self.sections: list[list[Any]] = [[] for _ in range(_DICTS + 1)]
        self.known: dict[Any, tuple[int, int]] = {}
        self.positions: dict[Pos, int] = {}

    def dump(self, body: NativeBody) -> bytes:
        root = self.node(body)
        sections = self.sections
        bases = [0]
        for section in sections:
            bases.append(bases[-1] + len(section))

        def numbers(references: Iterable[tuple[int, int]]) -> array[int]:
            return array("I", [bases[section] + index for section, index in references])

        sequences = list(chain(sections[_TUPLES], sections[_PAIRS], sections[_DICTS]))
        columns = [array("I", column) for column in zip(*self.positions, strict=True)]
        columns += [array("I", [r[side] for r in sections[_RANGES]]) for side in (0, 1)]
        columns += [array("I", map(len, sequences)), numbers(chain.from_iterable(sequences))]
        for nodes in sections[_NODES:_TUPLES]:
            columns += [numbers(column) for column in zip(*nodes, strict=True)]
        header = {
            "root": bases[root[0]] + root[1],
            "constants": sections[_CONSTANTS],
            "values": sections[_VALUES],
            "counts": [len(s) for s in sections[_NODES:]],
            "columns": [len(c) for c in columns],
        }
        head = json.dumps(header).encode()
        return b"".join([len(head).to_bytes(4, "big"), head, *(c.tobytes() for c in columns)])

    def node(self, node: Node) -> tuple[int, int]:
        reference = self.reference
        row = [self.range(node.range)]
        row += [reference(getattr(node, name)) for name in node.FIELDS]
        return self.add(_NODES + _NUMBERS[node.__class__], row)

    def reference(self, item: Any) -> tuple[int, int]:
        """The section and the index in it of anything that a field may hold."""
        kind = item.__class__
        if kind in _NUMBERS:
            return self.node(item)
        if kind is SourceRange:
            return self.range(item)
        if kind is str:
            return self.once(item, _CONSTANTS, item)
        if isinstance(item, Value):
            plain = [_TYPES[item.type], *_plain(item.raw)]
            return self.once(("value", item.raw.__class__, *plain), _VALUES, plain)
        if kind is dict:
            return self.add(_DICTS, [self.node(attribute) for attribute in item.values()])
        if kind is tuple or kind is list:
            if item and item[0].__class__ is tuple:
                return self.add(_PAIRS, [self.node(node) for pair in item for node in pair])
            return self.add(_TUPLES, [self.reference(element) for element in item])
        return self.once(("constant", kind, item), _CONSTANTS, item)

    def range(self, range: SourceRange) -> tuple[int, int]:
        _, start, end = range
        positions = self.positions
        sides = positions.setdefault(start, len(positions)), positions.setdefault(end, len(positions))
        return self.once(sides, _RANGES, sides)

    def once(self, key: Any, section: int, item: Any) -> tuple[int, int]:
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self.add(section, item)
        return known

    def add(self, section: int, item: Any) -> tuple[int, int]:
        self.sections[section].append(item)
        return section, len(self.sections[section]) - 1


def _plain(raw: Any) -> tuple[Any, ...]:
    """A primitive as JSON has it; a number that is not whole as the bytes of gmpy2, in hexadecimal."""
    if raw is None or isinstance(raw, (str, bool, int)):
        return (raw,)
    import gmpy2

    return (None, gmpy2.to_binary(raw).hex())


def _value(letter: str, raw: Any, binary: str | None = None) -> Value:
    if binary is not None:
        import gmpy2

        raw = gmpy2.from_binary(bytes.fromhex(binary))
    return Value(_BY_LETTER[letter], raw)


def load(content: bytes, filename: str) -> NativeBody:
    """The body that `dump` wrote, placed under `filename`.

    Raises LookupError, TypeError, ValueError or AttributeError for most of what is not in this form.
    """
    length = int.from_bytes(content[:4], "big")
    header = json.loads(content[4 : 4 + length])
    columns = _columns(content, 4 + length, header["columns"])
    positions = list(map(_new_pos, zip(next(columns), next(columns), next(columns), strict=True)))
    starts, ends = (map(positions.__getitem__, next(columns)) for _ in range(2))
    objects: list[Any] = header["constants"]
    objects += [_value(*value) for value in header["values"]]
    objects += map(_new_range, zip(repeat(filename), starts, ends, strict=False))
    lengths, members = next(columns), next(columns)
    classes, (tuples, pairs, _) = header["counts"][:-3], header["counts"][-3:]
    nodes = [list(map(cls.__new__, repeat(cls, count))) for cls, count in zip(_CLASSES, classes, strict=True)]
    objects += chain.from_iterable(nodes)
    sequences = _sequences(list(map(objects.__getitem__, members)), lengths)
    objects += sequences[:tuples]
    objects += (tuple(zip(s[::2], s[1::2], strict=True)) for s in sequences[tuples : tuples + pairs])
    mappings = sequences[tuples + pairs :]
    dicts: list[dict[str, Any]] = [{} for _ in mappings]
    objects += dicts
    for cls, instances in zip(_CLASSES, nodes, strict=True):
        if instances:
            for name in ("range", *cls.FIELDS):
                # One pass in C for each field: `deque` takes what `__set__` returns, and keeps none of it.
                values = map(objects.__getitem__, next(columns))
                deque(map(getattr(cls, name).__set__, instances, values), maxlen=0)
    for mapping, attributes in zip(dicts, mappings, strict=True):
        mapping.update((attribute.name, attribute) for attribute in attributes)
    body = objects[header["root"]]
    if not isinstance(body, NativeBody):
        raise TypeError("not the body of a file")
    return body


def _columns(content: bytes, at: int, lengths: Sequence[int]) -> Any:
    view = memoryview(content)
    size = array("I").itemsize
    for length in lengths:
        column = array("I")
        column.frombytes(view[at : at + length * size])
        if len(column) != length:
            raise ValueError("too short")
        at += length * size
        yield column


def _sequences(members: Sequence[Any], lengths: Iterable[int]) -> list[tuple[Any, ...]]:
    sequences = []
    at = 0
    for length in lengths:
        sequences.append(tuple(members[at : at + length]))
        at += length
    return sequences
