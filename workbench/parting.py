"""Whether two ways through a förlopp are the same, and where they part. Pure.

They are ways through two versions: what only one of them has is no difference by itself. Where the diagram asks, the
answers are compared in turn; else how many times each step was done, since what goes on side by side may be told in any
order.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from workflows import engine, published
from workflows.diagram import Element

SAME, OTHER, IMPOSSIBLE = "same", "other", "impossible"
LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """How an ärende went on a draft. `place` is the element where the ways part or where it could not go on; `went`
    and `would` are the ways in words, `reason` is why it could not be told."""

    outcome: str
    place: str = ""
    went: str = ""
    would: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Parting:
    """`is_chosen` when the diagram asked and the answers differ, which nothing else can explain."""

    told: Replayed
    is_chosen: bool


@dataclass(frozen=True)
class Side:
    """A way: the elements that were done, each with the flows it was left by where there was a choice."""

    version: published.Published
    passed: list[tuple[str, tuple[str, ...]]]

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        return self.version.definition.elements

    @cached_property
    def _targets(self) -> dict[str, str]:
        choices = engine.ways(self.version.definition).choices
        return {flow: target for flows in choices.values() for flow, target in flows}

    @cached_property
    def _names(self) -> dict[tuple[str, str], str]:
        return {(flow.source, flow.target): flow.name for all_ in self.version.routes.out.values() for flow in all_}

    @cached_property
    def choices(self) -> dict[str, list[tuple[str, ...]]]:
        """Of each gateway, the flows that were chosen, time after time."""
        found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
        for element, flows in self.passed:
            if flows:
                found[element].append(flows)
        return dict(found)

    def ways(self, element: str, flows: tuple[str, ...]) -> frozenset[str]:
        """What the flows are called, else what they lead to."""
        return frozenset(self._way(element, flow) for flow in flows)

    def leads_to(self, flows: tuple[str, ...]) -> frozenset[str]:
        return frozenset(self._targets.get(flow, flow) for flow in flows)

    def name(self, key: str) -> str:
        element = self.elements.get(key)
        return (element.name if element is not None else "") or key

    def _way(self, element: str, flow: str) -> str:
        target = self._targets.get(flow, "")
        return self._names.get((element, target), "") or self.name(target)


def parted(went: Side, would: Side) -> Parting | None:
    """None when both went the same way, as far as both have the steps."""
    common = went.elements.keys() & would.elements.keys()
    seen: Counter[str] = Counter()
    for element, flows in went.passed:
        if element not in common or not flows:
            continue
        others = would.choices.get(element, [])
        if seen[element] < len(others) and not _is_same(element, flows, others[seen[element]], went, would):
            words = (
                ", ".join(sorted(side.ways(element, of)))
                for side, of in ((went, flows), (would, others[seen[element]]))
            )
            return Parting(_other(element, *words), is_chosen=True)
        seen[element] += 1
    return _uneven(went, would, common)


def _is_same(element: str, flows: tuple[str, ...], others: tuple[str, ...], went: Side, would: Side) -> bool:
    is_redrawn = went.ways(element, flows) == would.ways(element, others)
    return set(flows) == set(others) or is_redrawn or went.leads_to(flows) == would.leads_to(others)


def _uneven(went: Side, would: Side, common: frozenset[str] | set[str]) -> Parting | None:
    """The first step that was done other times."""
    mine, theirs = ([key for key, _ in side.passed if key in common] for side in (went, would))
    lacking, more = Counter(mine) - Counter(theirs), Counter(theirs) - Counter(mine)
    if not lacking and not more:
        return None
    first, other = (next((key for key in keys if key in odd), "") for keys, odd in ((mine, lacking), (theirs, more)))
    words = (
        f"till ”{went.name(first)}”" if first else "inte dit",
        f"till ”{would.name(other)}”" if other else "inte dit",
    )
    return Parting(_other(first or other, *words), is_chosen=False)


def _other(place: str, went: str, would: str) -> Replayed:
    return Replayed(outcome=OTHER, place=place, went=went[:LONGEST], would=would[:LONGEST])
