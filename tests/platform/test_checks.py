"""The formats of single values."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from iac.platform.schemas import checks

CASES: list[tuple[Callable[[Any], str | None], list[Any], list[Any]]] = [
    (
        checks.cron,
        ["* * * * *", "*/5 0-6 1,15 JAN-MAR MON", "30 2 * * 7", "0 0 1-31/2 * *"],
        ["* * * *", "60 * * * *", "* 24 * * *", "5-1 * * * *", "*/0 * * * *", "x * * * *", "* * * * * *", ""],
    ),
    (checks.time_of_day, ["00:00", "23:59"], ["24:00", "8:30", "08:60", "noon"]),
    (checks.days, [["MONDAY", "SUNDAY"], []], [["monday"], ["MONDAY", "MONDAY"], [None]]),
    (checks.time_zone, ["UTC", "Europe/Paris"], ["Paris", "", "../etc/passwd", "/etc/passwd"]),
    (checks.subnet, ["10.0.0.0/16"], ["10.0.0.1/16", "10.0.0.0", "10.0.0.0/33", "fd00::/8", "net"]),
    (checks.mount_point, ["/data"], ["/", "data", ""]),
    (checks.domains, [["api.example.com", "*.example.com"]], [["localhost"], ["a b.com"], [None]]),
    (checks.variable_names, [{"A_1": "x"}], [{"1A": "x"}, {"A-B": "x"}, {"A": None}]),
    (checks.name, ["api"], ["", "  ", " api", "x" * 256]),
    (
        checks.repository_url,
        ["https://github.com/a/b.git", "git@github.com:a/b.git", "ssh://git@host/a"],
        ["a/b", "ftp://host/a"],
    ),
]


def test_without_a_time_zone_database_a_zone_must_only_look_like_one() -> None:
    code = (
        "import sys; from iac.platform.schemas.checks import time_zone;"
        "print([time_zone(z) is None for z in sys.argv[1:]])"
    )
    environment = {**os.environ, "PYTHONTZPATH": ""}
    command = [sys.executable, "-c", f"import sys; sys.modules['tzdata'] = None; {code}"]
    zones = ["Europe/Paris", "UTC", "Etc/GMT+5", "", "../etc/passwd", "8 o'clock"]
    done = subprocess.run([*command, *zones], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[True, True, True, False, False, False]"


@pytest.mark.parametrize(
    ("check", "value"), [(c, v) for c, good, _ in CASES for v in good], ids=lambda x: getattr(x, "__name__", str(x))
)
def test_is_accepted(check: Callable[[Any], str | None], value: Any) -> None:
    assert check(value) is None


@pytest.mark.parametrize(
    ("check", "value"), [(c, v) for c, _, bad in CASES for v in bad], ids=lambda x: getattr(x, "__name__", str(x))
)
def test_is_refused_with_a_reason(check: Callable[[Any], str | None], value: Any) -> None:
    assert check(value)
