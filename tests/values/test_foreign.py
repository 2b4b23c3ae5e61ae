"""JSON of other programs: what Unicode and JSON do not have, and what is nested too deeply, is refused."""

from __future__ import annotations

from typing import Any

import pytest

from iac.values.codec import ExactNumber
from iac.values.foreign import DEEPEST, read_json


@pytest.mark.parametrize(
    ("content", "data"),
    [
        (b"3", 3),
        (b'\xef\xbb\xbf{"a": [1, null]}', {"a": [1, None]}),
        (b"0.1000000000000000000001", ExactNumber("0.1000000000000000000001")),
        ('"é𝄞"'.encode(), "é𝄞"),
        (b"1" + b"0" * 5000, ExactNumber("1" + "0" * 5000)),
    ],
)
def test_proper_json_is_read(content: bytes, data: Any) -> None:
    assert read_json(content) == data


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "line 1, column 1: it ends too early"),
        (b"\x00", "line 1, column 1: invalid character"),
        (b'{"a": 1,\n "b": }', "line 2, column 7: invalid character '}' looking for beginning of value"),
        (b'{"a": "secret', "line 1, column 7: it ends too early"),
        (b"\xff", "not proper Unicode"),
        (b'["\\ud800"]', "not proper Unicode"),
        (b"[NaN]", "a number that JSON does not have"),
        (b"-Infinity", "a number that JSON does not have"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
    ],
)
def test_anything_else_is_refused(content: bytes, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_json(content)


def test_what_is_nested_less_deeply_is_read() -> None:
    assert read_json(b"[" * DEEPEST + b"]" * DEEPEST)
