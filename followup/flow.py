"""How a förlopp goes, in figures for its diagram and for tables: put together of what was counted and what is now."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from followup import buckets, where
from followup.choice import Choice
from followup.figures import FEW, Group, Step, Told, Waits, Way, levelled, slowest_first
from followup.models import What
from followup.on_diagram import OnDiagram
from people import reading
from people.models import Unit
from web.swedish import midnight
from workflows import diagram, engine, published
from workflows.diagram import Element
from workflows.models import ProcessDefinition
from workflows.progress import WAITS, scopes_around

LONG = 0.9
SHOWN = diagram.TASKS | diagram.SCOPES | {"intermediateCatchEvent"}
QUICK = frozenset({"scriptTask", "businessRuleTask", "sendTask", "task"})
"""What takes no time."""
TALLIED = """SELECT version_id, what, element_id, "group", unit, bucket, sum(count) FROM followup_tally
    WHERE version_id IN ({}) AND ({}) GROUP BY version_id, what, element_id, "group", unit, bucket"""
SPAN = "is_month = %s AND day >= %s AND day <= %s"
DAY = datetime.timedelta(days=1)


def waits_of(counts: Counter[int], *, knows_few: bool) -> Waits:
    """How many there were in each bucket, as one tells it."""
    waited = counts.total() - counts[buckets.NONE]
    if waited < FEW and not knows_few:
        return Waits(count=counts.total(), is_few=bool(waited))
    median, long = (buckets.share(counts, part) for part in (0.5, LONG))
    return Waits(count=counts.total(), median=median, long=long)


@dataclass(frozen=True)
class Flow(OnDiagram):
    """A förlopp in some days; `knows_few` when the viewer may see its ärenden."""

    definition: ProcessDefinition
    choice: Choice
    knows_few: bool

    # -- which -------------------------------------------------------------------------------------------------------

    @property
    def number(self) -> int:
        return self.choice.version

    @property
    def own_professions(self) -> list[tuple[str, str]]:
        """Names and keys of those that have something to do in the förlopp."""
        lanes = {one.lane for one in self.whole.definition.elements.values() if one.type == "userTask" and one.lane}
        return sorted((self.professions.get(key, key), key) for key in lanes)

    @cached_property
    def units(self) -> dict[str, tuple[str, str]]:
        """Names and areas by key."""
        return {key: (name, area) for key, name, area in Unit.objects.values_list("key", "name", "area")}

    # -- what was counted --------------------------------------------------------------------------------------------

    @cached_property
    def tallied(self) -> list[Told]:
        """Of every version; of the chosen profession and unit where it was done by somebody."""
        keys = [one.pk for one in self.versions]
        spans = list(self.choice.spans())
        text = TALLIED.format(reading.places(keys), " OR ".join([SPAN] * len(spans)))
        return [Told(*row) for row in reading.rows(text, [*keys, *(value for span in spans for value in span)])]

    @cached_property
    def _here(self) -> list[Told]:
        return [one for one in self.tallied if one.version in self.wanted]

    def _chosen(self, one: Told) -> bool:
        choice = self.choice
        return choice.group in ("", one.group) and choice.unit in ("", one.unit)

    def _waits(self, found: Iterable[Told]) -> Waits:
        counts: Counter[int] = Counter()
        for one in found:
            counts[one.bucket] += one.times
        return waits_of(counts, knows_few=self.knows_few)

    def _by(self, what: What, name: str) -> dict[str, list[Told]]:
        found: dict[str, list[Told]] = defaultdict(list)
        for one in self._here:
            if one.what == what and self._chosen(one):
                found[getattr(one, name)].append(one)
        return found

    # -- for the page ------------------------------------------------------------------------------------------------

    @cached_property
    def steps(self) -> list[Step]:
        """Those where somebody or something waits, the longest median first; what was never reached last."""
        done, needless = self._by(What.DONE, "element"), self._by(What.NEEDLESS, "element")
        now, stops = self.now, self._stops
        known = self._elements(done.keys() | needless.keys() | now.keys() | stops.keys())
        made = [
            self._step(element, done.get(key, ()), needless.get(key, ()), now.get(key, ()), stops.get(key, (0, 0)))
            for key, element in known.items()
            if element.type in SHOWN - QUICK and element.name and not element.is_event_subprocess
        ]
        if self.choice.is_of_persons:
            made = [step for step in made if step.is_reached]
        return levelled(sorted(made, key=slowest_first))

    def _elements(self, keys: Iterable[str]) -> dict[str, Element]:
        """Those of the version that is drawn, and of what is in none of its diagrams as it was called where it was."""
        found = dict(self.whole.definition.elements)
        missing = set(keys) - found.keys()
        for version in self.versions if missing else ():
            other = published.of(version.public_id).definition.elements
            found |= {key: other[key] for key in missing & other.keys() - found.keys()}
        return found

    def _step(
        self,
        element: Element,
        done: Iterable[Told],
        needless: Iterable[Told],
        now: Sequence[where.Held],
        stops: tuple[int, int],
    ) -> Step:
        many = len({one.instance for one in now})
        is_told = self.knows_few or many >= FEW
        return Step(
            element=element,
            profession=self.professions.get(element.lane, element.lane) if element.type == "userTask" else "",
            waits=self._waits(done),
            now=many,
            since=min((one.since for one in now if one.since and is_told), default=None),
            needless=sum(one.times for one in needless),
            open_stops=stops[0],
            stops=stops[1],
        )

    @cached_property
    def now(self) -> dict[str, list[where.Held]]:
        """Who waits at each step, and inside each phase: of the chosen profession, in the area of the chosen unit."""
        _, area = self.units.get(self.choice.unit, ("", ""))
        elements = self._elements(one.element for one in self._held)
        around = {key: [key, *scopes_around([key], elements)] for key in elements}
        found: dict[str, list[where.Held]] = defaultdict(list)
        for one in self._held:
            is_here = one.version in self.wanted and self.choice.group in ("", one.group)
            is_asked = is_here and (not area or one.area in ("", area)) and (one.group or not self.choice.is_of_persons)
            if is_asked and one.element in elements and (one.is_given or elements[one.element].type in WAITS):
                for key in around[one.element]:
                    found[key].append(one)
        return found

    @cached_property
    def _held(self) -> list[where.Held]:
        return list(where.held(self.definition.pk))

    @cached_property
    def _stops(self) -> dict[str, tuple[int, int]]:
        """Open ones, and those that came in the days."""
        first, last = midnight(self.choice.first), midnight(self.choice.last + DAY)
        found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for element, version, is_open, count, is_of_days in where.stops(self.definition.pk, first, last):
            if version in self.wanted and not self.choice.is_of_persons and (is_open or is_of_days):
                found[element][int(is_of_days)] += count
        return {key: (open_now, came) for key, (open_now, came) in found.items()}

    @cached_property
    def whole_waits(self) -> Waits:
        """How long those that ended had been going on."""
        return self._waits(one for one in self._here if one.what == What.ENDED)

    @cached_property
    def started(self) -> int:
        return sum(one.times for one in self._here if one.what == What.STARTED)

    @cached_property
    def running(self) -> int:
        return sum(count for version, count in self._running.items() if version in self.wanted)

    @cached_property
    def _running(self) -> Mapping[int, int]:
        return where.running(self.definition.pk)

    @property
    def outcomes(self) -> list[Group]:
        """How they ended, the commonest first."""
        found = defaultdict(list)
        for one in self._here:
            if one.what == What.ENDED:
                found[one.element].append(one)
        made = (Group(key=key, name=self._outcome(key), waits=self._waits(all_)) for key, all_ in found.items())
        return sorted(made, key=lambda group: (-group.waits.count, group.name))

    def _outcome(self, key: str) -> str:
        elements = self.whole.definition.elements
        end = elements.get(f"end_{key}") or elements.get(key)
        return (end.name if end is not None else "") or key or "Utan namn"

    @property
    def by_profession(self) -> list[Group]:
        found = self._by(What.DONE, "group")
        made = (
            Group(key=key, name=self.professions.get(key, key), waits=self._waits(found[key])) for key in found if key
        )
        return sorted(made, key=lambda group: group.name)

    @property
    def by_unit(self) -> list[Group]:
        found = self._by(What.DONE, "unit")
        names = {key: name for key, (name, _) in self.units.items()}
        made = (Group(key=key, name=names.get(key, key), waits=self._waits(found[key])) for key in found if key)
        return sorted(made, key=lambda group: group.name)

    @property
    def by_version(self) -> list[Group]:
        """Also of the versions that were not chosen."""
        ended, started = defaultdict(list), Counter[int]()
        for one in self.tallied:
            if one.what == What.ENDED:
                ended[one.version].append(one)
            started[one.version] += one.times * (one.what == What.STARTED)
        made = (
            Group(
                key=str(version.number),
                name=f"Version {version.number}",
                waits=self._waits(ended.get(version.pk, ())),
                started=started[version.pk],
                running=self._running.get(version.pk, 0),
            )
            for version in self.versions
        )
        return [group for group in made if group.started or group.running or group.waits.count]

    @cached_property
    def followed(self) -> dict[str, int]:
        """How many went along each flow."""
        found: Counter[str] = Counter()
        for one in self._here:
            found[one.element] += one.times * (one.what == What.FOLLOWED)
        return dict(found)

    @property
    def questions(self) -> list[tuple[str, list[Way]]]:
        """What the diagram asks, and how many went each way."""
        routes, found = self.whole.routes, []
        names = {(flow.source, flow.target): flow.name for flows in routes.out.values() for flow in flows}
        for key, flows in engine.ways(self.whole.definition).choices.items():
            counts = [(target, self.followed.get(flow, 0), names.get((key, target), "")) for flow, target in flows]
            total = sum(count for _, count, _ in counts)
            if total:
                ways = [
                    Way(name=name or self._target(target), count=count, share=round(100 * count / total))
                    for target, count, name in counts
                ]
                found.append((self._target(key), ways))
        return found

    def _target(self, key: str) -> str:
        element = self.whole.definition.elements.get(key)
        return element.name if element is not None and element.name else key
