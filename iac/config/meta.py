"""Reads what the language itself defines inside blocks: meta-arguments, lifecycle, conditions, constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from iac.address import MANAGED
from iac.config.model import CheckRule, Lifecycle, ProviderReference
from iac.diagnostics import Diagnostics, DiagnosticsError, SourceRange
from iac.hcl.evaluate import evaluate
from iac.hcl.references import references
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import (
    Attr,
    Block,
    BlockHeader,
    Content,
    Expression,
    Index,
    IndexExpression,
    Literal,
    ObjectCons,
    RelativeTraversal,
    ScopeTraversal,
    TupleCons,
)
from iac.values.convert import ConversionError, convert
from iac.values.paths import Key, Path
from iac.values.types import BOOL, STRING, Type
from iac.values.value import Value

_LIFECYCLE = {
    "create_before_destroy": False,
    "prevent_destroy": False,
    "ignore_changes": False,
    "replace_triggered_by": False,
}


def constant(expression: Expression, ty: Type, diagnostics: Diagnostics) -> Value | None:
    """The value of an expression that may refer to nothing, as `ty`; None when it is wrong."""
    found = next(references(expression), None)
    if found is not None:
        diagnostics.error("Variables not allowed", "Variables may not be used here.", found.range)
        return None
    try:
        value = convert(evaluate(expression, EMPTY_SCOPE), ty)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        return None
    except ConversionError as problem:
        diagnostics.error("Unsuitable value type", f"Unsuitable value: {problem}", expression.range)
        return None
    if value.is_null:
        return None
    return value


def string_constant(content: Content, name: str, diagnostics: Diagnostics) -> str | None:
    """A constant string argument, or None when it is not set."""
    attribute = content.attributes.get(name)
    value = constant(attribute.expression, STRING, diagnostics) if attribute else None
    return value.raw if value else None


def bool_constant(content: Content, name: str, default: bool, diagnostics: Diagnostics) -> bool:
    """A constant bool argument, or the default when it is not set."""
    attribute = content.attributes.get(name)
    value = constant(attribute.expression, BOOL, diagnostics) if attribute else None
    return bool(value.raw) if value else default


def check_rules(
    blocks: Iterable[Block], kind: str, schema: Mapping[str, bool], diagnostics: Diagnostics
) -> list[CheckRule]:
    """The conditions of validation, precondition and postcondition blocks."""
    rules = []
    for block in blocks:
        content, problems = block.body.content(schema, {})
        diagnostics.extend(problems)
        if "condition" not in content.attributes or "error_message" not in content.attributes:
            continue
        condition = content.attributes["condition"].expression
        if next(references(condition), None) is None:
            diagnostics.error(
                f"Invalid {kind} expression",
                "The condition expression must refer to at least one object from elsewhere in the "
                "configuration, or else its result would not be checking anything.",
                condition.range,
            )
        rules.append(CheckRule(condition, content.attributes["error_message"].expression, block.range))
    return rules


def as_traversal(expression: Expression) -> ScopeTraversal | None:
    """A static reference written as an expression, or as a quoted string of old, or None."""
    if isinstance(expression, ScopeTraversal):
        return expression
    if isinstance(expression, Literal) and isinstance(expression.value.raw, str):
        from iac.hcl.parser import parse_traversal  # brings Lark with it, and is seldom needed

        start = expression.range.start
        inside = start._replace(column=start.column + 1, byte=start.byte + 1)
        return parse_traversal(expression.value.raw, expression.range.filename, inside)[0]
    return None


def depends_on(content: Content, diagnostics: Diagnostics) -> list[ScopeTraversal]:
    """The references of a `depends_on` list."""
    attribute = content.attributes.get("depends_on")
    return _static_references(attribute.expression, diagnostics) if attribute else []


def _static_references(expression: Expression, diagnostics: Diagnostics) -> list[ScopeTraversal]:
    """The elements of a list that must be references and nothing else."""
    found = []
    for element in tuple_elements(expression, diagnostics):
        traversal = as_traversal(element)
        if traversal is None:
            diagnostics.error(
                "Invalid expression",
                "A single static variable reference is required: only attribute access and indexing with constant "
                "keys. No calculations, function calls, template expressions, etc are allowed here.",
                element.range,
            )
        else:
            found.append(traversal)
    return found


def tuple_elements(expression: Expression, diagnostics: Diagnostics) -> Sequence[Expression]:
    """The elements of a list that must be written out."""
    if isinstance(expression, TupleCons):
        return expression.elements
    diagnostics.error("Invalid expression", "A static list expression is required.", expression.range)
    return ()


def provider_reference(content: Content, diagnostics: Diagnostics) -> ProviderReference | None:
    """The `provider` meta-argument: `iac` or `iac.east`."""
    attribute = content.attributes.get("provider")
    return _provider_reference(attribute.expression, diagnostics) if attribute else None


def _provider_reference(expression: Expression, diagnostics: Diagnostics) -> ProviderReference | None:
    traversal = as_traversal(expression)
    names = [s.name for s in traversal.steps if isinstance(s, Attr)] if traversal else []
    if traversal is None or len(names) != len(traversal.steps) or len(names) > 1:
        diagnostics.error(
            "Invalid provider configuration reference",
            "The provider argument requires a provider type name, optionally followed by a period and then a "
            "configuration alias.",
            expression.range,
        )
        return None
    return ProviderReference(traversal.root, names[0] if names else None)


def provider_map(content: Content, diagnostics: Diagnostics) -> dict[ProviderReference, ProviderReference]:
    """The `providers` meta-argument of a module call: the child's name for a provider to the parent's."""
    attribute = content.attributes.get("providers")
    if attribute is None or not isinstance(attribute.expression, ObjectCons):
        if attribute is not None:
            diagnostics.error("Invalid providers argument", "A map of providers is required.", attribute.range)
        return {}
    found = {}
    for key, value in attribute.expression.items:
        child, parent = _provider_reference(key, diagnostics), _provider_reference(value, diagnostics)
        if child and parent:
            found[child] = parent
    return found


# --- lifecycle -------------------------------------------------------------------------------------------


def read_lifecycle(blocks: Sequence[Block], mode: str, rule: Mapping[str, bool], diagnostics: Diagnostics) -> Lifecycle:
    """The `lifecycle` block of a resource or data block; several are an error."""
    if not blocks:
        return Lifecycle()
    for duplicate in blocks[1:]:
        first = blocks[0].range
        diagnostics.error(
            "Duplicate lifecycle block",
            f"This resource already has a lifecycle block at {first.filename}:{first.start.line},"
            f"{first.start.column}-{first.end.column}.",
            duplicate.range,
        )
    allowed = _LIFECYCLE if mode == MANAGED else {}
    content, problems = blocks[0].body.content(allowed, {"precondition": BlockHeader(), "postcondition": BlockHeader()})
    diagnostics.extend(problems)
    triggers = content.attributes.get("replace_triggered_by")
    return Lifecycle(
        bool_constant(content, "create_before_destroy", False, diagnostics),
        bool_constant(content, "prevent_destroy", False, diagnostics),
        _ignore_changes(content, diagnostics),
        _triggers(triggers.expression, diagnostics) if triggers else (),
        check_rules(content.of_type("precondition"), "precondition", rule, diagnostics),
        check_rules(content.of_type("postcondition"), "postcondition", rule, diagnostics),
    )


def _ignore_changes(content: Content, diagnostics: Diagnostics) -> list[Path] | None:
    attribute = content.attributes.get("ignore_changes")
    if attribute is None:
        return []
    whole = as_traversal(attribute.expression)
    if whole is not None and whole.root == "all" and not whole.steps:
        return None
    return [traversal_path(t) for t in _static_references(attribute.expression, diagnostics)]


def traversal_path(traversal: ScopeTraversal) -> Path:
    """A traversal from inside an object as a path: `ports[0].name`."""
    steps = (step.name if isinstance(step, Attr) else Key(step.key.raw) for step in traversal.steps)
    return (traversal.root, *steps)


def _triggers(expression: Expression, diagnostics: Diagnostics) -> list[Expression]:
    found = []
    for element in tuple_elements(expression, diagnostics):
        bad = [r for r in references(element) if not _may_trigger(r)]
        for reference in bad:
            diagnostics.error(
                "Invalid reference in replace_triggered_by expression",
                "Only resources, count.index, and each.key may be used in replace_triggered_by.",
                reference.range,
            )
        if bad:
            continue
        if trigger_parts(element) is None:
            diagnostics.error(
                "Invalid replace_triggered_by expression",
                "Missing resource reference in replace_triggered_by expression.",
                element.range,
            )
            continue
        found.append(element)
    return found


def _may_trigger(reference: ScopeTraversal) -> bool:
    if reference.root in ("count", "each"):
        return True
    return reference.root not in ("var", "local", "module", "data", "path", "terraform", "self")


def trigger_parts(
    expression: Expression,
) -> tuple[ScopeTraversal, Expression | None, Sequence[Attr | Index]] | None:
    """An expression of replace_triggered_by taken apart: the resource, an instance key to evaluate, and the
    steps after it; None when it is not of that form."""
    rest: Sequence[Attr | Index] = ()
    if isinstance(expression, RelativeTraversal):
        rest, expression = expression.steps, expression.source
    if isinstance(expression, IndexExpression) and isinstance(expression.collection, ScopeTraversal):
        return expression.collection, expression.key, rest
    if isinstance(expression, ScopeTraversal) and len(expression.steps) >= 1:
        head = ScopeTraversal(expression.range, expression.root, expression.steps[:1])
        return head, None, expression.steps[1:]
    return None


def place_of(range: SourceRange) -> str:
    """`main.tf:3`: where a block stands, as events record it."""
    return f"{range.filename}:{range.start.line}"


def extent_of(range: SourceRange) -> str:
    """`main.tf:4,1-30`: from where to where something stands, as Terraform writes it in messages."""
    start, end = range.start, range.end
    last = f"{end.column}" if end.line == start.line else f"{end.line},{end.column}"
    return f"{range.filename}:{start.line},{start.column}-{last}"
