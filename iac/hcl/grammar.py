"""Opens python-hcl2's grammar with Lark, corrected where it differs from HCL, and makes tables of it for `lalr`.

The grammar is data of the library and is not changed on disk: the differences are replacements applied to its
text here, each of which must still apply (a test says so). Only this module knows python-hcl2 and Lark. The tables
are plain data and kept on disk, so that Lark is needed once and not at every start.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

from iac.files import replacing
from iac.hcl.directories import cache_directory
from iac.hcl.lalr import Rule, Tables
from iac.hcl.lexing import NAME, Terminals

_FORM = 4
"""Changes when the form of the kept tables does."""

_REPLACEMENTS: tuple[tuple[str, str], ...] = (
    # Names may hold letters of any script; which characters those are, `lexing` says.
    ("NAME : /[a-zA-Z_][a-zA-Z0-9_-]*/", r"NAME : /(?:[a-zA-Z_]|[^\x00-\x7f])(?:[a-zA-Z0-9_-]|[^\x00-\x7f])*/"),
    # What stands inside an escaped interpolation is ordinary text.
    (r"ESCAPED_INTERPOLATION.2: /\$\$\{[^}]*\}/", r"ESCAPED_INTERPOLATION.2: /\$\$\{/"),
    (r"ESCAPED_DIRECTIVE.2: /%%\{[^}]*\}/", r"ESCAPED_DIRECTIVE.2: /%%\{/"),
    # A minus sign is an operator, never part of a number.
    ("INT_LITERAL: NEGATIVE_DECIMAL? DECIMAL+", "INT_LITERAL: DECIMAL+"),
    (
        'FLOAT_LITERAL: (NEGATIVE_DECIMAL? DECIMAL+ | NEGATIVE_DECIMAL+) "." DECIMAL+ (EXP_MARK)?\n'
        "               | (NEGATIVE_DECIMAL? DECIMAL+ | NEGATIVE_DECIMAL+) (EXP_MARK)",
        'FLOAT_LITERAL: DECIMAL+ "." DECIMAL+ (EXP_MARK)?\n               | DECIMAL+ (EXP_MARK)',
    ),
    # Tokens begin where they begin, not at the white space before them.
    (r"EQ : /[ \t]*=(?!=|>)/", "EQ : /=(?!=|>)/"),
    (r"COLON : /[ \t]*:(?!:)/", "COLON : /:(?!:)/"),
    # A heredoc ends with its marker; the newline after it ends the argument like any other.
    (
        r"HEREDOC_TEMPLATE : /<<(?P<heredoc>[a-zA-Z][a-zA-Z0-9._-]*)\r?\n(?:(?:.|\n)*?\r?\n)??\s*(?P=heredoc)\r?\n/",
        r"HEREDOC_TEMPLATE : /<<(?P<heredoc>[^\W\d][\w-]*)\r?\n(?:(?:.|\n)*?\r?\n)??[ \t]*(?P=heredoc)(?=[ \t]*\r?\n)/",
    ),
    (
        r"HEREDOC_TEMPLATE_TRIM : /<<-(?P<heredoc_trim>[a-zA-Z][a-zA-Z0-9._-]*)\r?\n(?:(?:.|\n)*?\r?\n)??\s*"
        r"(?P=heredoc_trim)\r?\n/",
        r"HEREDOC_TEMPLATE_TRIM : /<<-(?P<heredoc_trim>[^\W\d][\w-]*)\r?\n(?:(?:.|\n)*?\r?\n)??[ \t]*"
        r"(?P=heredoc_trim)(?=[ \t]*\r?\n)/",
    ),
    # Operators apply to what an operator made: !!x, -(-x).
    ("!unary_op : (MINUS | NOT) expr_term", "!unary_op : (MINUS | NOT) unary_expr"),
    # Quotes inside an interpolation are written as they are.
    ("            | template_string\n", ""),
    ("template_string : TEMPLATE_STRING\n", ""),
    (r'TEMPLATE_STRING.3 : /\\\\"(?:[^"\\\\]|\\\\.)*\\\\"/' + "\n", ""),
    # Functions may have a namespace of any depth.
    ("identifier (COLONS identifier COLONS identifier)? LPAR", "identifier (COLONS identifier)* LPAR"),
    # Interpolations may be stripped of the white space around them.
    (
        "interpolation: INTERP_START expression RBRACE",
        "interpolation: INTERP_START STRIP_MARKER? expression STRIP_MARKER? RBRACE",
    ),
    # There may be space in a splat.
    ('ATTR_SPLAT : ".*"', r"ATTR_SPLAT : /\.[ \t]*\*/"),
    ('FULL_SPLAT_START : "[*]"', r"FULL_SPLAT_START : /\[\s*\*\s*\]/"),
    # A block's brace stands on the line of its header.
    ("(_attribute_name | string)* new_line_or_comment? LBRACE", "(_attribute_name | string)* LBRACE"),
)

_GREEDY = ("STRING_CHARS", NAME)
"""The terminals that end where their last repetition ends."""

_LADDER = ("?expression : or_expr QMARK", "// Unary (highest precedence")
"""From where to where newlines are taken out of the operators' rules: they never reach the parser there."""


