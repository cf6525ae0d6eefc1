"""What ärenden did that the diagram did not foresee, and what was late: counted in months, of no fewer than five."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from followup import intervals
from followup.figures import FEW, Step, Waits
from followup.intervals import Span
from followup.models import What
from followup.on_diagram import InMonths
from followup.trails import OFF
from people import reading
from workflows.progress import scopes_around

WHOLE = "Hela ärendet"
TALLIED = """SELECT what, element_id, sum("count") FROM followup_tally
    WHERE version_id IN ({}) AND is_month = %s AND day >= %s AND day <= %s AND what IN ({}) GROUP BY what, element_id"""
ENDED = """SELECT one.is_off, one.is_late, sum(one."count") FROM followup_variant way
    JOIN followup_variantcount one ON one.variant_id = way.id
    WHERE way.version_id IN ({}) AND one.month >= %s AND one.month <= %s GROUP BY one.is_off, one.is_late"""
MENDED = (What.RETRIED, What.PAUSED)
DONE = (What.DONE, What.NEEDLESS)
WORDS: Mapping[str, str] = {
    What.MOVED: "Flyttades till ett annat steg",
    What.SKIPPED: "Hoppades över",
    What.BY_HAND: "Togs för hand",
    What.CHANGED: "Uppgifter ändrades av en person",
    What.MIGRATED: "Flyttades till en annan version",
    What.RULED_OUT: "Ej aktuellt, fast det inte är ritat",
    What.BROKEN_OFF: "Avbröts av en person",
    What.RETRIED: "Försöktes igen efter ett stopp",
    What.PAUSED: "Pausades",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """What happened at a step, or to the whole of an ärende, and in how many; nothing of `count` when `is_few`."""

    what: str
    place: str
    profession: str
    count: int
    of: int = 0
    is_few: bool = False

    @property
    def share(self) -> int:
        return round(100 * self.count / self.of) if self.of else 0


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many of those that ended, in hundredths, with its interval; None of too few."""

    count: int
    of: int
    span: Span | None


@dataclass(frozen=True)
class Conformance(InMonths):
    """Of the version that was chosen, else of all of them."""

    # -- of all that ended ---------------------------------------------------------------------------------------------

    @cached_property
    def ended(self) -> int:
        return sum(self._ended.values())

    @property
    def as_drawn(self) -> Part:
        return self._part(sum(count for (is_off, _), count in self._ended.items() if not is_off))

    @property
    def in_time(self) -> Part:
        return self._part(sum(count for (_, is_late), count in self._ended.items() if not is_late))

    @cached_property
    def _ended(self) -> dict[tuple[bool, bool], int]:
        text = ENDED.format(reading.places(self.wanted))
        rows = reading.rows(text, [*self.wanted, self.asked.first, self.asked.last])
        return {(bool(is_off), bool(is_late)): count for is_off, is_late, count in rows}

    def _part(self, count: int) -> Part:
        """Hidden when it is few, or when those that are left are."""
        of = self.ended
        is_few = not self.knows_few and (of < FEW or 0 < count < FEW or 0 < of - count < FEW)
        if not of or is_few:
            return Part(count=count, of=of, span=None)
        low, high = intervals.wilson(count, of)
        return Part(count=count, of=of, span=Span(value=100 * count / of, low=100 * low, high=100 * high))

    # -- by step -------------------------------------------------------------------------------------------------------

    @cached_property
    def off(self) -> list[Line]:
        """What the diagram did not foresee, the commonest first."""
        return self._lines(OFF)

    @cached_property
    def mended(self) -> list[Line]:
        """Stops that were mended and pauses, after which the drawn way went on."""
        return self._lines(MENDED)

    @cached_property
    def late(self) -> list[Line]:
        """Tasks that were late, beside all that were ended; those that are late most often first."""
        found = []
        for key, count in self._tallied[What.LATE].items():
            of = sum(self._tallied[what].get(key, 0) for what in DONE)
            line = self._line("", key, count)
            found.append(replace(line, of=of, is_few=self._is_few(count) or self._is_few(of - count)))
        return sorted(found, key=lambda line: (line.is_few, -line.share, line.place))

    def marks(self) -> dict[str, Step]:
        """What the diagram did not foresee, at its step and at the phase around it, for the drawing."""
        found: dict[str, int] = defaultdict(int)
        for what in OFF:
            for key, count in self._tallied[what].items():
                if key in self.elements and not self._is_few(count):
                    for around in (key, *scopes_around([key], self.elements)):
                        found[around] += count
        return {
            key: Step(element=self.elements[key], profession="", waits=Waits(), open_stops=count)
            for key, count in found.items()
        }

    def _lines(self, kinds: Sequence[What] | frozenset[What]) -> list[Line]:
        found = [self._line(WORDS[what], key, count) for what in kinds for key, count in self._tallied[what].items()]
        return sorted(found, key=lambda line: (line.is_few, -line.count, line.what, line.place))

    def _line(self, what: str, key: str, count: int) -> Line:
        element = self.elements.get(key)
        lane = element.lane if element is not None and element.type == "userTask" else ""
        name = (element.name if element is not None else "") or key or WHOLE
        profession = self.professions.get(lane, lane)
        return Line(what=what, place=name, profession=profession, count=count, is_few=self._is_few(count))

    def _is_few(self, count: int) -> bool:
        return not self.knows_few and 0 < count < FEW

    @cached_property
    def _tallied(self) -> Mapping[str, Mapping[str, int]]:
        kinds = [*OFF, *MENDED, *DONE, What.LATE]
        text = TALLIED.format(reading.places(self.wanted), reading.places(kinds))
        values = [*self.wanted, True, self.asked.first, self.asked.last, *map(str, kinds)]
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for what, element, count in reading.rows(text, values):
            found[what][element] = count
        return found
