"""Syntax nodes: what a parsed file is made of. Each owns its source range.

Owns the shapes only: building them is left to `parser` (native syntax) and `json_syntax` (`.tf.json`),
evaluating them to `evaluate`. Nothing here or after it knows python-hcl2.

Nodes are immutable by convention and compare by identity. Their `__slots__`, base first, are the argument
order of their constructors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Protocol, TypeAlias

from iac.diagnostics import Diagnostic, SourceRange
from iac.values.value import Value


class Node:
    """A syntax node."""

    __slots__ = ("range",)
    range: SourceRange

    FIELDS: ClassVar[tuple[str, ...]] = ()
    """The names of the fields after `range`, in the order of the constructor's arguments."""

    def __init__(self, range: SourceRange, *fields: Any) -> None:
        self.range = range
        for name, value in zip(self.FIELDS, fields, strict=True):
            setattr(self, name, value)

    def __init_subclass__(cls) -> None:
        cls.FIELDS = tuple(n for n in cls.__dict__["__slots__"] if not n.startswith("_"))


class Expression(Node):
    """Any expression. `_code` is where `evaluate` keeps its compiled form."""

    __slots__ = ("_code",)


class Literal(Expression):
    """A constant: number, bool, null, or a string without interpolation."""

    __slots__ = ("value",)
    value: Value


class Template(Expression):
    """A string with interpolations or directives; `parts` are expressions and directives in order.

    A literal stretch is a `Literal` string. A template of exactly one interpolation (`"${x}"`) is a
    `TemplateWrap`, never this.
    """

    __slots__ = ("parts",)
    parts: Sequence[Expression]


class JsonTemplate(Expression):
    """A string of the JSON syntax with interpolations: `template`, or just its `text` where nothing may be referred
    to, such as in the default of a variable."""

    __slots__ = ("text", "template")
    text: str
    template: Expression


class TemplateWrap(Expression):
    """`"${x}"` alone: the value of `x` itself, whatever its type."""

    __slots__ = ("wrapped",)
    wrapped: Expression


class TemplateIf(Expression):
    """`%{ if c }...%{ else }...%{ endif }` inside a template; `otherwise` is None without an else."""

    __slots__ = ("condition", "then", "otherwise")
    condition: Expression
    then: Template
    otherwise: Template | None


class TemplateFor(Expression):
    """`%{ for k, v in xs }...%{ endfor }` inside a template; `key_name` is None when only one is named."""

    __slots__ = ("key_name", "value_name", "collection", "body")
    key_name: str | None
    value_name: str
    collection: Expression
    body: Template


class Attr(Node):
    """A traversal step `.name`."""

    __slots__ = ("name",)
    name: str


class Index(Node):
    """A traversal step `[key]` or `.0` with a constant key."""

    __slots__ = ("key",)
    key: Value


Step: TypeAlias = Attr | Index


class ScopeTraversal(Expression):
    """A reference: a root name and constant steps from it, such as `var.a.b[0]`."""

    __slots__ = ("root", "steps")
    root: str
    steps: Sequence[Step]


class RelativeTraversal(Expression):
    """Constant steps from the value of any expression: `f(x).a[0]`, `a[i].b`."""

    __slots__ = ("source", "steps")
    source: Expression
    steps: Sequence[Step]


class IndexExpression(Expression):
    """`collection[key]` with a key that is to be evaluated."""

    __slots__ = ("collection", "key")
    collection: Expression
    key: Expression


class Splat(Expression):
    """`source[*]...` (full) or `source.*...` (attributes only).

    `each` is what is done with every element: an expression over a `SplatElement`, or None for nothing.
    """

    __slots__ = ("source", "each", "full", "marker_range")
    source: Expression
    each: Expression | None
    full: bool
    marker_range: SourceRange


class SplatElement(Expression):
    """The current element, at the innermost source of a splat's `each`."""

    __slots__ = ()


