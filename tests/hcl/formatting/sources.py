"""Random files in native syntax, as badly laid out as the syntax allows."""

from __future__ import annotations

import random
from collections.abc import Callable

_NAMES = ("a", "bb", "foo", "long_name", "x-y", "count", "é", "type", "in", "for", "each", "if", "null")
_OPERATORS = ("+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||")
_INDEXED = ("a[0]", "a [ 0 ]", "a.0", "a[*].b", "a.*.b", "a [*] . c", 'a["x"]', "local . b", "local.b")
_CONSTANTS = ("1", "1.5", "1e5", "true", "null", '"x"', '""', '"${x}"', '"é 日本"', "[]", "{ }", "{}", "f( )", "[ ]")
_LITERAL = ("lit", "a b", " ", "$${x}", "%%{y}", "\\n", "é", "$", "%", "'x'")
_TYPES = ("list", '"list"', "map", '"map"', "set", '"string"', "string", '"any"', "object({ a=string })", '"${string}"')
_LABELS = ('"a"', "b", '"a b"', '"x\\n"', "c-d", '"\\u00e9"')


class Source:
    """The parts of a file, each with random space and comments in it; the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.one = self.random.choice
        self.expressions: tuple[Callable[[int], str], ...] = (
            self.operation,
            self.conditional,
            self.sequence,
            self.call,
            self.object,
            self.loop,
            self.string,
            self.heredoc,
            lambda depth: self.one("-!") + self.one(("(", " (")) + self.expression(depth) + ")",
            lambda depth: f"({self.space()}{self.expression(depth)}{self.space()})" + self.one(("", ".x", "[0]")),
        )

    def space(self) -> str:
        return self.one(("", "", "", " ", " ", "  ", "\t"))

    def comment(self) -> str:
        return self.one(("",) * 14 + ("/* c */", " /*x*/ ", "/**/"))

    def line_end(self) -> str:
        return self.one(("\n", "\n", "\n", " \n", "\n\n", " # c\n", "// d  \n", "\n  # own\n", "\n\t/* m\n  n */\n"))

    def name(self) -> str:
        return self.one((*_NAMES, f"n{self.random.randrange(200)}"))

    def items(self, write: Callable[[int], str], depth: int) -> str:
        written = []
        for _ in range(self.random.randrange(1, 4)):
            before = self.one(("", "", "\n", "\n\n", " # k\n"))
            written.append(f"{before}{self.space()}{write(depth)}{self.space()}")
        return ",".join(written) + self.one(("", ",", "\n", self.space()))

    def expression(self, depth: int) -> str:
        if depth <= 0:
            return self.one((*_CONSTANTS, *_INDEXED, f"var.{self.name()}"))
        return self.one(self.expressions)(depth - 1)

    def operation(self, depth: int) -> str:
        left, right = self.expression(depth), self.expression(depth)
        return f"{left}{self.space()}{self.comment()}{self.one(_OPERATORS)} {self.space()}{right}"

    def conditional(self, depth: int) -> str:
        parts = [f"{self.space()}{self.expression(depth)}{self.space()}" for _ in range(3)]
        return f"({parts[0]} ?{parts[1]} :{parts[2]})"

    def sequence(self, depth: int) -> str:
        return f"[{self.items(self.expression, depth)}]" + self.one(("", "", "[0]"))

    def call(self, depth: int) -> str:
        if self.random.random() < 0.2:
            return f"f({self.space()}{self.expression(0)}{self.space()}...{self.space()})"
        return f"{self.one(('f', 'core::f'))}({self.items(self.expression, depth)})"

    def pair(self, depth: int) -> str:
        key = self.one((self.name(), self.name(), '"k"', "(var.k)", '"${x}"', "1"))
        return f"{self.space()}{key}{self.space()}{self.one('==:')}{self.space()}{self.expression(depth)}"

    def object(self, depth: int) -> str:
        count = range(self.random.randrange(1, 5))
        if self.random.random() < 0.6:
            pairs = (self.pair(depth) + self.space() + self.one(("", ",")) + self.line_end() for _ in count)
            return "{" + self.line_end() + "".join(pairs) + self.space() + "}"
        return "{" + ",".join(self.pair(depth) for _ in count) + self.space() + "}"

    def loop(self, depth: int) -> str:
        over, value = self.expression(depth), self.expression(depth)
        condition = self.one(("", f" if {self.expression(0)}"))
        if self.random.random() < 0.5:
            return f"[{self.space()}for {self.name()} in {over} :{self.space()}{value}{condition}{self.space()}]"
        group = self.one(("", "..."))
        arrow = f"{self.space()}=>{self.space()}"
        return f"{{for k{self.space()},{self.space()}v in {over} :k{arrow}{value}{group}{condition}{self.space()}}}"

    def template(self, depth: int) -> str:
        return "".join(self.template_part(depth) for _ in range(self.random.randrange(4)))

    def template_part(self, depth: int) -> str:
        chosen = self.random.random()
        if chosen < 0.5:
            return self.one(_LITERAL)
        if chosen < 0.9:
            opening, closing = self.one(("${", "${~")), self.one(("}", " }", " ~}"))
            return f"{opening}{self.space()}{self.expression(depth)}{self.space()}{closing}"
        opening = f"%{{{self.one(('', '~'))}{self.space()}"
        if chosen < 0.96:
            return f"{opening}if {self.expression(0)} }}y{self.one(('', '%{else}n', '%{ else ~}n'))}%{{  endif ~}}"
        return f"{opening}for k{self.space()},v in {self.expression(0)}}}${{ k }}%{{ endfor }}"

    def string(self, depth: int) -> str:
        return f'"{self.template(depth)}"'

    def heredoc(self, depth: int) -> str:
        return f"f({self.bare_heredoc(depth)}\n{self.space()})"

    def bare_heredoc(self, depth: int) -> str:
        indent, marker = self.one(("", " ", "\t", "    ")), self.one(("EOT", "E_1"))
        lines = [f"{indent}{self.space()}{self.template(depth)}\n" for _ in range(self.random.randrange(4))]
        return f"<<{self.one(('', '-'))}{marker}\n{''.join(lines)}{indent}{marker}"

    def argument(self, block: str) -> str:
        if block == "variable" and self.random.random() < 0.5:
            return f"type{self.space()}={self.space()}{self.one(_TYPES)}"
        name = f"{self.name()}{self.random.randrange(10000)}{self.space()}{self.comment()}"
        value = self.expression(self.random.randrange(4))
        if self.random.random() < 0.1:
            value = self.bare_heredoc(2)
        elif self.random.random() < 0.15:
            value = f'"${{{self.one(("", " ", chr(10)))}{self.expression(1)}{self.one(("", " ", chr(10)))}}}"'
        return f"{name}={self.space()}{self.comment()}{value}"

    def block(self, depth: int) -> str:
        kind = self.one(("resource", "variable", "x", "lifecycle"))
        labels = "".join(f" {self.space()}{self.one(_LABELS)}" for _ in range(self.random.randrange(3)))
        if self.random.random() < 0.2:
            inside = self.one(("", f"q{self.space()}={self.space()}{self.expression(0)}"))
            return f"{kind}{labels}{self.comment()} {{{self.space()}{inside}{self.space()}}}{self.line_end()}"
        inside = self.line_end() + self.body(depth - 1, kind)
        return f"{kind}{labels}{self.space()}{{{inside}{self.space()}}}{self.line_end()}"

    def body(self, depth: int, block: str = "") -> str:
        written = []
        for _ in range(self.random.randrange(1, 5)):
            chosen = self.random.random()
            if chosen < 0.12:
                item = self.one(("# c", "//x", "#  y", "/* z */", "/* z\n zz */")) + "\n"
            elif chosen < 0.35 and depth > 0:
                item = self.block(depth)
            else:
                item = self.argument(block) + self.space() + self.line_end()
            written.append(self.space() + item)
        return "".join(written)

    def file(self) -> str:
        """A whole file; some have Windows' line ends, or none at the end."""
        text = self.body(3)
        chosen = self.random.random()
        if chosen < 0.1:
            return text.replace("\n", "\r\n")
        return text.rstrip("\n") + self.one(("", " \t")) if chosen < 0.2 else text
