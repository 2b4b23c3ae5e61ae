"""Type constraints, defaults of optional attributes and conversion to them agree with the real `terraform`.
`record.py` made the JSON files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from iac.diagnostics import Diagnostic
from iac.hcl.defaults import apply_defaults
from iac.hcl.evaluate import evaluate
from iac.hcl.parser import parse_native
from iac.hcl.scope import EMPTY_SCOPE
from iac.hcl.syntax import Block, BlockHeader
from iac.hcl.typeexpr import parse_type
from iac.values.codec import canonical, to_json
from iac.values.convert import ConversionError, convert
from iac.values.types import type_to_json
from iac.values.value import Value

HERE = Path(__file__).parent
VALID = json.loads((HERE / "valid.json").read_text(encoding="utf-8"))


def variables(filename: str) -> dict[str, Block]:
    file, problems = parse_native((HERE / filename).read_bytes(), filename)
    assert problems == []
    content, problems = file.body.content({}, {"variable": BlockHeader("name")})
    assert problems == []
    return {block.labels[0]: block for block in content.blocks}


def default_of(block: Block) -> tuple[Value | None, list[Diagnostic]]:
    """The default value of a variable, converted; and what is wrong with its type."""
    content, _ = block.body.content({"type": True, "default": False}, {})
    ty, defaults, problems = parse_type(content.attributes["type"].expression)
    if "default" not in content.attributes:
        return None, problems
    value = evaluate(content.attributes["default"].expression, EMPTY_SCOPE)
    return convert(apply_defaults(value, defaults) if defaults else value, ty), problems


@pytest.mark.parametrize("name", VALID)
def test_a_value_takes_the_defaults_and_the_type_of_its_constraint(name: str) -> None:
    value, problems = default_of(variables("valid.tf")[name])
    assert problems == []
    assert value is not None
    assert canonical({"type": type_to_json(value.type), "value": to_json(value)}) == canonical(VALID[name])


def test_wrong_constraints_and_defaults_are_refused_with_the_words_of_terraform() -> None:
    found = []
    for block in variables("invalid.tf").values():
        try:
            problems = default_of(block)[1]
        except ConversionError as problem:
            place = block.body.content({"type": True, "default": False}, {})[0].attributes["default"].expression.range
            detail = f"This default value is not compatible with the variable's type constraint: {problem}."
            found.append(
                ["Invalid default value for variable", detail, place.start.line, place.start.column, place.end.column]
            )
            continue
        for each in problems:
            assert each.subject is not None
            start, end = each.subject.start, each.subject.end
            found.append([each.summary, each.detail, start.line, start.column, end.column])
    assert found == json.loads((HERE / "invalid.json").read_text(encoding="utf-8"))
