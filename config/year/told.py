"""What other systems told in the year, row by row: orders and visits of home care, and what dispensers gave out.

They are written beside the ärenden that they belong to, once for each, as the profile's `[visits]` and `[doses]` say.
Rows of visits are as the system's files would have given them; none of them reaches the engine.
"""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from config.year import town
from config.year.draws import Draw
from config.year.profiles import Profile
from integrations.models import (
    Batch,
    BatchState,
    Dispenser,
    DispenserEvent,
    HomeCareOrder,
    HomeCareVisit,
)
from people.models import Staff
from web.swedish import STOCKHOLM
from workflows import feel
from workflows.models import ProcessInstance, TaskState, UserTask

HOME_CARE, VENDOR = "hemtjanst", "demo"
WAKES, SLEEPS = 7.5, 20.5
DOSE_HOURS = (8, 13, 18, 21)
LONGEST = timedelta(days=365)
AT_ONCE = 25
ROWS = 2_000
TRAVEL = (4, 12)


def tell(known: Mapping[str, Profile], until: datetime) -> None:
    """Write what is not there yet. Can be stopped anywhere and run again."""
    for profile in known.values():
        if profile.visits:
            _each(profile, _Visits(profile.visits, until), HomeCareOrder.objects.values_list("key", flat=True))
        if profile.doses:
            _each(profile, _Doses(profile.doses, until), Dispenser.objects.values_list("serial", flat=True))


def _each(profile: Profile, told: _Visits | _Doses, there: Any) -> None:
    rows = ProcessInstance.objects.filter(definition__key=profile.key, individual__is_invented=True).order_by("pk")
    have = set(there)
    wanted = [row for row in rows.iterator(chunk_size=200) if (key := told.key(row)) and key not in have]
    for first in range(0, len(wanted), AT_ONCE):
        with transaction.atomic():
            told.write(wanted[first : first + AT_ONCE])


def _known(row: ProcessInstance) -> dict[str, Any]:
    found: dict[str, Any] = row.engine_state.get("variables", {})
    return found


