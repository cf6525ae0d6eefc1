"""The month before, summed up for each person with home care: granted, planned and performed time, told once.

Definitions as in domain.md §3b and the README: time is the person's (kundtid), so two of the staff at once are counted
once and what the second does is beside it; travel is beside it too. Days away from home are not granted.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from typing import Any

from django.db.models import Q
from django.utils import timezone

from integrations import configuration
from integrations.models import Batch, HomeCareAbsence, HomeCareOrder, HomeCareVisit
from people.models import Individual
from web.swedish import midnight
from workflows import selectors
from workflows.models import InboxMessage
from workflows.services import inbox

SOURCE, MESSAGE = "hemtjanst", "hemtjanst_manad"
WEEK = timedelta(days=7)
WEEKS_BACK = 12
"""So far back is looked for weeks that deviated in a row; the förlopp asks for four."""
AT_ONCE = 200
HAS_CARE = ("beviljad_min", "utford_min", "planerad_min")
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Period:
    """From the first day until the day after the last."""

    first: date
    after: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.after - self.first).days)]

    def within(self, start: datetime, end: datetime) -> Iterator[Span]:
        begins, ends = max(start, midnight(self.first)), min(end, midnight(self.after))
        if begins < ends:
            yield begins, ends


@dataclass
class Known:
    """What is known of one person's home care, as it stands now."""

    orders: list[HomeCareOrder] = field(default_factory=list)
    visits: list[HomeCareVisit] = field(default_factory=list)
    absences: list[HomeCareAbsence] = field(default_factory=list)

    def granted(self, period: Period) -> float:
        """Minutes: a week's share for each day that an order holds and the person is not away all of it."""
        days = [day for day in period.days if not any(_is_away(told, day) for told in self.absences)]
        return sum((order.minutes_a_week or 0) / 7 for order in self.orders for day in days if _holds(order, day))

    def planned(self, period: Period, *statuses: str) -> int:
        """In these states, or in all."""
        wholes: Counter[tuple[str, datetime]] = Counter()
        loose = 0
        for row in self.visits:
            if not row.planned_minutes or (statuses and row.status not in statuses):
                continue
            if row.planned_start is not None:
                wholes[row.key, row.planned_start] += row.planned_minutes
            elif period.first <= row.day < period.after:
                loose += row.planned_minutes
        spans = [span for (_, at), whole in wholes.items() for span in period.within(at, at + timedelta(minutes=whole))]
        return loose + _together(spans)

    def performed(self, period: Period) -> tuple[int, int]:
        """The person's time, and what more than one of the staff did beside it."""
        spans, staffed, loose = [], 0.0, 0
        for row in self.visits:
            if row.status != "utford":
                continue
            if row.started_at is None or row.ended_at is None:
                minutes = row.minutes or 0 if period.first <= row.day < period.after else 0
                loose, staffed = loose + minutes, staffed + minutes * (row.staff_count - 1)
            elif row.part == 0:
                own = list(period.within(row.started_at, row.ended_at))
                spans += own
                staffed += row.staff_count * sum((end - start).total_seconds() / 60 for start, end in own)
        shared = _together(spans)
        return shared + loose, max(round(staffed) - shared, 0)

    def travelled(self, period: Period) -> int:
        return sum(row.travel_minutes or 0 for row in self.visits if period.first <= row.day < period.after)

    def weeks_deviating(self, period: Period, percent: int) -> int:
        """Whole weeks in a row, the latest last, in which performed time was further from the granted than that."""
        last = period.after - timedelta(days=period.after.weekday())
        weeks = (Period(last - WEEK * (back + 1), last - WEEK * back) for back in range(WEEKS_BACK))
        return sum(1 for _ in takewhile(lambda week: self._deviates(week, percent), weeks))

    def _deviates(self, week: Period, percent: int) -> bool:
        granted = self.granted(week)
        return granted > 0 and abs(self.performed(week)[0] - granted) * 100 > granted * percent


