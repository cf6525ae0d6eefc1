"""What running ärenden will ask of people: the user tasks that their timers lead to by the diagram.

The method is simple and is told beside its figures: from each timer the flows are followed to the first task of a
person on every way. A wait for a message, an event or more time ends the way, since nobody knows how long it is. What
is reached by one way only is certain; what lies behind a choice, a timer on the edge of a step that may be done before,
or a timer that competes with something else, may come. A task for each of several counts as one.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from people import reading
from workflows import published
from workflows.engine import Definition, Element

DUE = """SELECT version.public_id, timer.element_id, CASE WHEN timer.due_at < %s THEN 0 ELSE 1 END, count(*)
    FROM workflows_timerjob timer JOIN workflows_processinstance instance ON instance.id = timer.instance_id
    JOIN workflows_processversion version ON version.id = instance.version_id
    JOIN people_individual individual ON individual.id = instance.individual_id
    WHERE NOT timer.is_paused AND timer.due_at < %s AND instance.state = 'active'
    AND (%s = '' OR individual.area IN (%s, '') OR individual.protection <> 'ingen') GROUP BY 1, 2, 3"""
PERSONS = frozenset({"userTask", "manualTask"})
CHOICES = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})
UNKNOWN = frozenset({"receiveTask", "intermediateCatchEvent", "eventBasedGateway", "adHocSubProcess"})
INTO = frozenset({"subProcess", "transaction"})


@dataclass(frozen=True, kw_only=True)
class Coming:
    """Tasks of a profession in a period, 0 being the first."""

    group: str
    period: int
    certain: int
    possible: int


def tasks(*, first_ends: datetime, second_ends: datetime, area: str = "") -> list[Coming]:
    """By profession, until the first moment and from there to the second; one statement, however many ärenden."""
    certain: Counter[tuple[str, int]] = Counter()
    possible: Counter[tuple[str, int]] = Counter()
    for version, element_id, period, count in reading.rows(DUE, [first_ends, second_ends, area, area]):
        for group, is_certain in _ahead(uuid.UUID(str(version)), element_id):
            (certain if is_certain else possible)[group, period] += count
    return [
        Coming(group=group, period=period, certain=certain[group, period], possible=possible[group, period])
        for group, period in sorted(certain.keys() | possible.keys())
    ]


@lru_cache(maxsize=4096)
def _ahead(version: uuid.UUID, element_id: str) -> tuple[tuple[str, bool], ...]:
    """Kept per process: a published version never changes."""
    return tuple(ahead(published.of(version).definition, element_id))


def ahead(definition: Definition, element_id: str) -> Iterator[tuple[str, bool]]:
    """The profession of each task that follows when a timer is due, and whether it is certain."""
    elements = definition.elements
    if element_id not in elements:
        return
    found: dict[str, bool] = {}
    queue = [(target, _is_alone(definition, elements[element_id])) for target in definition.onward(element_id)]
    known: set[tuple[str, bool]] = set()
    while queue:
        step = queue.pop()
        element = elements.get(step[0])
        if element is None or step in known:
            continue
        known.add(step)
        if element.type in PERSONS:
            found[element.id] = step[1] or found.get(element.id, False)
        elif element.type not in UNKNOWN:
            onward = _onward(definition, element)
            is_certain = step[1] and not (element.type in CHOICES and len(onward) > 1)
            queue += [(target, is_certain) for target in onward]
    yield from ((elements[key].lane, is_certain) for key, is_certain in sorted(found.items()))


def _is_alone(definition: Definition, timer: Element) -> bool:
    """Whether nothing else can come instead of the timer."""
    if timer.type != "intermediateCatchEvent":
        return False
    gates = [element.id for element in definition.elements.values() if element.type == "eventBasedGateway"]
    return not any(timer.id in definition.onward(gate) for gate in gates)


def _onward(definition: Definition, element: Element) -> list[str]:
    """Into what has an inside, else along the flows."""
    inside = element.called if element.type == "callActivity" else element.id if element.type in INTO else ""
    if not inside:
        return definition.onward(element.id)
    return [other.id for other in definition.elements.values() if other.scope == inside and other.type == "startEvent"]
