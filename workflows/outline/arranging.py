"""The order in which the steps of a drawing are told: each once, nested where the drawing branches. Pure, of ids only.

A step is told after, or inside, the last step that every way to it passes (its dominator). What one way alone leads to
is told inside that way; where ways meet is told after them, in the same list. Every other flow is a reference to a step
told elsewhere, so any drawing can be told, however its flows go.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

ROOT = ""
DEEPEST = 4
"""Lists within lists; what lies deeper is told after, and referred to."""
LONG = 4
"""A way of so many steps, and twice as many as the others together, is the main one and is told after the choice."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """From one step to another: a flow (`flow` is its id), or the edge of a step to an event on it (`is_beside`)."""

    source: str
    target: str
    flow: str = ""
    is_beside: bool = False
    name: str = ""
    condition: str = ""
    is_default: bool = False


@dataclass
class Way:
    """One edge out of a step; `items` are told inside it, else it refers. `is_next`: to what follows in the list."""

    edge: Edge
    items: list[Item] = field(default_factory=list)
    is_next: bool = False


@dataclass
class Item:
    key: str
    ways: list[Way] = field(default_factory=list)


def arranged(keys: Sequence[str], edges: Iterable[Edge], starts: Sequence[str]) -> list[Item]:
    """Every key once; `starts` are told first, then what nothing leads to, and circles that nothing leads into."""
    return _Order(keys, edges, starts).items()


class _Order:
    def __init__(self, keys: Sequence[str], edges: Iterable[Edge], starts: Sequence[str]) -> None:
        known = set(keys)
        self.out: dict[str, list[Edge]] = {key: [] for key in keys}
        self.into: dict[str, list[str]] = {key: [] for key in keys}
        for edge in edges:
            if edge.source in known and edge.target in known:
                self.out[edge.source].append(edge)
                self.into[edge.target].append(edge.source)
        self.roots: list[str] = []
        self.place = {key: number for number, key in enumerate(self._reached(keys, starts))}
        self.above = self._dominators()
        self._below()

    # -- the graph -----------------------------------------------------------------------------------------------------

    def _reached(self, keys: Sequence[str], starts: Sequence[str]) -> list[str]:
        """The keys in reverse post-order: a step stands before what it leads to, but for flows back."""
        finished: list[str] = []
        seen: set[str] = set()
        bare = [key for key in keys if not self.into[key]]
        for root in dict.fromkeys([*starts, *bare, *keys]):
            if root not in seen:
                self.roots.append(root)
                finished += self._finished(root, seen)
        order = list(reversed(finished))
        for root in self.roots:
            self.into[root] = [ROOT, *self.into[root]]
        return [ROOT, *order]

    def _finished(self, root: str, seen: set[str]) -> list[str]:
        """What is reached from a root and was not seen, each when all it leads to is done."""
        found: list[str] = []
        seen.add(root)
        stack = [(root, [edge.target for edge in self.out[root]])]
        while stack:
            key, left = stack[-1]
            while left and left[-1] in seen:
                left.pop()
            if not left:
                stack.pop()
                found.append(key)
                continue
            target = left.pop()
            seen.add(target)
            stack.append((target, [edge.target for edge in self.out[target]]))
        return found

    def _dominators(self) -> dict[str, str]:
        """The step that every way to a step passes last (Cooper, Harvey and Kennedy)."""
        above: dict[str, str] = {ROOT: ROOT}
        is_changing = True
        while is_changing:
            is_changing = False
            for key in self.place:
                if key == ROOT:
                    continue
                known = [source for source in self.into[key] if source in above]
                found = known[0]
                for source in known[1:]:
                    found = self._met(found, source, above)
                if above.get(key) != found:
                    above[key], is_changing = found, True
        return above

    def _met(self, one: str, other: str, above: Mapping[str, str]) -> str:
        while one != other:
            if self.place[one] > self.place[other]:
                one = above[one]
            else:
                other = above[other]
        return one

    def _below(self) -> None:
        """What is told inside or right after each step, and how many steps that is in all."""
        self.own: dict[str, list[str]] = {key: [] for key in self.place}
        self.met: dict[str, list[str]] = {key: [] for key in self.place}
        self.size = dict.fromkeys(self.place, 1)
        for key in self.place:
            if key != ROOT:
                ahead = [source for source in self.into[key] if self.place[source] < self.place[key]]
                inside = self.own if ahead == [self.above[key]] else self.met
                inside[self.above[key]].append(key)
        for key in reversed(self.place):
            if key != ROOT:
                self.size[self.above[key]] += self.size[key]

    # -- the telling ---------------------------------------------------------------------------------------------------

    def items(self) -> list[Item]:
        firsts = [root for root in self.roots if root in self.own[ROOT]]
        return self._list([*firsts, *self.met[ROOT]], 0)

    def _list(self, firsts: Sequence[str], depth: int) -> list[Item]:
        found: list[Item] = []
        stack = list(reversed(firsts))
        while stack:
            key = stack.pop()
            item, after = self._item(key, depth)
            found.append(item)
            stack.extend(reversed([*after, *self.met[key]]))
        for item, following in itertools.pairwise(found):
            ways = [way for way in item.ways if not way.edge.is_beside]
            if len(ways) == 1 and not ways[0].edge.condition and ways[0].edge.target == following.key:
                ways[0].is_next = True
        return found

    def _item(self, key: str, depth: int) -> tuple[Item, list[str]]:
        """The step with its ways, and what is to be told right after it."""
        own = set(self.own[key])
        main = self._main(key)
        item, after = Item(key), []
        for edge in self.out[key]:
            way = Way(edge)
            item.ways.append(way)
            if edge.target in own:
                own.remove(edge.target)
                if edge.target == main or depth >= DEEPEST:
                    after.append(edge.target)
                else:
                    way.items = self._list([edge.target], depth + 1)
        after.sort(key=lambda one: one != main)
        return item, after

    def _main(self, key: str) -> str:
        """The way that is told after the step, not inside it: the only flow, or by far the longest that ends alone."""
        flows = [edge.target for edge in self.out[key] if not edge.is_beside]
        if len(flows) == 1:
            return flows[0]
        own = sorted((target for target in flows if target in self.own[key]), key=lambda one: -self.size[one])
        rest = sum(self.size[one] for one in own[1:])
        is_long = bool(own) and not self.met[key] and self.size[own[0]] >= max(LONG, 2 * rest)
        return own[0] if is_long else ""
