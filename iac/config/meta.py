"""Reads what the language itself defines inside blocks: meta-arguments, lifecycle, conditions, constants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from iac.address import MANAGED
from iac.config.model import CheckRule, Lifecycle, PassedProvider, ProviderReference
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
    """The value of an expression that may refer to nothing, as `ty`; None when it is wrong.

    Strings of the JSON syntax are then no templates, but what they say.
    """
    try:
        value = convert(evaluate(expression, EMPTY_SCOPE), ty)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
        if any(d.summary == "Variables not allowed" for d in problem.diagnostics):
            diagnostics.error("Unsuitable value type", "Unsuitable value: value must be known", expression.range)
        return None
    except ConversionError as problem:
        diagnostics.error("Unsuitable value type", f"Unsuitable value: {problem}", _beginning(expression))
        return None
    if value.is_null:
        diagnostics.error("Unsuitable value type", "Unsuitable value: null value is not allowed", expression.range)
        return None
    return value


def _beginning(expression: Expression) -> SourceRange:
    """Where Terraform marks a value of the wrong type: of a quoted string, the text in the quotes."""
    where = expression.range
    one_line = where.start.line == where.end.line
    if isinstance(expression, Literal) and expression.value.type is STRING and one_line and not is_json(expression):
        start = where.start
        return SourceRange(where.filename, start._replace(column=start.column + 1, byte=start.byte + 1), where.end)
    return where


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
        if "condition" not in content.attributes:
            continue
        condition = content.attributes["condition"].expression
        if next(references(condition), None) is None:
            diagnostics.error(
                f"Invalid {kind} expression",
                "The condition expression must refer to at least one object from elsewhere in the "
                "configuration, or else its result would not be checking anything.",
                condition.range,
            )
        if "error_message" in content.attributes:
            rules.append(CheckRule(condition, content.attributes["error_message"].expression, block.range))
    return rules


def as_traversal(expression: Expression, diagnostics: Diagnostics | None = None) -> ScopeTraversal | None:
    """A static reference written as an expression, as a string in JSON, or as a quoted string of old; or None.

    A quoted one in the native syntax is a warning.
    """
    if isinstance(expression, ScopeTraversal):
        return expression
    if isinstance(expression, Literal) and isinstance(expression.value.raw, str):
        from iac.hcl.parser import parse_traversal  # brings Lark with it, and is seldom needed

        start = expression.range.start
        is_quoted = not (is_json(expression) or _is_bare(expression))
        if is_quoted:
            start = start._replace(column=start.column + 1, byte=start.byte + 1)
        found = parse_traversal(expression.value.raw, expression.range.filename, start)[0]
        if found is not None and diagnostics is not None and is_quoted:
            diagnostics.warning("Quoted references are deprecated", _QUOTED, expression.range)
        return found
    return None


_QUOTED = (
    "In this context, references are expected literally rather than in quotes. Terraform 0.11 and earlier required "
    "quotes, but quoted references are now deprecated and will be removed in a future version of Terraform. Remove the "
    "quotes surrounding this reference to silence this warning."
)


def is_json(expression: Expression) -> bool:
    """Whether an expression stands in a file of the JSON syntax."""
    return expression.range.filename.endswith(".json")


def unquoted(expression: Expression) -> Expression:
    """The expression that a string of the JSON syntax holds where expressions are not evaluated but looked at, such
    as `"iac_cluster.a[each.key]"`; any other as it is. Raises `DiagnosticsError` when the text is none."""
    if not isinstance(expression, Literal) or not isinstance(expression.value.raw, str) or not is_json(expression):
        return expression
    from iac.hcl.parser import parse_expression

    start = expression.range.start
    inside = start._replace(column=start.column + 1, byte=start.byte + 1)
    found, problems = parse_expression(expression.value.raw, expression.range.filename, inside)
    if problems:
        raise DiagnosticsError(problems)
    return found


def depends_on(content: Content, diagnostics: Diagnostics) -> list[ScopeTraversal]:
    """The references of a `depends_on` list."""
    attribute = content.attributes.get("depends_on")
    return static_references(attribute.expression, diagnostics) if attribute else []


def static_references(expression: Expression, diagnostics: Diagnostics, *, quoted: bool = True) -> list[ScopeTraversal]:
    """The elements of a list that must be references and nothing else; `quoted` allows the form of old."""
    found = []
    for element in tuple_elements(expression, diagnostics):
        is_old = isinstance(element, Literal) and not is_json(element)
        traversal = as_traversal(element, diagnostics) if quoted or not is_old else None
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
    return _provider_reference(attribute.expression, "provider", diagnostics) if attribute else None


def _provider_reference(expression: Expression, argument: str, diagnostics: Diagnostics) -> ProviderReference | None:
    traversal = as_traversal(expression, diagnostics)
    if traversal is None or len(traversal.steps) > 1:
        detail = (
            f"The {argument} argument requires a provider type name, optionally followed by a period and then a "
            "configuration alias."
        )
        diagnostics.error("Invalid provider configuration reference", detail, expression.range)
        return None
    if not traversal.steps:
        return ProviderReference(traversal.root, None)
    step = traversal.steps[0]
    if not isinstance(step, Attr):
        detail = "Provider name must either stand alone or be followed by a period and then a configuration alias."
        diagnostics.error("Invalid provider configuration reference", detail, step.range)
        return None
    return ProviderReference(traversal.root, step.name)


def passed_providers(content: Content, diagnostics: Diagnostics) -> list[PassedProvider]:
    """The `providers` meta-argument of a module call."""
    attribute = content.attributes.get("providers")
    if attribute is None:
        return []
    if not isinstance(attribute.expression, ObjectCons):
        where = attribute.expression.range
        if isinstance(attribute.expression, TupleCons):
            end = where.start._replace(column=where.start.column + 1, byte=where.start.byte + 1)
            where = SourceRange(where.filename, where.start, end)
        diagnostics.error("Invalid expression", "A static map expression is required.", where)
        return []
    found: dict[ProviderReference, PassedProvider] = {}
    extents: dict[ProviderReference, SourceRange] = {}
    for key, value in attribute.expression.items:
        child = _provider_reference(key, "providers", diagnostics)
        parent = _provider_reference(value, "providers", diagnostics)
        if child is None or parent is None:
            continue
        if child in found:
            extent = extents[child]
            diagnostics.error(
                "Duplicate provider address",
                f"A provider configuration was already passed to {child} at {extent_of(extent)}. Each child provider "
                "configuration can be assigned only once.",
                value.range,
            )
            continue
        found[child] = PassedProvider(child, parent, _name_range(key, child), _name_range(value, parent))
        extents[child] = SourceRange(key.range.filename, key.range.start, value.range.end)
    return list(found.values())


def _name_range(expression: Expression, reference: ProviderReference) -> SourceRange:
    """The place of the name in a reference, its alias left out."""
    start = expression.range.start
    if isinstance(expression, Literal) and not _is_bare(expression):
        start = start._replace(column=start.column + 1, byte=start.byte + 1)
    size = len(reference.name)
    end = start._replace(column=start.column + size, byte=start.byte + size)
    return SourceRange(expression.range.filename, start, end)


def _is_bare(expression: Literal) -> bool:
    """Whether a string is the key of an object written without quotes."""
    return expression.range.end.byte - expression.range.start.byte == len(expression.value.raw.encode())


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
    content, problems = blocks[0].body.content(
        _LIFECYCLE, {"precondition": BlockHeader(), "postcondition": BlockHeader()}
    )
    diagnostics.extend(problems)
    if mode != MANAGED:
        for attribute in content.attributes.values():
            diagnostics.error(
                f"Invalid {mode} resource lifecycle argument",
                f'The lifecycle argument "{attribute.name}" is defined only for managed resources ("resource" blocks), '
                f"and is not valid for {mode} resources.",
                attribute.name_range,
            )
        content.attributes = {}
    triggers = content.attributes.get("replace_triggered_by")
    ignored = _ignore_changes(content, diagnostics)
    return Lifecycle(
        bool_constant(content, "create_before_destroy", False, diagnostics),
        bool_constant(content, "prevent_destroy", False, diagnostics),
        None if ignored is None else [traversal_path(t) for t in ignored],
        _triggers(triggers.expression, diagnostics) if triggers else (),
        check_rules(content.of_type("precondition"), "precondition", rule, diagnostics),
        check_rules(content.of_type("postcondition"), "postcondition", rule, diagnostics),
        [t.range for t in ignored or ()],
    )


def _ignore_changes(content: Content, diagnostics: Diagnostics) -> list[ScopeTraversal] | None:
    attribute = content.attributes.get("ignore_changes")
    if attribute is None:
        return []
    whole = as_traversal(attribute.expression)
    if whole is not None and whole.root == "all" and not whole.steps:
        return None
    return static_references(attribute.expression, diagnostics)


def traversal_path(traversal: ScopeTraversal) -> Path:
    """A traversal from inside an object as a path: `ports[0].name`."""
    steps = (step.name if isinstance(step, Attr) else Key(step.key.raw) for step in traversal.steps)
    return (traversal.root, *steps)


def _triggers(expression: Expression, diagnostics: Diagnostics) -> list[Expression]:
    found = []
    for written in tuple_elements(expression, diagnostics):
        try:
            element = unquoted(written)
        except DiagnosticsError as problem:
            diagnostics.extend(problem.diagnostics)
            continue
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


def repetition(content: Content, diagnostics: Diagnostics) -> tuple[Expression | None, Expression | None]:
    """The expressions of `count` and `for_each`, of which only one may be there."""
    count, for_each = content.attributes.get("count"), content.attributes.get("for_each")
    if count and for_each:
        diagnostics.error(
            'Invalid combination of "count" and "for_each"',
            'The "count" and "for_each" meta-arguments are mutually-exclusive, only one should be used to be '
            "explicit about the number of resources to be created.",
            for_each.name_range,
        )
        return count.expression, None
    return (count.expression if count else None), (for_each.expression if for_each else None)
