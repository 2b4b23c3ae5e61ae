"""Aligning two sequences along their longest common subsequence, as Terraform's plan rendering does.

Owns which elements of a list, or lines of a text, count as unchanged, removed and added. Where several
subsequences are equally long the choice is Terraform's, so that the drawn difference is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeAlias

from iac.values.value import UNKNOWN, Value

EXACT_CELLS = 400_000
"""Up to so many pairs of elements the table is filled in; beyond it a faster way finds a subsequence that
may be another one of the same length."""

Pair: TypeAlias = tuple[int | None, int | None]


def content(value: Value) -> Hashable:
    """Something hashable that two values share exactly when JSON shows them alike: types and marks are no
    part of it, an unknown part counts as missing."""
    raw = value.raw
    kind = raw.__class__
    if kind is str:
        return raw  # type: ignore[no-any-return]
    if kind is tuple:
        return tuple([content(e) for e in raw])
    if kind is dict:
        return frozenset([(k, content(e)) for k, e in raw.items() if e.raw is not UNKNOWN])
    if kind is bool:
        return ("bool", raw)
    return None if raw is UNKNOWN or raw is None else ("number", raw)


def contents(values: Sequence[Value]) -> list[Hashable]:
    """The content of each."""
    return [content(value) for value in values]


def align_elements(
    old: Sequence[Any], new: Sequence[Any], old_pairs: Callable[[int], bool], new_pairs: Callable[[int], bool]
) -> Iterator[Pair]:
    """Like `align`, for the elements of a list: lists of one length are compared place by place, unless the
    elements are only in another order."""
    if len(old) == len(new) and not set(old) <= set(new):
        return zip(range(len(old)), range(len(new)), strict=True)
    return align(old, new, old_pairs, new_pairs)


def align(
    old: Sequence[Any],
    new: Sequence[Any],
    old_pairs: Callable[[int], bool] | None = None,
    new_pairs: Callable[[int], bool] | None = None,
) -> Iterator[Pair]:
    """Pairs of indices in the order in which they are shown; None on the side that has no counterpart.

    `old_pairs` and `new_pairs` tell whether an element may be set against a different one of the other side
    (objects are: one that has changed is shown as changed, not as removed and added).
    """
    common = longest_common(old, new)
    i = j = at = 0
    while i < len(old) or j < len(new):
        target = common[at] if at < len(common) else _END
        while i < len(old) and (target is _END or old[i] != target):
            free = j < len(new) and (target is _END or new[j] != target)
            if free and old_pairs and new_pairs and old_pairs(i) and new_pairs(j):
                yield i, j
                j += 1
            else:
                yield i, None
            i += 1
        while j < len(new) and (target is _END or new[j] != target):
            yield None, j
            j += 1
        if target is not _END:
            yield i, j
            i, j, at = i + 1, j + 1, at + 1


_END = object()


def longest_common(old: Sequence[Any], new: Sequence[Any]) -> list[Any]:
    """The elements of a longest common subsequence, in order."""
    start, end = 0, 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    head, tail = list(old[:start]), list(old[len(old) - end :])
    xs, ys = old[start : len(old) - end], new[start : len(new) - end]
    if not xs or not ys:
        return head + tail
    middle = _by_table(xs, ys) if len(xs) * len(ys) <= EXACT_CELLS else _by_threads(xs, ys)
    return head + middle + tail


def _by_table(xs: Sequence[Any], ys: Sequence[Any]) -> list[Any]:
    """The classic table of lengths, walked back from its end; at a tie the walk goes along `ys`."""
    width = len(xs)
    above = [0] * (width + 1)
    table = [above]
    for y in ys:
        row = [0] * (width + 1)
        left = 0
        for x in range(width):
            if xs[x] == y:
                left = above[x] + 1
            elif above[x + 1] >= left:
                left = above[x + 1]
            row[x + 1] = left
        table.append(row)
        above = row
    found: list[Any] = []
    x, line = width, len(ys)
    while x and line:
        if xs[x - 1] == ys[line - 1]:
            found.append(xs[x - 1])
            x, line = x - 1, line - 1
        elif table[line][x - 1] > table[line - 1][x]:
            x -= 1
        else:
            line -= 1
    return found[::-1]


def _by_threads(xs: Sequence[Any], ys: Sequence[Any]) -> list[Any]:
    """Hunt and Szymanski's way: work for the pairs that match, not for all pairs."""
    places: dict[Any, list[int]] = {}
    for line, y in enumerate(ys):
        places.setdefault(y, []).append(line)
    ends: list[int] = []
    threads: list[Any] = []  # for each length, the last element and the thread before it
    for x in xs:
        for line in reversed(places.get(x, ())):
            at = bisect_left(ends, line)
            extended = (x, threads[at - 1] if at else None)
            if at == len(ends):
                ends.append(line)
                threads.append(extended)
            else:
                ends[at], threads[at] = line, extended
    found = []
    thread: Any = threads[-1] if threads else None
    while thread:
        found.append(thread[0])
        thread = thread[1]
    return found[::-1]