def _asked(text: str, row: ProcessInstance) -> Any:
    return feel.to_plain(feel.evaluate(text, _known(row), now=row.started_at))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class _Visits:
    """Granted, planned and performed time of those whose ärende has ordered visits."""

    def __init__(self, told: Mapping[str, Any], until: datetime) -> None:
        self.told = told
        self.until = until
        self.staff = list(
            Staff.objects.filter(username__startswith=town.NAMED).order_by("pk").values_list("hsa_id", flat=True)
        ) or [""]

    def key(self, row: ProcessInstance) -> str:
        return f"{HOME_CARE}-{row.public_id}"

    def write(self, rows: Sequence[ProcessInstance]) -> None:
        orders, visits = [], []
        for row in rows:
            minutes, a_day = (_asked(self.told[name], row) for name in ("minutes_a_week", "each_day"))
            if minutes and a_day:
                orders.append(self._order(row, int(minutes)))
                visits += list(self._visits(row, int(minutes), int(a_day)))
        HomeCareOrder.objects.bulk_create(orders, batch_size=ROWS)
        by_month: dict[date, list[HomeCareVisit]] = {}
        for visit in visits:
            by_month.setdefault(visit.day.replace(day=1), []).append(visit)
        for month, theirs in by_month.items():
            self._keep(month, theirs)

    def _keep(self, month: date, visits: list[HomeCareVisit]) -> None:
        after = (month + timedelta(days=32)).replace(day=1)
        seen = min(datetime.combine(after, time(2), STOCKHOLM), self.until)
        name = f"besok_aret_{month:%Y%m}.csv"
        batch, _ = Batch.objects.get_or_create(
            system=HOME_CARE,
            name=name,
            digest=_digest(name),
            defaults={
                "kind": "besok",
                "state": BatchState.DONE,
                "seen_at": seen,
                "received_at": seen,
                "done_at": seen,
            },
        )
        for number, visit in enumerate(visits, start=batch.rows + 1):
            visit.batch, visit.line = batch, number
        HomeCareVisit.objects.bulk_create(visits, batch_size=ROWS)
        more = len(visits)
        Batch.objects.filter(pk=batch.pk).update(rows=F("rows") + more, accepted=F("accepted") + more)

    def _order(self, row: ProcessInstance, minutes: int) -> HomeCareOrder:
        return HomeCareOrder(
            key=self.key(row),
            digest=_digest(self.key(row))[:32],
            individual_id=row.individual_id,
            decision=str(row.business_key)[:200],
            unit=town.HOME_CARE[row.pk % len(town.HOME_CARE)],
            service=HOME_CARE,
            minutes_a_week=minutes,
            starts_on=timezone.localdate(row.started_at),
            ends_on=timezone.localdate(row.ended_at) if row.ended_at else None,
            status="avslutad" if row.ended_at else "ny",
            sent_at=row.started_at,
            told_at=row.started_at,
        )

    def _visits(self, row: ProcessInstance, minutes: int, a_day: int) -> Iterator[HomeCareVisit]:
        """A person's share of the planned that is performed is theirs; each visit is longer or shorter by chance."""
        # Which of its group an ärende of the year is stands in the microseconds: few then lie as evenly as many.
        draw = Draw(f"{HOME_CARE}/visits", row.started_at.microsecond)
        planned, performed = (
            draw.value(self.told[name], name, {}, now=self.until) for name in ("planned", "performed")
        )
        chance = random.Random(self.key(row))  # noqa: S311 - no secret
        first = timezone.localdate(max(row.started_at, self.until - LONGEST))
        last = timezone.localdate(min(row.ended_at or self.until, self.until)) - timedelta(days=1)
        each, due = minutes * planned / 7 / a_day, 0.0
        for number in range(max((last - first).days + 1, 0) * a_day):
            day, turn = first + timedelta(days=number // a_day), number % a_day
            hour = WAKES + (SLEEPS - WAKES) * turn / max(a_day - 1, 1)
            start = datetime.combine(day, time(int(hour), int(hour % 1 * 60)), STOCKHOLM)
            whole = max(round(due + each) - round(due), 1)
            due += each
            yield self._visit(row, number, start, whole, performed, chance)

    def _visit(
        self, row: ProcessInstance, number: int, start: datetime, whole: int, performed: float, chance: random.Random
    ) -> HomeCareVisit:
        key, drawn = f"{self.key(row)}-{number}", chance.random()
        visit = HomeCareVisit(
            key=key,
            digest=_digest(key)[:32],
            order_key=self.key(row),
            individual_id=row.individual_id,
            day=start.date(),
            planned_start=start,
            planned_minutes=whole,
            staff_hsa=chance.choice(self.staff) or "",
            status="utford",
            travel_minutes=chance.randint(*TRAVEL),
            source="manuell" if chance.random() < self.told["by_hand"] else "app",
            told_at=start + timedelta(hours=12),
        )
        if drawn < self.told["declined"] + self.told["missed"]:
            is_declined = drawn < self.told["declined"]
            visit.status, visit.reason = ("avbojd", "Ville inte") if is_declined else ("utebliven", "Personal saknades")
            visit.travel_minutes = None
            return visit
        minutes = max(round(whole * performed * chance.uniform(0.85, 1.15)), 1)
        visit.started_at = start + timedelta(minutes=chance.randint(-5, 15))
        visit.ended_at = visit.started_at + timedelta(minutes=minutes)
        visit.minutes = minutes
        return visit


class _Doses:
    """What a dispenser gave out between two refills: as many as are told at the refill, and as many not taken."""

    def __init__(self, told: Mapping[str, Any], until: datetime) -> None:
        self.told = told
        self.until = until

    def key(self, row: ProcessInstance) -> str:
        return str(_asked(self.told["serial"], row) or "")

    def write(self, rows: Sequence[ProcessInstance]) -> None:
        refills = UserTask.objects.filter(
            instance__in=[row.pk for row in rows], element_id=self.told["task"], state=TaskState.COMPLETED
        )
        found: dict[int, list[tuple[datetime, dict[str, Any]]]] = {}
        for key, at, answers in refills.order_by("ended_at").values_list("instance", "ended_at", "answers"):
            if at is not None:
                found.setdefault(key, []).append((at, dict(answers or {})))
        taken = {self.key(row): row for row in rows}
        for serial, row in taken.items():
            dispenser = Dispenser.objects.create(
                vendor=VENDOR, serial=serial, individual_id=row.individual_id, is_active=row.is_active
            )
            events = list(self._events(row, dispenser, found.get(row.pk, [])))
            DispenserEvent.objects.bulk_create(events, batch_size=ROWS)
            dispenser.last_seen_at = max((event.received_at for event in events), default=None)
            dispenser.save(update_fields=["last_seen_at"])

    def _events(
        self, row: ProcessInstance, dispenser: Dispenser, refills: list[tuple[datetime, dict[str, Any]]]
    ) -> Iterator[DispenserEvent]:
        chance = random.Random(dispenser.serial)  # noqa: S311 - no secret
        moments = [row.started_at, *(at for at, _ in refills)]
        spans = [(*span, self._told(answers)) for span, (_, answers) in zip(pairwise(moments), refills, strict=True)]
        if row.is_active:
            since = (self.until - moments[-1]) / timedelta(days=1)
            spans.append((moments[-1], self.until, (round(since * self.told["a_day"]), 0)))
        numbers: Counter[str] = Counter()
        for begins, ends, (given, missed) in spans:
            lost = set(chance.sample(range(given), min(missed, given)))
            for number, planned in enumerate(_doses(begins, ends, given)):
                numbers["event"] += 1
                kind = "dos_missad" if number in lost else "dos_tagen"
                late = 60 if number in lost else chance.randint(0, 25)
                yield _event(dispenser, numbers["event"], kind, planned, timedelta(minutes=late))

    def _told(self, answers: Mapping[str, Any]) -> tuple[int, int]:
        return int(answers.get(self.told["given"]) or 0), int(answers.get(self.told["missed"]) or 0)


def _doses(begins: datetime, ends: datetime, many: int) -> Iterator[datetime]:
    """So many of the times of day when doses are given between the two moments, evenly; between them when too few."""
    first, days = begins.astimezone(STOCKHOLM).date(), (ends - begins).days + 1
    every = [
        at
        for day in range(days + 1)
        for hour in DOSE_HOURS
        if begins < (at := datetime.combine(first + timedelta(days=day), time(hour), STOCKHOLM)) <= ends
    ]
    for number in range(many):
        part = (number + 0.5) / many
        yield every[int(part * len(every))] if many <= len(every) else begins + (ends - begins) * part


def _event(dispenser: Dispenser, number: int, kind: str, planned: datetime, late: timedelta) -> DispenserEvent:
    key = f"{dispenser.serial}-{number}"
    occurred = planned + late
    return DispenserEvent(
        vendor=VENDOR,
        event_id=key,
        message_id=key,
        digest=_digest(key),
        dispenser=dispenser,
        kind=kind,
        planned_at=planned,
        occurred_at=occurred,
        received_at=occurred + timedelta(seconds=2),
    )
