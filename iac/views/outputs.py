"""Root outputs: what `output` prints, and what stands at the end of `apply`.

Values are written as the language would write them, with conversion functions telling lists from tuples and
maps from objects (as in `console`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from iac.diagnostics import DiagnosticsError, error
from iac.state.model import OutputState
from iac.values.codec import to_json
from iac.values.numbers import format_number
from iac.values.types import DYNAMIC, CollectionType, type_name, type_to_json
from iac.values.value import SENSITIVE, UNKNOWN, Value, unmark_deep
from iac.views.style import quoted, style

_CONVERSIONS = {"list": "tolist", "set": "toset", "map": "tomap"}
_PRIMITIVES = {"string": "tostring", "number": "tonumber", "bool": "tobool"}


def format_value(value: Value, indent: int = 0) -> str:
    """The value in the language's own form; a sensitive or unknown part is named as such."""
    if value.raw is UNKNOWN:
        return "(known after apply)"
    if SENSITIVE in value.marks:
        return "(sensitive value)"
    raw, ty = value.raw, value.type
    if raw is None:
        return _format_null(value)
    if raw.__class__ is str:
        return _heredoc(raw, indent) if "\n" in raw else quoted(raw)
    if raw.__class__ is bool:
        return "true" if raw else "false"
    if raw.__class__ is dict:
        text = _format_mapping(raw, indent)
    elif raw.__class__ is tuple:
        text = _format_sequence(raw, indent)
    else:
        return format_number(raw)
    return f"{_CONVERSIONS[ty.kind]}({text})" if isinstance(ty, CollectionType) else text


def _format_null(value: Value) -> str:
    ty = value.type
    if ty is DYNAMIC:
        return "null"
    if ty.kind in _PRIMITIVES:
        return f"{_PRIMITIVES[ty.kind]}(null)"
    if isinstance(ty, CollectionType):
        return f"{_CONVERSIONS[ty.kind]}(null) /* of {type_name(ty.element)} */"
    return f"null /* {type_name(ty)} */"


def _format_mapping(parts: Mapping[str, Value], indent: int) -> str:
    if not parts:
        return "{}"
    pad = " " * (indent + 2)
    lines = [f"{pad}{_format_key(k, indent + 2)} = {format_value(v, indent + 2)}" for k, v in parts.items()]
    return "\n".join(["{", *lines, " " * indent + "}"])


def _format_key(key: str, indent: int) -> str:
    return _heredoc(key, indent) if "\n" in key else quoted(key)


def _format_sequence(parts: tuple[Value, ...], indent: int) -> str:
    if not parts:
        return "[]"
    pad = " " * (indent + 2)
    return "\n".join(["[", *(f"{pad}{format_value(v, indent + 2)}," for v in parts), " " * indent + "]"])


def _heredoc(text: str, indent: int) -> str:
    """The text as a heredoc, its end marked by a word that is no line of it."""
    lines = text.split("\n")
    words = {line.strip() for line in lines}
    end = "EOT"
    while end in words:
        end += "_"
    pad = " " * indent
    return "\n".join([f"{'<<-' if indent else '<<'}{end}", *(pad + line for line in lines), pad + end])


def render_outputs(outputs: Mapping[str, OutputState]) -> str:
    """All outputs, `name = value` by name; of a sensitive one only that it is."""
    lines = []
    for name in sorted(outputs):
        output = outputs[name]
        lines.append(f"{name} = {'<sensitive>' if output.sensitive else format_value(output.value)}\n")
    return "".join(lines)


def render_output(output: OutputState) -> str:
    """One output that the user asked for by name: its value, sensitive or not."""
    return format_value(unmark_deep(output.value)[0]) + "\n"


def render_final_outputs(outputs: Mapping[str, OutputState], *, color: bool) -> str:
    """The outputs at the end of `apply`, under their heading; nothing when there are none."""
    if not outputs:
        return ""
    return style(color).paint("[reset][bold][green]\nOutputs:\n\n") + render_outputs(outputs)


def outputs_to_json(outputs: Mapping[str, OutputState]) -> dict[str, Any]:
    """What `output -json` prints: sensitive values are shown, for the user asked for them."""
    return {
        name: {
            "sensitive": outputs[name].sensitive,
            "type": type_to_json(outputs[name].value.type),
            "value": to_json(outputs[name].value),
        }
        for name in sorted(outputs)
    }


def raw_output(name: str, output: OutputState) -> str:
    """What `output -raw` prints: a string as it is, a number or bool converted to one.

    Raises `DiagnosticsError` for anything else.
    """
    value = output.value
    if value.raw is None:
        raise DiagnosticsError(
            error(
                "Unsupported value for raw output",
                f'The value for output value "{name}" is null, so -raw mode cannot print it.',
            )
        )
    if value.raw.__class__ is str:
        return str(value.raw)
    if value.raw.__class__ is bool:
        return "true" if value.raw else "false"
    if value.type.is_primitive:
        return format_number(value.raw)
    raise DiagnosticsError(
        error(
            "Unsupported value for raw output",
            "The -raw option only supports strings, numbers, and boolean values, but output value "
            f'"{name}" is {type_name(value.type)}.\n\nUse the -json option for machine-readable '
            "representations of output values that have complex types.",
        )
    )