def tell(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Each person's month is one message, the first time it is due; what is told later of it changes nothing."""
    now, told = clock(), configuration.of(SOURCE)
    today, from_day = timezone.localdate(now), told.whole("month_day")
    if not from_day or today.day < from_day:
        return
    after = today.replace(day=1)
    period = Period((after - timedelta(days=1)).replace(day=1), after)
    wanted = _wanted(period)
    for at in range(0, len(wanted), AT_ONCE):
        refs = _untold(period, dict(wanted[at : at + AT_ONCE]))
        for person, known in _known(list(refs), period).items():
            _send(period, refs[person], known, told.whole("month_percent"), now)


def of_month(period: Period, percent: int) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each person whose order holds in it, by key, with their minutes as the message tells them."""
    wanted = sorted(set(_orders(period).values_list("individual_id", flat=True)))
    for at in range(0, len(wanted), AT_ONCE):
        for person, known in sorted(_known(wanted[at : at + AT_ONCE], period).items()):
            sums = _sums(period, known, percent)
            if any(sums[name] for name in HAS_CARE):
                yield person, sums


def _wanted(period: Period) -> list[tuple[int, str]]:
    """Those with an order or a visit in the month for whom something waits, with our reference to them."""
    people = set(_orders(period).values_list("individual_id", flat=True))
    if not people:
        return []
    # What was done in it was told after it began: with the batches before, the question would grow with the years.
    batches = Batch.objects.filter(system=SOURCE, seen_at__gte=midnight(period.first))
    visits = HomeCareVisit.objects.filter(batch__in=batches, day__gte=period.first, day__lt=period.after)
    people |= set(visits.values_list("individual_id", flat=True).distinct())
    refs = [(key, str(ref)) for key, ref in Individual.objects.filter(pk__in=people).values_list("pk", "ref")]
    heard = selectors.waited_for(MESSAGE, "person_ref", [ref for _, ref in refs])
    return sorted((key, ref) for key, ref in refs if ref in heard)


def _untold(period: Period, refs: dict[int, str]) -> dict[int, str]:
    ids = {_id(period, ref): key for key, ref in refs.items()}
    known = InboxMessage.objects.filter(source=SOURCE, message_id__in=ids).values_list("message_id", flat=True)
    told = {ids[message] for message in known}
    return {key: ref for key, ref in refs.items() if key not in told}


def _orders(period: Period) -> Any:
    """Those that may hold on some day of the month, with minutes; also those of the weeks before it."""
    begins = period.first - WEEK * WEEKS_BACK
    still = Q(ends_on=None) & ~Q(status="avslutad") | Q(ends_on__gte=begins)
    return HomeCareOrder.objects.filter(still, is_current=True, minutes_a_week__gt=0).exclude(
        starts_on__gte=period.after
    )


def _known(people: Sequence[int], period: Period) -> Mapping[int, Known]:
    """Three questions for so many people."""
    found: dict[int, Known] = defaultdict(Known)
    begins = period.first - WEEK * WEEKS_BACK
    for order in _orders(period).filter(individual__in=people):
        found[order.individual_id].orders.append(order)
    about = {"individual__in": people, "is_current": True}
    # A visit that began on the last day before may end in it.
    for visit in HomeCareVisit.objects.filter(**about, day__gte=begins - timedelta(days=1), day__lte=period.after):
        found[visit.individual_id].visits.append(visit)
    ending = Q(ends_at=None) | Q(ends_at__gt=midnight(begins))
    for absence in HomeCareAbsence.objects.filter(ending, **about, starts_at__lt=midnight(period.after)):
        found[absence.individual_id].absences.append(absence)
    return found


def _send(period: Period, ref: str, known: Known, percent: int, now: datetime) -> None:
    told_as, sums = _id(period, ref), _sums(period, known, percent)
    message = {
        "meddelande_id": told_as,
        "typ": MESSAGE,
        "person_ref": ref,
        **sums,
        # The same however often it is told: one id has one content.
        "skickad_dt": midnight(period.after).isoformat(),
    }
    if any(sums[name] for name in HAS_CARE):
        raw = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
        inbox.receive(source=SOURCE, message_id=told_as, raw=raw, now=now)


def _sums(period: Period, known: Known, percent: int) -> dict[str, Any]:
    performed, double = known.performed(period)
    return {
        "manad": f"{period.first:%Y-%m}",
        "beviljad_min": round(known.granted(period)),
        "planerad_min": known.planned(period),
        "utford_min": performed,
        "avbojd_min": known.planned(period, "avbojd"),
        "utebliven_min": known.planned(period, "utebliven", "installd"),
        "dubbelbemanning_min": double,
        "kringtid_min": known.travelled(period),
        "veckor_med_avvikelse": known.weeks_deviating(period, percent),
    }


def _id(period: Period, ref: str) -> str:
    return f"{MESSAGE}-{period.first:%Y-%m}-{ref}"


def _holds(order: HomeCareOrder, day: date) -> bool:
    begins = order.starts_on or timezone.localdate(order.told_at)
    return begins <= day and (order.ends_on is None or day <= order.ends_on)


def _is_away(told: HomeCareAbsence, day: date) -> bool:
    ends = told.ends_at
    return told.starts_at <= midnight(day) and (ends is None or ends >= midnight(day + timedelta(days=1)))


def _together(spans: Iterable[Span]) -> int:
    """Minutes in which at least one of them went on."""
    total, until = timedelta(), None
    for start, end in sorted(spans):
        begins = start if until is None else max(start, until)
        if begins < end:
            total, until = total + (end - begins), end
    return round(total.total_seconds() / 60)
