"""Makes each unit's report of a month that is over, once, from the first working day; and tells who wants to know.

A failure is a stopp for IT, and is tried again after a day. A month that was missed is made when there is time.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from followup import choice
from followup.models import Counted, MonthlyReport, ReportTold, ReportWish
from followup.units import mine, report
from followup.units.month import Month, before, over
from people.models import Staff, Unit
from workflows.feel import swedish
from workflows.rights import IT
from workflows.services import incidents

log = logging.getLogger(__name__)

FROM_HOUR = 5
LOOKED_BACK = 3
"""Months that are made up for; what is older one reads on the pages."""
AGAIN = datetime.timedelta(days=1)
LEASE = datetime.timedelta(minutes=10)
TOLD_FOR = datetime.timedelta(days=30)
PAUSE = datetime.timedelta(hours=1)
FAILED = "Månadsrapporten för {} {:%Y-%m} kunde inte göras. Den görs om i morgon."
SUBJECT = "Månadsrapporten är klar i Förlopp"


def make_due(*, now: datetime.datetime) -> bool:
    """Make one report that is due; whether there was one. Waits until history has been counted past the month."""
    found = _due(now)
    if found is None:
        return False
    unit, month = found
    held = _taken(unit, month, now)
    if held is None:
        return True
    try:
        pdf = report.made(Month(unit, month, now))
    except Exception as error:  # noqa: BLE001 - whatever it is, a person must know, and other units' reports go on
        log.error("a monthly report could not be made (%s)", type(error).__name__)  # noqa: TRY400 - no values in logs
        MonthlyReport.objects.filter(pk=held.pk).update(try_after=now + AGAIN)
        incidents.open_incident(
            code="report", text=FAILED.format(unit.name, month), group=IT, page=reverse("followup:reports"), now=now
        )
        return True
    MonthlyReport.objects.filter(pk=held.pk, at=None).update(at=now, pdf=pdf)
    return True


def is_time(month: datetime.date, now: datetime.datetime) -> bool:
    """Whether it is the first working day after the month, in the morning, or later."""
    day = swedish.working_days_after(over(month).date() - datetime.timedelta(days=1), 1)
    local = timezone.localtime(now)
    return local.date() > day or (local.date() == day and local.hour >= FROM_HOUR)


def wish(*, by: Staff, is_wanted: bool, now: datetime.datetime) -> None:
    """Be told of reports that are made from now on, or of none."""
    if is_wanted:
        ReportWish.objects.get_or_create(staff=by, defaults={"since": now, "try_after": now})
    else:
        ReportWish.objects.filter(staff=by).delete()


Find = Callable[[Staff], tuple[str, datetime.datetime]]
"""Where letters go to somebody, '' for nowhere, and until when they want quiet, now when they do not."""


def tell_due(*, now: datetime.datetime, find: Find) -> int:
    """A letter to each chef who wants one and has reports that they have not been told of; how many letters."""
    if not settings.FORLOPP_MAIL:
        return 0
    wishes = ReportWish.objects.filter(try_after__lte=now, staff__is_active=True).select_related("staff")
    return sum(_tell(one, now=now, find=find) for one in wishes)


# -- inside ------------------------------------------------------------------------------------------------------------


def _due(now: datetime.datetime) -> tuple[Unit, datetime.date] | None:
    """The oldest month first. What is being made, or has failed, waits for its time."""
    last = before(now)
    months = [choice.month(last, -number) for number in reversed(range(LOOKED_BACK))]
    months = [month for month in months if is_time(month, now) and _is_counted(month)]
    if not months:
        return None
    known = MonthlyReport.objects.filter(month__in=months)
    held = {(one.unit_id, one.month): one for one in known.defer("pdf")}
    units = list(Unit.objects.order_by("pk"))
    for month in months:
        for unit in units:
            one = held.get((unit.pk, month))
            if one is None or (one.at is None and one.try_after <= now):
                return unit, month
    return None


def _is_counted(month: datetime.date) -> bool:
    at = Counted.objects.filter(pk=1).values_list("at", flat=True).first()
    return at is not None and at >= over(month)


def _taken(unit: Unit, month: datetime.date, now: datetime.datetime) -> MonthlyReport | None:
    """Ours for a while; None when another worker was first."""
    try:
        with transaction.atomic():
            return MonthlyReport.objects.create(unit=unit, month=month, try_after=now + LEASE)
    except IntegrityError:
        rows = MonthlyReport.objects.filter(unit=unit, month=month, at=None)
        if not rows.filter(try_after__lte=now).update(try_after=now + LEASE):
            return None
        return rows.defer("pdf").first()


def _tell(one: ReportWish, *, now: datetime.datetime, find: Find) -> bool:
    """Marked before it is sent, so that nobody is told twice; unmarked when it could not be sent."""
    led = [place.id for place in mine.all_led(one.staff, now=now)]
    made = MonthlyReport.objects.filter(unit__in=led, at__gt=max(one.since, now - TOLD_FOR))
    new = list(made.exclude(told__staff=one.staff).values_list("pk", flat=True))
    if not new:
        return False
    to, quiet_until = find(one.staff)
    if not to or quiet_until > now:
        ReportWish.objects.filter(pk=one.pk).update(try_after=quiet_until if to else now + PAUSE)
        return False
    rows = [ReportTold(report_id=pk, staff=one.staff, at=now) for pk in new]
    try:
        with transaction.atomic():
            ReportTold.objects.bulk_create(rows)
    except IntegrityError:  # another process was first
        return False
    try:
        EmailMessage(SUBJECT, _letter(len(new)), to=[to]).send()
    except OSError as error:
        log.warning("a letter about a report could not be sent (%s)", type(error).__name__)
        ReportTold.objects.filter(report__in=new, staff=one.staff).delete()
        ReportWish.objects.filter(pk=one.pk).update(try_after=now + PAUSE)
        return False
    return True


def _letter(count: int) -> str:
    """How many, and where; nothing of what is in them."""
    said = "En månadsrapport är klar" if count == 1 else f"{count} månadsrapporter är klara"
    where = settings.FORLOPP_ADDRESS
    link = f"{where}{reverse('followup:reports')}" if where else "Öppna Förlopp, Uppföljning, Månadsrapporter."
    return f"{said} för din enhet.\n\n{link}\n\nPå samma sida väljer du om du vill få brev.\n"
