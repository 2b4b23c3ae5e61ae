"""python-hcl2's grammar is corrected to HCL's, and its tables kept where that is possible."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from iac.hcl import grammar as module
from iac.hcl.grammar import grammar_text, tables


def test_every_correction_still_applies_to_the_grammar_of_the_library() -> None:
    text = grammar_text()
    for _, new in module._REPLACEMENTS:
        assert new in text


def test_newlines_are_taken_out_of_the_rules_of_operators() -> None:
    start = grammar_text().index("?or_expr")
    end = grammar_text().index("// Unary")
    assert "new_line_or_comment" not in grammar_text()[start:end]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The tables of expressions as they are kept."""
    directory = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IAC_CACHE_DIR", str(directory / "new"))
        tables.__wrapped__("expression")
    (entry,) = (directory / "new").iterdir()
    assert entry.name == "grammar-expression.json"
    return entry.read_bytes()


@pytest.fixture
def entry(kept: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where they are looked for."""
    monkeypatch.setenv("IAC_CACHE_DIR", str(tmp_path))
    return tmp_path / "grammar-expression.json"


def test_tables_that_are_kept_are_not_made_again(kept: bytes, entry: Path) -> None:
    content = json.loads(kept)
    content["tables"]["words"] = {"known": "KNOWN"}
    entry.write_text(json.dumps(content))
    assert tables.__wrapped__("expression").terminals.words == {"known": "KNOWN"}


@pytest.mark.parametrize(
    "damage",
    [lambda kept: kept[:-50], lambda kept: b"[]", lambda kept: kept.replace(b'"key":"', b'"key":"x')],
    ids=["cut", "something else", "of another grammar"],
)
def test_damaged_or_foreign_tables_are_made_again(damage: Callable[[bytes], bytes], kept: bytes, entry: Path) -> None:
    entry.write_bytes(damage(kept))
    assert len(tables.__wrapped__("expression").rows) == len(json.loads(kept)["tables"]["states"])
    assert json.loads(entry.read_bytes())["key"] == json.loads(kept)["key"]


def test_without_a_cache_directory_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_CACHE_DIR", "")
    monkeypatch.chdir(tmp_path)
    assert tables.__wrapped__("expression").rows
    assert list(tmp_path.iterdir()) == []


def test_a_cache_directory_that_others_can_write_in_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("IAC_CACHE_DIR", str(shared))
    assert tables.__wrapped__("expression").rows
    assert list(shared.iterdir()) == []


def test_a_cache_directory_that_cannot_be_made_does_no_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("IAC_CACHE_DIR", os.fspath(tmp_path / "file" / "cache"))
    assert tables.__wrapped__("expression").rows
