"""Expressions of nested depth, drawn by hypothesis: mostly sensible, on purpose not always.

Owns the grammar; the words are in `words.py`, and what can be referred to is declared in `world.tf`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final, TypeAlias, TypeVar

from conformance.differential.tree import Node, leaf
from conformance.differential.words import CALLS, NUMBERS, REFERENCES, SIZES, TEXTS, Signature
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

Names: TypeAlias = tuple[tuple[str, str], ...]
"""The names that `for` binds around a place, each with its kind."""

T = TypeVar("T")

DEPTH: Final = 4
KINDS: Final = ("number", "string", "bool", "sequence", "mapping")
_LISTS_OF: Final = {
    "numbers": "number",
    "strings": "string",
    "bools": "bool",
    "lists": "sequence",
    "mappings": "mapping",
}
_MAPPINGS: Final = {"limits": "var.limits", "tags": "var.tags"}


class _Grammar:
    """Draws expressions; every method gives the tree of one."""

    def __init__(self, number_from: Callable[[int, int], int]) -> None:
        self.number_from = number_from

    def choose(self, options: Sequence[T]) -> T:
        return options[self.number_from(0, len(options) - 1)]

    def once_in(self, count: int) -> bool:
        return self.number_from(1, count) == count

    # --- kinds ---

    def expression(self, kind: str, depth: int, names: Names = ()) -> Node:
        """An expression that is probably of a kind."""
        if kind == "any" or (kind in KINDS and self.once_in(12)):
            kind = self.choose(KINDS)
        if kind not in KINDS:
            return self._special(kind, depth, names)
        if depth <= 0 or self.once_in(6):
            return self._atom(kind, names)
        common = (self._call, self._call, self._call, self._conditional, self._reference, self._taken, self._wrapped)
        own: dict[str, tuple[Callable[[str, int, Names], Node], ...]] = {
            "number": (self._arithmetic, self._arithmetic, self._negated),
            "string": (self._template, self._template, self._heredoc),
            "bool": (self._comparison, self._equality, self._equality, self._logic, self._negated),
            "sequence": (self._tuple, self._tuple, self._for_tuple, self._for_tuple, self._splat),
            "mapping": (self._object, self._object, self._for_object),
        }
        return self.choose((*own[kind], *common))(kind, depth - 1, names)

    def _special(self, kind: str, depth: int, names: Names) -> Node:
        if kind in ("size", "place", "step"):
            return leaf(self.choose(SIZES if kind == "size" else (*SIZES, "-1", "-3")))
        if kind in _LISTS_OF:
            return self._list_of(_LISTS_OF[kind], depth, names)
        if kind in _MAPPINGS:
            return leaf(_MAPPINGS[kind]) if self.once_in(2) else self.expression("mapping", depth, names)
        if kind == "template":
            return Node(
                ("{ name = ", self.expression("string", depth, names), ", n = ", leaf(self.choose(SIZES)), " }")
            )
        if kind in TEXTS:
            if self.once_in(8):
                return self.expression("string", depth, names)
            text = self.choose(TEXTS[kind])
            return leaf(quoted(text.replace("\\\\", "\\")))
        if "(" in kind:
            name, _, inner = kind.removesuffix(")").partition("(")
            return Node((f"{name}(", self.expression(inner, depth, names), ")"))
        return leaf(kind)

    def _list_of(self, kind: str, depth: int, names: Names) -> Node:
        parts: list[str | Node] = ["["]
        for position in range(self.number_from(0, 3)):
            parts += [", " if position else "", self.expression(kind, depth, names)]
        items = Node((*parts, "]"))
        wrapper = self.choose(("", "", "tolist", "toset"))
        return Node((f"{wrapper}(", items, ")")) if wrapper else items

    # --- leaves ---

    def _atom(self, kind: str, names: Names) -> Node:
        bound = [name for name, of in names if of in (kind, "any")]
        if bound and self.once_in(2):
            return leaf(self.choose(bound))
        if self.once_in(25):
            return leaf("null")
        if kind == "number":
            return leaf(self.choose(NUMBERS)) if self.once_in(2) else leaf(str(self.number_from(-5, 12)))
        if kind == "string":
            return (
                leaf(quoted(self.choose(TEXTS["string"]))) if not self.once_in(3) else self._reference(kind, 0, names)
            )
        if kind == "bool":
            return leaf(self.choose(("true", "false", "var.flag")))
        return self._reference(kind, 0, names)

    def _reference(self, kind: str, depth: int, names: Names) -> Node:
        return leaf(self.choose(REFERENCES[kind]))

    # --- operators ---

    def _pair(self, kind: str, operator: str, depth: int, names: Names) -> Node:
        left, right = self.expression(kind, depth, names), self.expression(kind, depth, names)
        return Node(("(", left, f" {operator} ", right, ")"))

    def _arithmetic(self, kind: str, depth: int, names: Names) -> Node:
        return self._pair("number", self.choose("+-*/%"), depth, names)

    def _comparison(self, kind: str, depth: int, names: Names) -> Node:
        return self._pair("number", self.choose(("<", "<=", ">", ">=")), depth, names)

    def _equality(self, kind: str, depth: int, names: Names) -> Node:
        return self._pair(self.choose(KINDS), self.choose(("==", "!=")), depth, names)

    def _logic(self, kind: str, depth: int, names: Names) -> Node:
        return self._pair("bool", self.choose(("&&", "||")), min(depth, 1), names)

    def _negated(self, kind: str, depth: int, names: Names) -> Node:
        return Node(("-(" if kind == "number" else "!(", self.expression(kind, depth, names), ")"))

    def _conditional(self, kind: str, depth: int, names: Names) -> Node:
        other = "any" if self.once_in(5) else kind
        then, otherwise = self.expression(kind, depth, names), self.expression(other, depth, names)
        return Node(("(", self.expression("bool", min(depth, 2), names), " ? ", then, " : ", otherwise, ")"))

    # --- templates ---

    def _template(self, kind: str, depth: int, names: Names) -> Node:
        return Node(('"', *self._template_parts(depth, names, quoted_inside), '"'))

    def _heredoc(self, kind: str, depth: int, names: Names) -> Node:
        dash = self.choose(("", "-"))
        pad = "  " if dash else ""
        body: list[str | Node] = []
        for _ in range(self.number_from(0, 3)):
            body += [self.choose(("", pad, pad + "  ")), *self._template_parts(min(depth, 1), names, _plain), "\n"]
        return Node((f"(<<{dash}EOT\n", *body, f"{pad}EOT\n)"))

    def _template_parts(self, depth: int, names: Names, text: Callable[[str], str]) -> list[str | Node]:
        parts: list[str | Node] = []
        for _ in range(self.number_from(0, 3)):
            what = self.choose(("text", "text", "value", "value", "if", "for"))
            before, after = self.choose(("", "", "~")), self.choose(("", "", "~"))
            if what == "text":
                parts.append(text(self.choose(TEXTS["string"])))
            elif what == "value":
                parts += [f"${{{before} ", self.expression(self.choose(KINDS[:4]), depth, names), f" {after}}}"]
            elif what == "if":
                parts += self._if(depth, names, text, before, after)
            else:
                parts += self._template_for(depth, names, text, before, after)
        return parts

    def _if(self, depth: int, names: Names, text: Callable[[str], str], before: str, after: str) -> list[str | Node]:
        parts: list[str | Node] = [f"%{{{before} if ", self.expression("bool", min(depth, 1), names), f" {after}}}"]
        parts += [" x ", *self._inside(depth, names, text)]
        if self.once_in(2):
            parts += [f"%{{{after} else {before}}}", text(self.choose(TEXTS["string"])), " "]
        return [*parts, f"%{{ endif {after}}}"]

    def _template_for(
        self, depth: int, names: Names, text: Callable[[str], str], before: str, after: str
    ) -> list[str | Node]:
        name = f"t{len(names)}"
        inner = (*names, (name, "string"))
        parts: list[str | Node] = [f"%{{ for {name} in ", self.expression("sequence", depth, names), f" {before}}}"]
        return [*parts, f" ${{{name}}},", *self._inside(depth - 1, inner, text), f"%{{{after} endfor }}"]

    def _inside(self, depth: int, names: Names, text: Callable[[str], str]) -> list[str | Node]:
        return [] if depth <= 0 else self._template_parts(depth - 1, names, text)

    # --- structures ---

    def _tuple(self, kind: str, depth: int, names: Names) -> Node:
        each = "any" if self.once_in(3) else self.choose(KINDS)
        return self._list_of(each, depth, names)

    def _object(self, kind: str, depth: int, names: Names) -> Node:
        parts: list[str | Node] = ["{"]
        each = "any" if self.once_in(2) else self.choose(KINDS)
        for position in range(self.number_from(0, 3)):
            parts.append(", " if position else " ")
            if self.once_in(5):
                parts += ["(", self.expression("string", min(depth, 1), names), ")"]
            else:
                parts.append(self.choose(("a", "b", "c", '"c d"', "name", '"0"', "true", "1")))
            parts += [" = ", self.expression(each, depth, names)]
        wrapper = self.choose(("", "", "", "tomap"))
        items = Node((*parts, " }"))
        return Node((f"{wrapper}(", items, ")")) if wrapper else items

    def _bound(self, names: Names, of: str) -> tuple[str, Names]:
        key, value = f"k{len(names)}", f"v{len(names)}"
        if self.once_in(3):
            return value, (*names, (value, "any"))
        return f"{key}, {value}", (*names, (key, "string" if of == "mapping" else "number"), (value, "any"))

    def _collection(self, depth: int, names: Names) -> tuple[str, Node]:
        kind = "sequence" if self.once_in(2) else "mapping"
        return kind, self.expression(kind, depth, names)

    def _condition(self, depth: int, names: Names) -> tuple[str | Node, ...]:
        if not self.once_in(3):
            return ()
        return (" if ", self.expression("bool", min(depth, 2), names))

    def _for_tuple(self, kind: str, depth: int, names: Names) -> Node:
        of, collection = self._collection(depth, names)
        bound, inner = self._bound(names, of)
        body = self.expression("any", depth, inner)
        return Node((f"[for {bound} in ", collection, " : ", body, *self._condition(depth, inner), "]"))

    def _for_object(self, kind: str, depth: int, names: Names) -> Node:
        of, collection = self._collection(depth, names)
        bound, inner = self._bound(names, of)
        key = (
            leaf(inner[-2][0]) if "," in bound and self.once_in(2) else self.expression("string", min(depth, 1), inner)
        )
        group = "..." if self.once_in(3) else ""
        body = self.expression("any", depth, inner)
        start = (f"{{for {bound} in ", collection, " : ")
        return Node((*start, key, " => ", body, group, *self._condition(depth, inner), "}"))

    def _splat(self, kind: str, depth: int, names: Names) -> Node:
        source = self.expression(self.choose(("sequence", "sequence", "sequence", "any")), depth, names)
        after = self.choose(("[*]", ".*", "[*].name", ".*.name", "[*][0]", "[*].a", ".*.a", "[*].tags[0]", '[*]["a"]'))
        return Node(("(", source, f"){after}"))

    # --- taking apart, and calls ---

    def _taken(self, kind: str, depth: int, names: Names) -> Node:
        """An element of a collection that was written for it."""
        way = self.choose(("index", "attribute", "key", "any", "number"))
        if way == "index":
            return Node(
                ("[", self.expression(kind, depth, names), "][", leaf(self.choose(("0", "0", '"0"', "1"))), "]")
            )
        if way == "attribute":
            return Node(("{ a = ", self.expression(kind, depth, names), " }", self.choose((".a", '["a"]', ".b"))))
        if way == "key":
            return Node(("(", self.expression("mapping", depth, names), ")[", self.expression("key", 0, names), "]"))
        if way == "number":
            return Node(("(", self.expression("sequence", depth, names), ")", self.choose((".0", "[1]", "[0]"))))
        return Node(("(", self.expression("sequence", depth, names), ")[", self.expression("number", 0, names), "]"))

    def _wrapped(self, kind: str, depth: int, names: Names) -> Node:
        before, after = self.choose(
            (("(", ")"), ("try(", ", null)"), ("sensitive(", ")"), ("coalesce(", ")"), ("[", "]..."))
        )
        if after == "]...":
            return Node(("coalesce([", self.expression(kind, depth, names), ", ", self._atom(kind, names), "]...)"))
        return Node((before, self.expression(kind, depth, names), after))

    def _call(self, kind: str, depth: int, names: Names) -> Node:
        signature: Signature = self.choose(CALLS[kind])
        kinds = list(signature.kinds)
        if signature.more:
            kinds += [kinds[-1]] * self.number_from(0, 2)
        if self.once_in(40):
            kinds = kinds[:-1] if self.once_in(2) else [*kinds, "any"]
        arguments = [self.expression(k, depth, names) for k in kinds]
        parts: list[str | Node] = [
            f"{'core::' if self.once_in(40) and ':' not in signature.name else ''}{signature.name}("
        ]
        for position, argument in enumerate(arguments):
            parts += [", " if position else "", argument]
        expanded = "..." if arguments and (signature.expanded or self.once_in(60)) else ""
        return Node((*parts, f"{expanded})"))


def quoted(text: str) -> str:
    """A string literal in HCL."""
    return f'"{quoted_inside(text)}"'


def quoted_inside(text: str) -> str:
    """The text as it stands between quotes: characters that must be, and some that may be, are escaped."""
    named = {
        "\n": "\\n",
        "\t": "\\t",
        '"': '\\"',
        "\\": "\\\\",
        "\x7f": "\\u007f",
        "\u2028": "\\u2028",
        "\u0301": "\\u0301",
        "\u200d": "\\u200d",
    }
    escaped = text if "👩" in text else "".join(named.get(char, char) for char in text)
    return escaped.replace("${", "$${").replace("%{", "%%{")


def _plain(text: str) -> str:
    """The text as it stands in a heredoc."""
    return text.replace("${", "$${").replace("%{", "%%{").replace("\x7f", "").replace("\n", " ")


@st.composite
def expressions(draw: Callable[..., Any]) -> Node:
    """Expressions of any kind."""
    return _expression(lambda least, most: int(draw(st.integers(least, most))))


def _expression(number_from: Callable[[int, int], int]) -> Node:
    return _Grammar(number_from).expression("any", number_from(1, DEPTH))


def generate(count: int, start: int) -> list[Node]:
    """So many different expressions, always the same for the same `start`: one part drawn by hypothesis, which likes
    extremes and repetition, three parts evenly."""
    found: dict[str, Node] = {}
    even = Random(start)
    for node in _drawn(count // 4, start):
        found.setdefault(node.text, node)
    while len(found) < count:
        node = _expression(even.randint)
        found.setdefault(node.text, node)
    return list(found.values())[:count]


def _drawn(count: int, start: int) -> list[Node]:
    drawn: list[Node] = []
    allowed = {"phases": [Phase.generate], "suppress_health_check": list(HealthCheck)}

    @seed(start)
    @settings(max_examples=max(count, 1), database=None, deadline=None, **allowed)
    @given(expressions())
    def collect(node: Node) -> None:
        drawn.append(node)

    collect()
    return drawn
