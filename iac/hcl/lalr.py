"""Runs the tables of the grammar over a text: shifts tokens, and hands what each rule is made of to its action.

Lark makes the tables, and its own parser would do the same: this one makes no trees, and takes whole chains of rules
that change nothing (the thirteen steps from a name to an expression) in one step that it remembers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple

from iac.hcl.lexing import Lexer, Terminals, Token, Unparsed, without_idle_newlines

Action = Callable[[list[Any]], Any]
"""Makes the value of a rule from those of its parts: a token, or what another action made."""

DEPTH = 400
"""How many parts may be waiting for the rest of what they stand in: a limit on how deep the text is nested."""
LENGTH = 300_000
"""How many tokens a text may have: some 30,000 lines, for which parsing takes 200 MB."""
_END = "$END"


class TooComplex(RecursionError):  # noqa: N818  not an error of the program
    """A text that goes beyond the limits of parsing; `offset` is where."""

    def __init__(self, offset: int, *, is_long: bool = False) -> None:
        super().__init__("too long" if is_long else "nested too deeply")
        self.offset = offset
        self.is_long = is_long


class Rule(NamedTuple):
    """A rule: what it makes, the `name` of its action (empty when there is none: its parts themselves), the symbols of
    its parts, and which of those are helping rules, whose own parts take their places."""

    origin: str
    name: str
    parts: Sequence[str]
    inlined: Sequence[int]


@dataclass(frozen=True)
class Tables:
    """A grammar as tables: for each state, by symbol, the state to go to, or `~n` to apply rule n."""

    rows: Sequence[Mapping[str, int]]
    rules: Sequence[Rule]
    start: int
    end: int
    terminals: Terminals

    @property
    def accepted(self) -> list[frozenset[str]]:
        """The terminals that each state accepts."""
        return [frozenset(symbol for symbol in row if symbol.isupper()) for row in self.rows]


class Parser:
    """Parses texts by tables. `transparent` says of a rule with one part whether that is its value; `newlines` says
    whether newlines mean something where no bracket is open."""

    def __init__(self, tables: Tables, transparent: Callable[[Rule], bool], *, newlines: bool) -> None:
        self.tables = tables
        self._newlines = newlines
        self._lexer = Lexer(tables.terminals, tables.accepted)
        self._transparent = [
            _is_transparent(rule) or (len(rule.parts) == 1 and transparent(rule)) for rule in tables.rules
        ]
        self._rules = [
            (len(rule.parts), rule.origin, rule.inlined, rule.name, transparent)
            for rule, transparent in zip(tables.rules, self._transparent, strict=True)
        ]
        self._jumps: dict[tuple[int, str, str], int] = {}

    def parse(self, text: str, actions: Mapping[str, Action]) -> Any:
        """The value of a text; a rule without an action has the list of its parts.

        Raises `Unparsed`, `TooComplex`, and what actions raise.
        """
        rows, end, jumps, jump = self.tables.rows, self.tables.end, self._jumps, self._jump
        rules = self._rules
        states = [self.tables.start]
        values: list[Any] = []
        token = Token(_END, "", len(text))
        for number, token in enumerate(self._tokens(text, states)):
            kind = token.type
            action = rows[states[-1]].get(kind)
            while action is not None and action < 0:
                size, origin, inlined, name, transparent = rules[~action]
                if transparent:
                    del states[-1]
                else:
                    parts: list[Any] = []
                    if size:
                        parts = values[-size:]
                        del values[-size:], states[-size:]
                    if inlined:
                        parts = _inlined(parts, inlined)
                    act = actions.get(name)
                    values.append(act(parts) if act is not None else parts)
                key = (states[-1], origin, kind)
                state = jumps[key] if key in jumps else jump(*key)
                if state == end and kind == _END:
                    return values[-1]
                states.append(state)
                action = rows[state].get(kind)
            if action is None:
                break
            states.append(action)
            values.append(token)
            if len(states) > DEPTH or number > LENGTH:
                raise TooComplex(token.start_pos, is_long=number > LENGTH)
        raise Unparsed(token.start_pos)

    def _tokens(self, text: str, states: Sequence[int]) -> Iterator[Token]:
        tokens = self._lexer.tokens(text, states)
        return chain(without_idle_newlines(tokens, significant=self._newlines), [Token(_END, "", len(text))])

    def _jump(self, base: int, origin: str, kind: str) -> int:
        """The state after a rule was applied in the state `base` and a token of a kind comes next, with all that is
        applied then without changing anything."""
        rows = self.tables.rows
        state = rows[base][origin]
        while state != self.tables.end:
            action = rows[state].get(kind, 0)
            if action >= 0 or not self._transparent[~action]:
                break
            state = rows[base][self.tables.rules[~action].origin]
        self._jumps[base, origin, kind] = state
        return state


def _is_transparent(rule: Rule) -> bool:
    """Whether a rule is no more than a step from one symbol to another; helping rules make lists."""
    return len(rule.parts) == 1 and not rule.name and not rule.origin.startswith("_")


def _inlined(parts: list[Any], inlined: Sequence[int]) -> list[Any]:
    """The parts, with those of helping rules in their places. The first list is continued: it may be long."""
    first = inlined[0]
    together: list[Any] = parts[first] if first == 0 else parts[:first]
    for index in range(1 if first == 0 else first, len(parts)):
        if index in inlined:
            together += parts[index]
        else:
            together.append(parts[index])
    return together
