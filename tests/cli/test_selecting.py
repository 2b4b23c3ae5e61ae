"""`-target`, `-exclude` and files of them on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

A_AND_B = 'resource "terraform_data" "a" {}\nresource "terraform_data" "b" {}\n'


@pytest.fixture(autouse=True)
def configuration(directory: Path) -> None:
    (directory / "main.tf").write_text(A_AND_B)


def test_addresses_may_stand_in_a_file(iac, directory: Path) -> None:
    (directory / "targets").write_text("# what to plan\n\nterraform_data.a  # this\n")
    assert "Plan: 1 to add" in iac("plan", "-target-file=targets").out
    assert "terraform_data.b will be created" in iac("plan", "-exclude-file=targets").out


def test_a_key_may_have_the_sign_of_comments_in_it(iac, directory: Path) -> None:
    (directory / "main.tf").write_text('resource "terraform_data" "a" {\n  for_each = toset(["x # y", "z"])\n}\n')
    (directory / "targets").write_text('terraform_data.a["x # y"]#this\n')
    assert "Plan: 1 to add" in iac("plan", "-target-file=targets").out


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("-target=terraform_data.a", "-exclude=terraform_data.b"), "mutually-exclusive"),
        (("-target-file=nope",), 'The file "nope" cannot be read'),
        (("-exclude=foo",), 'Invalid exclude "foo"'),
    ],
)
def test_mistakes_are_named(iac, options: tuple[str, ...], wanted: str) -> None:
    outcome = iac("plan", *options)
    assert outcome.code == 1
    assert wanted in outcome.err


def test_a_file_that_is_no_text_is_refused_with_the_place(iac, directory: Path) -> None:
    (directory / "targets").write_bytes(b"terraform_data.a\nterraform\xff\n")
    outcome = iac("plan", "-target-file=targets")
    assert outcome.code == 1
    assert 'The file "targets" cannot be read: line 2, column 10 is not UTF-8.' in outcome.err


@pytest.mark.parametrize("option", ["-target-file", "-exclude-file"])
@pytest.mark.parametrize("content", ["", "# nothing\n\n"])
def test_a_file_that_names_nothing_is_refused(iac, directory: Path, option: str, content: str) -> None:
    (directory / "addresses").write_text(content)
    outcome = iac("plan", f"{option}=addresses")
    assert outcome.code == 1
    assert 'The file "addresses" names no address.' in outcome.err
