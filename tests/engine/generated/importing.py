"""Objects that exist and that no configuration describes, in a directory with import blocks for them."""

from __future__ import annotations

import re
from pathlib import Path

from kit import Lab

HERE = Path(__file__).parent
RECORDED = HERE / "generated.tf"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_NOTE = re.compile(r"^# __generated__ by \w+ ", re.MULTILINE)


def prepare(directory: Path) -> tuple[Lab, str]:
    """An empty directory with a database that has the objects, and the text of import blocks for them."""
    made = Lab(directory / "made")
    made.directory.mkdir()
    empty = Lab(directory / "empty")
    empty.directory.mkdir()
    made.database, empty.workspace = empty.database, "other"
    made.succeed((HERE / "objects.tf").read_text())
    blocks = [f'import {{\n  to = {a}\n  id = "{o["id"]}"\n}}\n' for a, o in sorted(made.objects().items())]
    return empty, "".join(blocks)


def blocks_of(text: str) -> list[str]:
    """The generated blocks of a file, each with the comment above it, in order, ids and the product's name aside."""
    _, *blocks = _NOTE.split(_UUID.sub("ID", text))
    return sorted(block.strip() for block in blocks)
