"""Opens python-hcl2's grammar with Lark, corrected where it differs from HCL.

The grammar is data of the library and is not changed on disk: the differences are replacements applied to its
text here, each of which must still apply (a test says so). Newlines are settled before the parser sees them:
inside parentheses, brackets and interpolations they mean nothing, elsewhere they end a line. Only this module
knows python-hcl2 and imports Lark; what the builders need of Lark's trees they take from here.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Token, Tree
from lark.exceptions import LarkError, UnexpectedInput

from iac.diagnostics import Pos, SourceRange
from iac.hcl.directories import cache_directory
from iac.hcl.places import Places
from iac.hcl.scanner import name_length

__all__ = ["LAYOUT", "LarkError", "Token", "Tree", "UnexpectedInput", "grammar", "grammar_text", "token_range"]

LAYOUT = frozenset({"new_line_or_comment"})
"""The rules of trees that stand for no syntax."""


def token_range(places: Places, token: Any) -> SourceRange:
    """The range of a token of Lark's."""
    offset = token.start_pos
    if token.end_line != token.line:
        return places.range(offset, offset + len(token))
    start = places.at_line(token.line, token.column, offset)
    line, column, byte = start
    length = len(token)
    size = length if token.isascii() else len(token.encode("utf-8", "surrogatepass"))
    return SourceRange(places.filename, start, Pos(line, column + length, byte + size))


_REPLACEMENTS: tuple[tuple[str, str], ...] = (
    # Names may hold letters of any script; which characters those are, the post-lexer says.
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


_OPENING = frozenset({"LPAR", "LSQB", "INTERP_START", "DIRECTIVE_START"})
_CLOSING = frozenset({"RPAR", "RSQB", "RBRACE"})
_BEFORE_BLOCK = frozenset(
    {"NAME", "DBLQUOTE", "TRUE", "FALSE", "NULL", "IN", "FOR", "IF", "FOR_EACH", "ELSE", "ENDIF", "ENDFOR"}
)
"""What stands before the brace of a block, where newlines mean something; else the brace is that of an object."""


class NewlinePostLexer:
    """Takes newlines and comments out of the token stream where HCL ignores them."""

    always_accept = ("NL_OR_COMMENT",)

    def __init__(self, *, significant: bool) -> None:
        self.significant = significant

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens without the newlines that mean nothing."""
        significant = [self.significant]
        opened = False  # directly behind the brace of an object, newlines aside: `for` would make it an expression
        held: list[Token] = []
        previous = ""
        for token in stream:
            kind = token.type
            if kind == "NAME" and not token.isascii() and name_length(token) < len(token):
                raise LarkError("a character that no name may hold")
            if kind == "NL_OR_COMMENT":
                if significant[-1] and not token.startswith("/*"):
                    held.append(token)
                    if not opened:
                        yield held.pop()
                continue
            if opened and kind == "FOR":
                significant[-1] = False
            else:
                yield from held
            held.clear()
            opened = False
            if kind in _OPENING:
                significant.append(False)
            elif kind == "LBRACE":
                opened = not significant[-1] or previous not in _BEFORE_BLOCK
                significant.append(True)
            elif kind in _CLOSING and len(significant) > 1:
                significant.pop()
            previous = kind
            yield token
        yield from held


def _is_private(directory: Path) -> bool:
    """Whether nobody else can write in a directory: Lark unpickles what it finds there, which can run code."""
    if not hasattr(os, "getuid"):
        return True
    status = directory.stat()
    return status.st_uid == os.getuid() and not status.st_mode & 0o022


@cache
def grammar(start: str) -> Any:
    """The Lark parser for a file (`start`) or an `expression`; compiled grammars are cached on disk."""
    directory = cache_directory()
    options: dict[str, Any] = {}
    if directory is not None:
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            if os.access(directory, os.W_OK) and _is_private(directory):
                options["cache"] = str(directory / f"grammar-{start}.lark")
        except OSError:
            pass
    return Lark(
        grammar_text(),
        parser="lalr",
        lexer="contextual",
        start=start,
        postlex=NewlinePostLexer(significant=start == "start"),
        propagate_positions=False,
        maybe_placeholders=False,
        **options,
    )
