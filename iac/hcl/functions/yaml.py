"""`yamldecode` and `yamlencode`: YAML as Terraform reads and writes it, in `yaml_reading` and `yaml_writing`."""

from __future__ import annotations

from collections.abc import Sequence

from iac.hcl.functions.shorthand import anything, text
from iac.hcl.functions.spec import Function, FunctionContext
from iac.hcl.functions.yaml_reading import decode
from iac.hcl.functions.yaml_writing import encode
from iac.values.types import DYNAMIC, STRING, Type
from iac.values.value import Value, string, unknown


def _yamlencode(arguments: Sequence[Value], returns: Type) -> Value:
    (value,) = arguments
    return string(encode(value)) if value.is_wholly_known else unknown(STRING)


def _yamldecode(arguments: Sequence[Value], returns: Type) -> Value:
    return decode(arguments[0].raw)


_FUNCTIONS = (
    Function(
        "yamldecode",
        (text("src", "YAML text, one document"),),
        DYNAMIC,
        _yamldecode,
        description="Reads YAML.",
        example='yamldecode("a: [1, 2]") = {a = [1, 2]}',
    ),
    Function(
        "yamlencode",
        (anything("value", "any value", allow_null=True, allow_dynamic=True),),
        STRING,
        _yamlencode,
        description="Writes a value as YAML in block style.",
        example='yamlencode({a = [1, 2]}) = "\\"a\\":\\n- 1\\n- 2\\n"',
        nullable=True,
    ),
)


def functions(context: FunctionContext) -> tuple[Function, ...]:
    """The functions of this family."""
    return _FUNCTIONS
