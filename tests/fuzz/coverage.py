"""Fuzzing that is guided by what is reached, with atheris: `python -m tests.fuzz --coverage TARGET`.

Runs in this process and knows only what needs no directory: parsing, formatting and evaluating. atheris is not among
the requirements of the tests: `pip install atheris` brings it, for the Pythons that it knows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import corpus


def fuzz(name: str, minutes: float) -> int:
    """Fuzzes one target until the time is over or something is found."""
    try:
        import atheris  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        sys.stderr.write("atheris is not installed: pip install atheris\n")
        return 1
    with atheris.instrument_imports(include=["iac"]):
        import iac.audit.where_parser
        import iac.hcl.evaluate
        import iac.hcl.formatting
        import iac.hcl.functions.registry
        import iac.hcl.load  # noqa: F401
    seeds, check = _TARGETS[name]
    folder = Path(".fuzz") / f"corpus-{name}"
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds()):
        (folder / f"seed-{number}").write_bytes(seed)
    options = [f"-max_total_time={int(minutes * 60)}", "-timeout=10", "-rss_limit_mb=2000", "-max_len=4000"]
    atheris.Setup([sys.argv[0], *options, str(folder)], check)
    atheris.Fuzz()
    return 0


def _parsed(filename: str) -> Callable[[bytes], None]:
    def check(given: bytes) -> None:
        from iac.hcl.load import parse_source

        parse_source(given, filename)

    return check


def _formatted(given: bytes) -> None:
    from iac.hcl.formatting import format_source

    once, found = format_source(given, "main.tf")
    if not found:
        assert format_source(once, "main.tf") == (once, [])


def _evaluated(given: bytes) -> None:
    from iac.diagnostics import DiagnosticsError
    from iac.hcl.evaluate import evaluate
    from iac.hcl.functions.registry import function_table
    from iac.hcl.functions.spec import FunctionContext
    from iac.hcl.parser import parse_expression
    from iac.hcl.scope import VariableScope

    expression, found = parse_expression(given.decode("utf-8", "replace"), "<input>")
    if not found:
        with suppress(DiagnosticsError):
            evaluate(expression, VariableScope({}, function_table(FunctionContext())))


def _condition(given: bytes) -> None:
    from iac.audit.where_parser import parse_where
    from iac.diagnostics import DiagnosticsError

    with suppress(DiagnosticsError):
        parse_where(given.decode("utf-8", "replace"))


_TARGETS: dict[str, tuple[Callable[[], list[bytes]], Callable[[bytes], None]]] = {
    "tf": (corpus.native, _parsed("main.tf")),
    "tf.json": (corpus.in_json, _parsed("main.tf.json")),
    "fmt": (corpus.native, _formatted),
    "console": (corpus.expressions, _evaluated),
    "where": (corpus.where, _condition),
}