@cache
def grammar_text() -> str:
    """The corrected grammar. Raises RuntimeError when python-hcl2 has a grammar that is not known here."""
    spec = importlib.util.find_spec("hcl2")
    if spec is None or spec.origin is None:
        raise RuntimeError("python-hcl2 is not installed")
    text = Path(spec.origin).with_name("hcl2.lark").read_text(encoding="utf-8")
    for old, new in _REPLACEMENTS:
        if old not in text:
            raise RuntimeError(f"python-hcl2's grammar has changed: {old!r} is not in it")
        text = text.replace(old, new)
    start, end = text.index(_LADDER[0]), text.index(_LADDER[1])
    return text[:start] + text[start:end].replace(" new_line_or_comment?", "") + text[end:]


def _is_private(directory: Path) -> bool:
    """Whether nobody else can write in a directory: what is kept there says what files mean."""
    if not hasattr(os, "getuid"):
        return True
    status = directory.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def tables(start: str) -> Tables:
    """The tables for a whole file (`start`) or an `expression`; they are kept on disk where that is possible."""
    path = _place(start)
    key = hashlib.sha256(f"{_FORM} {grammar_text()}".encode()).hexdigest()
    content = None
    if path is not None:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(path.read_bytes())
            content = kept["tables"] if kept["key"] == key else None
    if content is None:
        content = _compiled(start)
        if path is not None:
            _keep(path, {"key": key, "tables": content})
    return Tables(
        [dict(content["rows"][row]) for row in content["states"]],
        [Rule(*rule) for rule in content["rules"]],
        content["start"],
        content["end"],
        Terminals(content["patterns"], content["words"]),
    )


def _place(start: str) -> Path | None:
    """Where tables are kept, if anywhere."""
    directory = cache_directory()
    if directory is None:
        return None
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        usable = os.access(directory, os.W_OK) and _is_private(directory)
    except OSError:
        return None
    return directory / f"grammar-{start}.json" if usable else None


def _keep(path: Path, content: Any) -> None:
    """Writes tables: they are there whole or not at all."""
    with contextlib.suppress(OSError), replacing(path, sync=False) as temporary:
        temporary.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def _compiled(start: str) -> dict[str, Any]:
    """The tables as Lark makes them, in the form in which they are kept. Equal rows are there once."""
    from lark import Lark
    from lark.lexer import PatternStr
    from lark.parsers.lalr_analysis import Shift

    lark = Lark(grammar_text(), parser="lalr", lexer="basic", start=start, maybe_placeholders=False)
    terminals = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    table = lark.parser.parser._parse_table
    rules = {rule: number for number, rule in enumerate(lark.rules)}
    order = {state: number for number, state in enumerate(table.states)}
    rows: dict[str, int] = {}
    states = []
    for actions in table.states.values():
        row = {n: order[to] if action is Shift else ~rules[to] for n, (action, to) in sorted(actions.items())}
        states.append(rows.setdefault(json.dumps(row), len(rows)))
    name = next(t.pattern for t in terminals if t.name == NAME)
    words = {t.pattern.value: t.name for t in terminals if isinstance(t.pattern, PatternStr)}
    return {
        "rows": [json.loads(row) for row in rows],
        "states": states,
        "rules": [_rule(rule) for rule in lark.rules],
        "start": order[table.start_states[start]],
        "end": order[table.end_states[start]],
        # In the order in which Lark tries them.
        "patterns": {
            t.name: _frugal(t.name, t.pattern.to_regexp()) for t in terminals if t.name not in lark.ignore_tokens
        },
        "words": {word: kind for word, kind in words.items() if re.fullmatch(name.to_regexp(), word)},
    }


def _frugal(name: str, pattern: str) -> str:
    """The same pattern, without the places to try again from that Python remembers for every character."""
    pattern = pattern.replace("(?:.|\n)*?", r"[\s\S]*?").replace("(.|\n)*?", r"[\s\S]*?")
    pattern = pattern.replace("(?:[0-9])+", "[0-9]+")
    return f"{pattern}+" if name in _GREEDY else pattern


def _rule(rule: Any) -> tuple[str, str, list[str], list[int]]:
    """A rule of Lark's as `Rule` has it."""
    symbols = rule.expansion
    name = rule.alias or ("" if rule.origin.name.startswith("_") or rule.options.expand1 else rule.origin.name)
    if rule.options.expand1 and not rule.alias and len(symbols) != 1:
        raise RuntimeError(f"python-hcl2's grammar has changed: {rule} may stand for its only part")
    inlined = [i for i, symbol in enumerate(symbols) if not symbol.is_term and symbol.name.startswith("_")]
    return rule.origin.name, name, [symbol.name for symbol in symbols], inlined
