"""iac and the real `terraform` make the same of generated expressions: of recorded ones always, of others where
terraform is installed. `python -m tests.conformance.differential` does the same at length."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from conformance.differential.answers import GOLDEN, Answer, ask, found
from conformance.differential.compare import difference, is_accepted, reduce
from conformance.differential.generate import expressions, generate
from conformance.differential.library import Library
from conformance.differential.terraform import Terraform
from conformance.differential.tree import Node, leaf
from hypothesis import HealthCheck, given, settings

from iac.diagnostics import DiagnosticsError
from iac.hcl.evaluate import evaluate
from iac.hcl.functions import FunctionContext, function_table
from iac.hcl.parser import parse_expression
from iac.hcl.scope import VariableScope
from iac.values.codec import loads


def differences(expressions: Sequence[str], ours: Mapping[int, Answer], theirs: Mapping[int, Answer]) -> list[str]:
    """The expressions of which the answers differ where they should not, with the way in which they do."""
    told = []
    for number, text in enumerate(expressions):
        kind = difference(ours[number], theirs[number])
        if kind is not None and not is_accepted(text, ours[number], theirs[number]):
            told.append(f"{kind}: {text}")
    return told


@pytest.mark.parametrize("name", ["found", "generated"])
def test_recorded_expressions_are_as_terraform_has_them(name: str, tmp_path: Path) -> None:
    golden = loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))
    ours = ask(Library(tmp_path), dict(enumerate(golden)))
    assert differences(list(golden), ours, dict(enumerate(golden.values()))) == []


def test_every_difference_that_was_found_is_recorded() -> None:
    assert found() == list(loads((GOLDEN / "found.json").read_text(encoding="utf-8")))


@pytest.mark.terraform
@pytest.mark.skipif(shutil.which("terraform") is None, reason="the terraform binary is not installed")
def test_generated_expressions_are_as_the_terraform_that_is_installed_has_them(tmp_path: Path) -> None:
    texts = [node.text for node in generate(120, 20_000)]
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    ours = ask(Library(tmp_path / "ours"), dict(enumerate(texts)))
    theirs = ask(Terraform(tmp_path / "theirs"), dict(enumerate(texts)))
    assert differences(texts, ours, theirs) == []


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(expressions())
def test_whatever_is_written_is_a_value_or_a_mistake(node: Node) -> None:
    expression, problems = parse_expression(node.text, "case.tf")
    assert problems == []
    with suppress(DiagnosticsError):
        evaluate(expression, VariableScope({}, function_table(FunctionContext())))


def test_the_same_seed_gives_the_same_expressions() -> None:
    assert [n.text for n in generate(20, 1)] == [n.text for n in generate(20, 1)]


def test_an_expression_is_reduced_to_what_tells_the_programs_apart() -> None:
    def both(texts: Mapping[int, str]) -> tuple[dict[int, Answer], dict[int, Answer]]:
        found = {"planned": {"after": 1, "unknown": False, "sensitive": False}}
        wrong = {"errors": [{"summary": "s", "detail": "d", "place": []}]}
        return {n: wrong if "b" in t else found for n, t in texts.items()}, dict.fromkeys(texts, found)

    whole = Node(("[", Node(("upper(", leaf("b"), ", ", leaf("c"), ")")), ", ", leaf("d"), "]"))
    assert reduce(whole, "errors: ours alone: s", both).text == "b"


@pytest.mark.parametrize(
    ("ours", "theirs", "kind"),
    [
        ({"errors": []}, {"crash": "panic"}, None),
        ({"crash": "Traceback"}, {"errors": []}, "crash"),
        ({"type": "number", "value": 1}, {"type": "string", "value": "1"}, "type"),
        ({"type": "number", "value": 1}, {"type": "number", "value": 2}, "value"),
    ],
)
def test_answers_are_compared(ours: Answer, theirs: Answer, kind: str | None) -> None:
    assert difference(ours, theirs) == kind
