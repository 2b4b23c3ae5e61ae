"""What comes before what: an order in which everything comes after what it needs."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Generic, TypeVar

_Item = TypeVar("_Item", bound=Hashable)


class Circular(Exception, Generic[_Item]):  # noqa: N818  # for whoever has asked to tell, in words of its own
    """Each of `members` needs the next, and the last the first."""

    def __init__(self, members: list[_Item]) -> None:
        super().__init__(members)
        self.members = members


def sorted_by_need(needs: Mapping[_Item, Iterable[_Item]]) -> list[_Item]:
    """The keys of `needs`, each after those that it needs; needs that are no keys do not count.

    Depth first, in the order given; no recursion, for chains of any length. Raises `Circular`.
    """
    order: list[_Item] = []
    done: set[_Item] = set()
    for start in needs:
        if start in done:
            continue
        stack: list[tuple[_Item, Iterator[_Item]]] = [(start, iter(needs[start]))]
        active = {start: None}
        while stack:
            item, rest = stack[-1]
            for need in rest:
                if need in active:
                    path = list(active)
                    raise Circular(path[path.index(need) :])
                if need not in done and need in needs:
                    active[need] = None
                    stack.append((need, iter(needs[need])))
                    break
            else:
                stack.pop()
                del active[item]
                done.add(item)
                order.append(item)
    return order
