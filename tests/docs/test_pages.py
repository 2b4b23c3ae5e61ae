"""What the documents say of the program is so: fields, layers, targets of make, links."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `pages`

from pages import DOCS, PAGES, ROOT, name

from iac.audit.groups import DEFAULT
from iac.audit.record import Event
from iac.config.versions import LANGUAGE_VERSION
from iac.platform.schemas import KINDS
from iac.query import VIEWS
from iac.schema import Block


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def first_column(table: str) -> list[str]:
    """Every `name` in the first cells of a table's rows."""
    cells = re.findall(r"^\| (.*?) \|", table, re.MULTILINE)
    return [found for cell in cells for found in re.findall(r"`([^`]+)`", cell)]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_the_audit_log_page_has_every_field_of_an_event() -> None:
    table = read("docs/audit-log.md").partition("## The event")[2].partition("\n## ")[0]
    assert sorted(first_column(table)) == sorted(Event.__slots__)


def test_the_architecture_page_has_every_layer_in_order() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = [layer.removeprefix("iac.") for layer in contracts[0]["layers"]]
    table = read("docs/architecture.md").partition("## Layers")[2].partition("\n## ")[0]
    assert first_column(table) == layers


def test_every_decision_is_listed() -> None:
    index = read("docs/decisions/README.md")
    for page in (DOCS / "decisions").glob("0*.md"):
        title = page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        number, _, text = title.partition(": ")
        assert f"| [{number}]({page.name}) | {text} |" in index


def test_every_target_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    for page in ("README.md", "CONTRIBUTING.md", "docs/cli.md"):
        named = re.findall(r"`make ([a-z]+)`|^make ([a-z]+)", read(page), re.MULTILINE)
        assert {a or b for a, b in named} <= targets, page


def test_every_script_that_records_what_terraform_answers_is_named_and_exists() -> None:
    named = set(re.findall(r"`python (tests/\S+\.py)`", read("CONTRIBUTING.md")))
    there = {name(p) for p in (ROOT / "tests").rglob("record*.py")}
    assert named == there, "the table of CONTRIBUTING.md"


def test_the_version_of_the_language_is_the_one_that_is_checked() -> None:
    assert f"checked against {LANGUAGE_VERSION}" in read("docs/language.md")


def test_the_audit_log_page_has_every_group_of_changes() -> None:
    text = read("docs/audit-log.md").partition("The groups of `change` are ")[2].partition(". ")[0]
    assert sorted(re.findall(r"`([^`]+)`", text)) == sorted({g for kind in KINDS.values() for g in groups(kind.block)})


def groups(block: Block) -> Iterator[str]:
    """Every group that a change of an object with this schema can have."""
    for attribute in block.attributes.values():
        yield attribute.group
    for nested in block.blocks.values():
        yield nested.group or DEFAULT
        yield from groups(nested.block)


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_on_queries_has_every_view_with_its_columns(view: str) -> None:
    section = read("docs/query.md").partition(f"### {view}\n\n")[2].partition("\n### ")[0]
    assert section.startswith(VIEWS[view].summary)
    assert re.findall(r"^\| `(\w+)` \| (.*) \|$", section, re.MULTILINE) == list(VIEWS[view].columns.items())
