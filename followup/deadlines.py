"""Which open tasks will pass their time, in words of how likely it is: as those went that had waited as long."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from followup import buckets, choice
from followup.models import What
from people import reading

ENOUGH = 5
"""Earlier tasks that must have waited as long before anything is said."""
MONTHS = 12
# As the UN's climate panel words its likelihoods (IPCC 2010, guidance note on uncertainties), with one between.
WORDS = (
    (0.9, "nastan_sakert", "Nästan säkert"),
    (0.66, "troligt", "Troligt"),
    (0.33, "lika", "Lika troligt som inte"),
    (0.1, "mindre", "Mindre troligt"),
    (0.0, "knappast", "Knappast"),
)
LATE = ("sen", "Redan försenad")
UNKNOWN = ("vet_inte", "Går inte att säga")
ORDER = (LATE, *(word[1:] for word in WORDS), UNKNOWN)
OPEN = """SELECT held.definition_id, one.instance_id, one.element_id, one."group", one.area, one.created_at, one.due_at
    FROM workflows_usertask one JOIN workflows_processinstance held ON held.id = one.instance_id
    WHERE held.definition_id IN ({}) AND held.state = 'active' AND held.suspended_at IS NULL AND one.state = 'open'
    AND one.joint_of_id IS NULL AND one.due_at IS NOT NULL AND NOT one.is_restricted"""
DONE = """SELECT version.definition_id, told.element_id, told.bucket, sum(told.count) FROM followup_tally told
    JOIN workflows_processversion version ON version.id = told.version_id
    WHERE version.definition_id IN ({}) AND told.is_month = %s AND told.day >= %s AND told.what = %s
    GROUP BY version.definition_id, told.element_id, told.bucket"""
Waited = Mapping[tuple[int, str], Mapping[int, int]]


@dataclass(frozen=True, kw_only=True)
class Due:
    """An open task with a time; `share` of those that had waited as long were late, None when that is unknown."""

    definition: int
    instance: int
    element: str
    group: str
    area: str
    since: datetime.datetime
    due: datetime.datetime
    is_late: bool
    share: float | None

    @property
    def word(self) -> tuple[str, str]:
        """A key and how likely it is that its time passes."""
        if self.is_late:
            return LATE
        share = self.share
        if share is None:
            return UNKNOWN
        return next((key, words) for least, key, words in WORDS if share >= least)

    @property
    def is_likely(self) -> bool:
        return not self.is_late and self.share is not None and self.share >= WORDS[2][0]

    @property
    def likely_first(self) -> tuple[float, datetime.datetime, int]:
        return -(self.share or 0.0), self.due, self.instance


def load(definitions: Sequence[int], *, now: datetime.datetime) -> list[Due]:
    """Every open task with a time, in two statements; those of protected persons and of paused ärenden not."""
    places = reading.places(definitions)
    waited = _waited(reading.rows(DONE.format(places), [*definitions, True, _since(now), What.DONE]))
    return [
        _due(row[:5], reading.as_moment(row[5]), reading.as_moment(row[6]), waited, now)
        for row in reading.rows(OPEN.format(places), definitions)
    ]


def chance(counts: Mapping[int, int], *, stood: datetime.timedelta, given: datetime.timedelta) -> float | None:
    """How many of those that took at least as long as this has stood took longer than it was given; None of too few."""
    now, limit = buckets.of(stood), buckets.of(given)
    longer = {bucket: count for bucket, count in counts.items() if bucket >= max(now, 0)}
    total = sum(longer.values())
    if total < ENOUGH:
        return None
    late = sum(count if bucket > limit else count / 2 if bucket == limit else 0 for bucket, count in longer.items())
    return late / total


def words(found: Iterable[Due]) -> list[tuple[str, int]]:
    """How many of each, the worst first."""
    counts = Counter(one.word for one in found)
    return [(word[1], counts[word]) for word in ORDER if counts[word]]


# -- inside ------------------------------------------------------------------------------------------------------------


def _since(now: datetime.datetime) -> datetime.date:
    return choice.month(now.date(), 1 - MONTHS)


def _waited(rows: Iterable[tuple[int, str, int, int]]) -> Waited:
    found: dict[tuple[int, str], dict[int, int]] = defaultdict(dict)
    for definition, element, bucket, count in rows:
        if bucket != buckets.NONE:
            found[definition, element][bucket] = count
    return found


def _due(
    row: tuple[int, int, str, str, str],
    since: datetime.datetime,
    due: datetime.datetime,
    waited: Waited,
    now: datetime.datetime,
) -> Due:
    definition, instance, element, group, area = row
    share = chance(waited.get((definition, element), {}), stood=now - since, given=due - since)
    return Due(
        definition=definition,
        instance=instance,
        element=element,
        group=group,
        area=area,
        since=since,
        due=due,
        is_late=due <= now,
        share=share,
    )