class Call(Expression):
    """A function call; `expand_final` for `f(xs...)`. `name` may be namespaced (`core::length`)."""

    __slots__ = ("name", "name_range", "arguments", "expand_final")
    name: str
    name_range: SourceRange
    arguments: Sequence[Expression]
    expand_final: bool


class Conditional(Expression):
    """`condition ? then : otherwise`."""

    __slots__ = ("condition", "then", "otherwise")
    condition: Expression
    then: Expression
    otherwise: Expression


class Binary(Expression):
    """`left operator right`."""

    __slots__ = ("operator", "left", "right")
    operator: str
    left: Expression
    right: Expression


class Unary(Expression):
    """`-operand` or `!operand`."""

    __slots__ = ("operator", "operand")
    operator: str
    operand: Expression


class TupleCons(Expression):
    """`[a, b]`."""

    __slots__ = ("elements",)
    elements: Sequence[Expression]


class ObjectCons(Expression):
    """`{ a = 1, (k) = 2 }`: pairs of key and value. A bare name as key is a `Literal` string already."""

    __slots__ = ("items",)
    items: Sequence[tuple[Expression, Expression]]


class For(Expression):
    """`[for k, v in c : x if y]` when `key` is None, else `{for k, v in c : key => x... if y}`."""

    __slots__ = ("key_name", "value_name", "collection", "key", "value", "condition", "group")
    key_name: str | None
    value_name: str
    collection: Expression
    key: Expression | None
    value: Expression
    condition: Expression | None
    group: bool


class Parens(Expression):
    """`(inner)`: kept because its range differs and it stops a bare object key from being a name."""

    __slots__ = ("inner",)
    inner: Expression


class Attribute(Node):
    """`name = expression` in a body. (In the user's words an argument.)"""

    __slots__ = ("name", "name_range", "expression")
    name: str
    name_range: SourceRange
    expression: Expression


class Block(Node):
    """A block: its type, labels and body. `range` covers the header alone, as Terraform marks it;
    `full_range` everything up to the closing brace."""

    __slots__ = ("type", "type_range", "labels", "label_ranges", "body", "full_range")
    type: str
    type_range: SourceRange
    labels: Sequence[str]
    label_ranges: Sequence[SourceRange]
    body: Body
    full_range: SourceRange


class BlockHeader:
    """What a body schema expects of one block type: how many labels, and their names for messages."""

    __slots__ = ("labels",)

    def __init__(self, *labels: str) -> None:
        self.labels = labels


class Content:
    """What a body holds, sorted by a body schema: arguments by name, blocks in order."""

    __slots__ = ("attributes", "blocks", "missing_range")

    def __init__(
        self, attributes: Mapping[str, Attribute], blocks: Sequence[Block], missing_range: SourceRange
    ) -> None:
        self.attributes = attributes
        self.blocks = blocks
        self.missing_range = missing_range

    def of_type(self, block_type: str) -> Iterator[Block]:
        """The blocks of one type."""
        return (b for b in self.blocks if b.type == block_type)


class Body(Protocol):
    """The inside of a file or block, in either syntax.

    What is an argument and what a block is for the reader's schema to say: in JSON both look alike.
    """

    range: SourceRange
    missing_range: SourceRange
    """Where to point when something that is required is missing."""

    def content(
        self, attributes: Mapping[str, bool], blocks: Mapping[str, BlockHeader], *, partial: bool = False
    ) -> tuple[Content, list[Diagnostic]]:
        """Sorts the body: `attributes` are the names allowed, True for required.

        Returns the content and the diagnostics: an unsupported argument or block type (unless `partial`),
        with the nearest name; a missing required one; wrong labels; one written as the other.
        """
        ...

    def just_attributes(self) -> tuple[Mapping[str, Attribute], list[Diagnostic]]:
        """All arguments when nothing else is allowed (locals, tfvars); a block is a diagnostic."""
        ...


class File:
    """A parsed file: its name as it is shown, and its body."""

    __slots__ = ("filename", "body")

    def __init__(self, filename: str, body: Body) -> None:
        self.filename = filename
        self.body = body
