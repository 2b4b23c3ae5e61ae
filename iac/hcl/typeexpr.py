"""Type constraints as they are written: `list(object({a = optional(string, "x")}))`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from iac.diagnostics import Diagnostic, Diagnostics, DiagnosticsError, SourceRange
from iac.hcl.defaults import ELEMENT, Defaults
from iac.hcl.evaluate import evaluate
from iac.hcl.render import go_quote
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import Call, Expression, Literal, ObjectCons, ScopeTraversal, TupleCons
from iac.values.convert import ConversionError, convert
from iac.values.types import BOOL, DYNAMIC, NUMBER, STRING, Type, list_of, map_of, object_of, set_of, tuple_of
from iac.values.value import Value

_SUMMARY = "Invalid type specification"
_PRIMITIVES: Mapping[str, Type] = {"string": STRING, "number": NUMBER, "bool": BOOL, "any": DYNAMIC}
_COLLECTIONS: Mapping[str, Callable[[Type], Type]] = {"list": list_of, "set": set_of, "map": map_of}
_NEEDS = {
    **{
        kind: f"The {kind} type constructor requires one argument specifying the element type." for kind in _COLLECTIONS
    },
    "object": "The object type constructor requires one argument specifying the attribute types and values as a map.",
    "tuple": "The tuple type constructor requires one argument specifying the element types as a list.",
}
_NAME = re.compile(r"[^\W\d][\w-]*\Z")


def parse_type(expression: Expression) -> tuple[Type, Defaults | None, list[Diagnostic]]:
    """The type that a constraint denotes, the defaults declared in it (None when there are none), and what is
    wrong with it; a part that is wrong stands as `any`.

    The bare words `list` and `map` alone mean a list and a map of anything.
    """
    diagnostics = Diagnostics()
    if isinstance(expression, Literal) and isinstance(expression.value.raw, str):
        if not expression.range.filename.endswith(".json"):
            _refuse_quoted(expression.value.raw, expression.range, diagnostics)
            return DYNAMIC, None, diagnostics.items
        from iac.hcl.parser import parse_expression

        expression, problems = parse_expression(expression.value.raw, expression.range.filename, expression.range.start)
        if problems:
            return DYNAMIC, None, problems
    if _keyword(expression) in ("list", "map"):
        return _COLLECTIONS[_keyword(expression)](DYNAMIC), None, []
    ty, defaults = _parse(expression, diagnostics)
    return ty, defaults, diagnostics.items


def _refuse_quoted(text: str, range: SourceRange, diagnostics: Diagnostics) -> None:
    advice = {"string": "", "list": " and write list(string) instead", "map": " and write map(string) instead"}.get(
        text
    )
    if advice is None:
        diagnostics.error(
            "Invalid legacy variable type hint",
            "To provide a full type expression, remove the surrounding quotes and give the type expression directly.",
            range,
        )
        return
    purpose = f" to explicitly indicate that the {text} elements are strings" if advice else ""
    diagnostics.error(
        "Invalid quoted type constraints",
        "Terraform 0.11 and earlier required type constraints to be given in quotes, but that form is now deprecated "
        "and will be removed in a future version of Terraform. Remove the quotes around "
        f'"{text}"{advice}{purpose}.',
        range,
    )


def _keyword(expression: Expression) -> str:
    """The word that an expression consists of, or an empty string."""
    if isinstance(expression, ScopeTraversal) and not expression.steps:
        return expression.root
    if isinstance(expression, Literal) and (expression.value.raw is None or isinstance(expression.value.raw, bool)):
        return {None: "null", True: "true", False: "false"}[expression.value.raw]
    return ""


def _parse(expression: Expression, diagnostics: Diagnostics) -> tuple[Type, Defaults | None]:
    word = _keyword(expression)
    if word:
        if word not in _PRIMITIVES:
            detail = _NEEDS.get(word, f"The keyword {go_quote(word)} is not a valid type specification.")
            diagnostics.error(_SUMMARY, detail, expression.range)
        return _PRIMITIVES.get(word, DYNAMIC), None
    if not isinstance(expression, Call):
        diagnostics.error(
            _SUMMARY,
            "A type specification is either a primitive type keyword (bool, number, string) or a complex type "
            "constructor call, like list(string).",
            expression.range,
        )
        return DYNAMIC, None
    if not _check_call(expression, diagnostics):
        return DYNAMIC, None
    argument = expression.arguments[0]
    if expression.name in _COLLECTIONS:
        element, inner = _parse(argument, diagnostics)
        return _COLLECTIONS[expression.name](element), inner and Defaults(children={ELEMENT: inner})
    if expression.name == "object":
        return _object(expression, argument, diagnostics)
    return _tuple(expression, argument, diagnostics)


def _arguments_range(call: Call) -> SourceRange:
    """From the opening parenthesis to the closing one."""
    return SourceRange(call.range.filename, call.name_range.end, call.range.end)


def _check_call(call: Call, diagnostics: Diagnostics) -> bool:
    """Whether it is a type constructor with one argument."""
    name, arguments = call.name, call.arguments
    if name in _PRIMITIVES:
        kind = "Type constraint" if name == "any" else "Primitive type"
        detail = f"{kind} keyword {go_quote(name)} does not expect arguments."
        diagnostics.error(_SUMMARY, detail, _arguments_range(call))
    elif name == "optional":
        detail = f"Keyword {go_quote(name)} is valid only as a modifier for object type attributes."
        diagnostics.error(_SUMMARY, detail, call.name_range)
    elif name not in _NEEDS:
        diagnostics.error(_SUMMARY, f"Keyword {go_quote(name)} is not a valid type constructor.", call.range)
    elif len(arguments) != 1:
        subject = whole = _arguments_range(call)
        if arguments:
            subject = SourceRange(whole.filename, arguments[1].range.start, arguments[-1].range.end)
        diagnostics.error(_SUMMARY, _NEEDS[name], subject, whole)
    else:
        return True
    return False


def _tuple(call: Call, argument: Expression, diagnostics: Diagnostics) -> tuple[Type, Defaults | None]:
    if not isinstance(argument, TupleCons):
        detail = "Tuple type constructor requires a list of element types."
        diagnostics.error(_SUMMARY, detail, argument.range, call.range)
        return DYNAMIC, None
    parsed = [_parse(element, diagnostics) for element in argument.elements]
    children = {str(i): inner for i, (_, inner) in enumerate(parsed) if inner is not None}
    return tuple_of(ty for ty, _ in parsed), Defaults(children=children) if children else None


def _object(call: Call, argument: Expression, diagnostics: Diagnostics) -> tuple[Type, Defaults | None]:
    if not isinstance(argument, ObjectCons):
        diagnostics.error(
            _SUMMARY,
            "Object type constructor requires a map whose keys are attribute names and whose values are the "
            "corresponding attribute types.",
            argument.range,
            call.range,
        )
        return DYNAMIC, None
    types: dict[str, Type] = {}
    optional: set[str] = set()
    values: dict[str, Value] = {}
    children: dict[str, Defaults] = {}
    for key, spec in argument.items:
        name = _attribute_name(key)
        if not name:
            detail = "Object constructor map keys must be attribute names."
            diagnostics.error(_SUMMARY, detail, key.range, call.range)
            continue
        default = None
        if isinstance(spec, Call) and spec.name == "optional":
            if not _check_optional(spec, diagnostics):
                if not spec.arguments:
                    continue
            else:
                optional.add(name)
                default = spec.arguments[1] if len(spec.arguments) == 2 else None
            spec = spec.arguments[0]
        types[name], inner = _parse(spec, diagnostics)
        if inner is not None:
            children[name] = inner
        value = _default(default, types[name], diagnostics) if default is not None else None
        if value is not None:
            values[name] = value
    return object_of(types, optional), Defaults(values, children) if values or children else None


def _attribute_name(key: Expression) -> str:
    """The attribute that a key names: a bare name, which a quoted one is not."""
    if isinstance(key, Literal) and isinstance(key.value.raw, str):
        name = key.value.raw
        bare = key.range.end.byte - key.range.start.byte == len(name.encode())
        return name if bare and _NAME.match(name) else ""
    return ""


def _check_optional(call: Call, diagnostics: Diagnostics) -> bool:
    count = len(call.arguments)
    if 1 <= count <= 2:
        return True
    detail = (
        "Optional attribute modifier expects at most two arguments: the attribute type, and a default value."
        if count
        else "Optional attribute modifier requires the attribute type as its argument."
    )
    diagnostics.error(_SUMMARY, detail, _arguments_range(call), call.range)
    return False


def _default(expression: Expression, ty: Type, diagnostics: Diagnostics) -> Value | None:
    """The default of an optional attribute, or None when it does not fit."""
    try:
        return convert(evaluate(expression, EMPTY_SCOPE), ty)
    except DiagnosticsError as problem:
        diagnostics.extend(problem.diagnostics)
    except ConversionError as problem:
        diagnostics.error(
            "Invalid default value for optional attribute",
            f"This default value is not compatible with the attribute's type constraint: {problem.message}.",
            expression.range,
        )
    return None
