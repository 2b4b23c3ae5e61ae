"""The tables have what the schemas say."""

from __future__ import annotations

import pytest
from sqlmodel import SQLModel

import iac.platform.tables
from iac.platform.schemas import KINDS


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_table_has_a_column_for_everything_in_the_schema(kind: object) -> None:
    assert iac.platform.tables is not None
    table = SQLModel.metadata.tables[kind.name]  # type: ignore[attr-defined]  # a Kind
    assert {c.name for c in table.columns} == {*kind.columns, "sensitive_paths"}  # type: ignore[attr-defined]
