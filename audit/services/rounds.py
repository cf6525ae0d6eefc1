"""Reviews of the log: what is picked for a person to look at, what they say of it, and when the month is done."""

from __future__ import annotations

import calendar
import datetime
import uuid
from collections.abc import Iterable

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from audit import rules
from audit.models import Judgement, Pick, Round, SweptDay, Verdict
from audit.rules import Hit
from people.access_log import LISTED
from people.models import AccessLog, Staff, StaffKind, Unit
from web.swedish import midnight

LOOKED_BACK = 35
"""Days that the first sweep of an installation begins at: further back was reviewed by other means."""


class NotChosen(Exception):
    """Välj en bedömning."""


class NotYet(Exception):
    """Månaden är inte slut än, eller urvalet är inte draget. Vänta till den första i nästa månad."""


class NotAllJudged(Exception):
    """Bedöm alla rader först."""


class SaysNotWhy(Exception):
    """Skriv vad som ska utredas, eller varför det var obefogat."""


class OnesOwn(Exception):
    """Du kan inte bedöma det du själv har gjort. En kollega behöver göra det."""


class AlreadyClosed(Exception):
    """Granskningen är redan avslutad."""


def sweep_due(*, now: datetime.datetime) -> bool:
    """Hold the rules against one day that is over; whether there was one."""
    day = _next_day(now)
    if day is None:
        return False
    found = list(rules.hits(day))
    try:
        with transaction.atomic():
            SweptDay(day=day, at=now).save(force_insert=True)
            _pick(day.replace(day=1), found)
    except IntegrityError:  # another worker was first
        return False
    return True


def sample_due(*, now: datetime.datetime) -> bool:
    """Draw the random sample of one unit for a month that is over and swept; whether there was one to draw."""
    last = SweptDay.objects.aggregate(last=Max("day"))["last"]
    if last is None:
        return False
    month = last.replace(day=1)
    if last_day(month) > last:
        month = (month - datetime.timedelta(days=1)).replace(day=1)
    units = Unit.objects.exclude(pk__in=Round.objects.filter(month=month).exclude(sampled_at=None).values("unit_id"))
    unit = units.order_by("pk").first()
    if unit is None:
        return False
    with transaction.atomic():
        made, _ = Round.objects.get_or_create(unit=unit, month=month)
        if not Round.objects.filter(pk=made.pk, sampled_at=None).update(sampled_at=now):
            return False
        _add(made, _sampled(unit, month))
    return True


def judge(*, pick: Pick, verdict: str, note: str, by: Staff, now: datetime.datetime, action_id: uuid.UUID) -> Judgement:
    """Say what one found. Raises SaysNotWhy, OnesOwn and AlreadyClosed; a repeated click gives the earlier answer."""
    if earlier := Judgement.objects.filter(action_id=action_id).first():
        return earlier
    if verdict not in Verdict.values:
        raise NotChosen
    if pick.staff_id == by.pk:
        raise OnesOwn
    if verdict != Verdict.JUSTIFIED and not note.strip():
        raise SaysNotWhy
    with transaction.atomic():
        if not Round.objects.select_for_update().filter(pk=pick.round_id, closed_at=None).exists():
            raise AlreadyClosed
        made = Judgement(pick=pick, verdict=verdict, note=note.strip(), by=by, at=now, action_id=action_id)
        made.save(force_insert=True)
    return made


def close(*, reviewed: Round, conclusion: str, by: Staff, now: datetime.datetime) -> None:
    """Sign that the month has been reviewed. Raises NotYet, NotAllJudged and AlreadyClosed."""
    with transaction.atomic():
        held = Round.objects.select_for_update().get(pk=reviewed.pk)
        if held.closed_at is not None:
            raise AlreadyClosed
        if held.sampled_at is None:
            raise NotYet
        if left(held):
            raise NotAllJudged
        Round.objects.filter(pk=held.pk).update(closed_at=now, closed_by=by, conclusion=conclusion.strip())


def left(reviewed: Round) -> int:
    """How many of its picks nobody has judged since the last thing that was caught."""
    latest = (
        Pick.objects.filter(round=reviewed)
        .annotate(judged_at=Max("judgements__at"))
        .values_list("last_at", "judged_at")
    )
    return sum(judged is None or judged < last for last, judged in latest)


def last_day(month: datetime.date) -> datetime.date:
    """Of a month, of which a day is given."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


# -- inside ------------------------------------------------------------------------------------------------------------


def _next_day(now: datetime.datetime) -> datetime.date | None:
    today = timezone.localdate(now)
    last = SweptDay.objects.aggregate(last=Max("day"))["last"]
    day: datetime.date = last + datetime.timedelta(days=1) if last else today - datetime.timedelta(days=LOOKED_BACK)
    return day if day < today else None


def _pick(month: datetime.date, found: Iterable[Hit]) -> None:
    units = {unit.key: unit for unit in Unit.objects.all()}
    by_unit: dict[str, list[Hit]] = {}
    for hit in found:
        for key in hit.units:
            by_unit.setdefault(key, []).append(hit)
    for key, hits in by_unit.items():
        if key in units:
            held, _ = Round.objects.get_or_create(unit=units[key], month=month)
            _add(held, hits)


def _add(held: Round, hits: Iterable[Hit]) -> None:
    """To what is picked already: once for each member of staff and person."""
    known = {(pick.staff_id, pick.individual_id): pick for pick in held.picks.all()}
    for hit in hits:
        key = hit.staff_id, hit.individual_id
        pick = known.get(key) or Pick(
            round=held,
            staff_id=hit.staff_id,
            individual_id=hit.individual_id,
            first_at=hit.first_at,
            last_at=hit.last_at,
        )
        pick.why[hit.rule] = pick.why.get(hit.rule, 0) + hit.rows
        pick.first_at, pick.last_at = min(pick.first_at, hit.first_at), max(pick.last_at, hit.last_at)
        known[key] = pick
    for pick in known.values():
        pick.save()


def _sampled(unit: Unit, month: datetime.date) -> list[Hit]:
    """By the database's own dice, among all that was opened; whoever is picked cannot have known."""
    begins, ends = midnight(month), midnight(last_day(month) + datetime.timedelta(days=1))
    rows = AccessLog.objects.filter(rules.at_unit(unit.key), at__gte=begins, at__lt=ends, staff__kind=StaffKind.PERSON)
    opened = rows.exclude(action=LISTED).exclude(individual=None)
    drawn = opened.order_by("?").values_list("staff_id", "individual_id", "at")[: settings.FORLOPP_LOG_SAMPLE]
    return [
        Hit(
            rule=rules.SAMPLE,
            staff_id=staff,
            individual_id=person,
            units=(unit.key,),
            rows=1,
            first_at=at,
            last_at=at,
        )
        for staff, person, at in drawn
    ]
