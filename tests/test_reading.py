"""Reading files that users named."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from iac.reading import read_lines

LINES = [b"a\n", b"", b"\n\n", b"no end", b"x" * 200_000 + b"\n" + b"y" * 70_000, b"1\n2\n" * 50_000]


@pytest.mark.parametrize("content", LINES, ids=lambda content: f"{len(content)}")
@pytest.mark.parametrize("is_pipe", [False, True], ids=["file", "pipe"])
def test_lines_are_those_of_the_content(tmp_path: Path, content: bytes, is_pipe: bool) -> None:
    path = tmp_path / "x"
    if is_pipe:
        os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(content,))
    writer.start()
    if not is_pipe:
        writer.join()
    assert list(read_lines(path, pipes=True)) == content.splitlines(keepends=True)
    writer.join()


def test_a_pipe_is_read_only_where_one_may_stand(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x")
    with pytest.raises(OSError, match="not a regular file"):
        next(read_lines(tmp_path / "x"))
