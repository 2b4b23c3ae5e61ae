"""What an expression refers to: the free references in it, names that it binds itself left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from iac.hcl.native import NativeBody
from iac.hcl.syntax import (
    Binary,
    Call,
    Conditional,
    Expression,
    For,
    IndexExpression,
    JsonTemplate,
    ObjectCons,
    Parens,
    RelativeTraversal,
    ScopeTraversal,
    Splat,
    Template,
    TemplateFor,
    TemplateIf,
    TemplateWrap,
    TupleCons,
    Unary,
)

_CHILDREN: Mapping[type[Expression], Callable[[Any], Iterable[Expression | None]]] = {
    Template: lambda n: n.parts,
    TemplateWrap: lambda n: (n.wrapped,),
    JsonTemplate: lambda n: (n.template,),
    TemplateIf: lambda n: (n.condition, n.then, n.otherwise),
    RelativeTraversal: lambda n: (n.source,),
    IndexExpression: lambda n: (n.collection, n.key),
    Splat: lambda n: (n.source, n.each),
    Call: lambda n: n.arguments,
    Conditional: lambda n: (n.condition, n.then, n.otherwise),
    Binary: lambda n: (n.left, n.right),
    Unary: lambda n: (n.operand,),
    TupleCons: lambda n: n.elements,
    ObjectCons: lambda n: (part for item in n.items for part in item),
    Parens: lambda n: (n.inner,),
}
_NOTHING: frozenset[str] = frozenset()


def references(expression: Expression) -> Iterator[ScopeTraversal]:
    """The free references of an expression in source order, those in its templates included."""
    return _walk(expression, _NOTHING)


def body_references(body: NativeBody) -> Iterator[ScopeTraversal]:
    """The free references of a body with everything in it, whatever its blocks mean."""
    for attribute in body.attributes.values():
        yield from references(attribute.expression)
    for block in body.blocks:
        if isinstance(block.body, NativeBody):
            yield from body_references(block.body)


def _walk(root: Expression, bound: frozenset[str]) -> Iterator[ScopeTraversal]:
    """The references below a node; no recursion, for expressions of any depth."""
    pending: list[tuple[Expression, frozenset[str]]] = [(root, bound)]
    while pending:
        node, bound = pending.pop()
        if isinstance(node, ScopeTraversal):
            if node.root not in bound:
                yield node
        elif isinstance(node, (For, TemplateFor)):
            inner = bound | {name for name in (node.key_name, node.value_name) if name}
            parts = (node.key, node.value, node.condition) if isinstance(node, For) else (node.body,)
            pending += [(part, inner) for part in reversed(parts) if part is not None]
            pending.append((node.collection, bound))
        else:
            children = _CHILDREN.get(type(node))
            if children is not None:
                pending += [(child, bound) for child in reversed([*children(node)]) if child is not None]
