"""The figures of a page, and in which order they are told. Pure."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import NamedTuple

from workflows import diagram
from workflows.diagram import Element

FEW = 5
"""Of fewer nothing is told but to those who may see who they are."""
MINUTE = datetime.timedelta(minutes=1)


class Told(NamedTuple):
    """So many of one kind in the days that were chosen."""

    version: int
    what: str
    element: str
    group: str
    unit: str
    bucket: int
    times: int


@dataclass(frozen=True, kw_only=True)
class Waits:
    """How many there were, and how long they had waited; nothing is said of the time when `is_few`."""

    count: int = 0
    median: datetime.timedelta | None = None
    long: datetime.timedelta | None = None
    is_few: bool = False


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. `level` is how long its median is beside the others', 0–3; `times` on a way is 2 for several."""

    element: Element
    profession: str
    waits: Waits
    now: int = 0
    since: datetime.datetime | None = None
    needless: int = 0
    stops: int = 0
    open_stops: int = 0
    level: int = 0
    times: int = 0

    @property
    def is_reached(self) -> bool:
        return bool(self.waits.count or self.now or self.needless or self.stops or self.open_stops)

    @property
    def is_quick(self) -> bool:
        """Whether nobody needs to look at it: it is done at once, and nothing stands still there."""
        waits = self.waits
        is_long = waits.is_few or (waits.long is not None and waits.long >= MINUTE)
        return not (is_long or self.now or self.needless or self.stops or self.open_stops)


@dataclass(frozen=True, kw_only=True)
class Group:
    """A profession, unit, version or end, and how it went there."""

    key: str
    name: str
    waits: Waits
    started: int = 0
    running: int = 0


@dataclass(frozen=True, kw_only=True)
class Way:
    """One answer to a question of the diagram: so many went there, in hundredths of all that did."""

    name: str
    count: int
    share: int


def slowest_first(step: Step) -> tuple[bool, float, int, str]:
    waited = step.waits.median.total_seconds() if step.waits.median is not None else -1.0
    return not step.is_reached, -waited, -step.now, step.element.name


def levelled(steps: list[Step]) -> list[Step]:
    """A phase is as long as what is in it, and is not measured against steps."""
    is_phase = {step.element.id: step.element.type in diagram.SCOPES or bool(step.element.called) for step in steps}
    medians = [step.waits.median for step in steps if step.waits.median is not None and not is_phase[step.element.id]]
    longest = max(medians, default=None)
    return [
        replace(step, level=_level(step.waits.median, longest)) if not is_phase[step.element.id] else step
        for step in steps
    ]


def _level(median: datetime.timedelta | None, longest: datetime.timedelta | None) -> int:
    if median is None or longest is None:
        return 0
    return 3 if median > longest / 2 else 2 if median > longest / 10 else 1
