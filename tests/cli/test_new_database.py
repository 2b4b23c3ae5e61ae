"""A database that is made where another was meant is noticed."""

from __future__ import annotations

import pytest


def test_one_in_the_usual_place_is_made_without_a_word(iac) -> None:
    assert iac("plan").err == ""


@pytest.mark.parametrize("command", [("plan",), ("apply", "-auto-approve"), ("workspace", "new", "blue")])
def test_one_with_a_name_is_made_with_a_warning_once(iac, command: tuple[str, ...]) -> None:
    assert 'There was no database at "other.db"' in iac(*command, "--database=other.db").err
    assert "New database" not in iac("plan", "--database=other.db").err


def test_the_name_may_be_in_the_environment(iac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IAC_DATABASE", "other.db")
    assert "New database" in iac("plan").err


def test_init_says_itself_what_it_makes(iac) -> None:
    assert "New database" not in iac("init", "--database=other.db").err
