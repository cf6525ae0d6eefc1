"""What we know of a month: home care orders as they stand, and the steps that IT has said are measures."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from integrations import configuration
from integrations.models import HomeCareOrder
from workflows.models import TaskState, UserTask


@dataclass(frozen=True)
class Order:
    """A decision on home care. Days that nobody has told are None."""

    key: str
    individual: int
    service: str
    minutes_a_week: int | None
    starts_on: date | None
    ends_on: date | None
    is_ended: bool
    told_on: date

    def is_ongoing(self, day: date) -> bool:
        """As far as is known: one that has ended on a day not told goes on no longer."""
        if self.is_ended and self.ends_on is None:
            return False
        return (self.starts_on or self.told_on) <= day and (self.ends_on is None or self.ends_on >= day)


@dataclass(frozen=True)
class Measure:
    """A step done by a profession; `code` is what IT has said it is in KVÅ, '' when nothing."""

    key: str
    individual: int
    done_on: date
    code: str
    profession: str


@dataclass(frozen=True)
class Facts:
    """`period` is the first day of the month."""

    municipality: str
    period: date
    orders: Sequence[Order] = ()
    measures: Sequence[Measure] = ()
    housing: str = ""
    services: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> date:
        return last_day(self.period)

    @property
    def month(self) -> str:
        return f"{self.period:%Y%m}"


def last_day(period: date) -> date:
    return period.replace(day=calendar.monthrange(period.year, period.month)[1])


def month_before(day: date) -> date:
    """Its first day."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def gathered(period: date) -> Facts:
    """Two questions, however many people there are."""
    told = configuration.of("socialstyrelsen")
    return Facts(
        municipality=str(settings.FORLOPP_MUNICIPALITY_CODE),
        period=period,
        orders=list(_orders(period)),
        measures=list(_measures(period, _pairs(told.words("measures")))),
        housing=told.text("housing"),
        services=_pairs(told.words("services")),
    )


def _orders(period: date) -> Iterator[Order]:
    """Those that touch the month, or ended on a day that nobody has told and were heard of in it."""
    begins, ends = _midnight(period), _midnight(last_day(period) + timedelta(days=1))
    known = Q(starts_on__lte=last_day(period)) | Q(starts_on=None, told_at__lt=ends)
    still = Q(ends_on__gte=period) | (Q(ends_on=None) & (~Q(status="avslutad") | Q(told_at__gte=begins)))
    for row in HomeCareOrder.objects.filter(known, still, is_current=True).order_by("key"):
        yield Order(
            key=row.key,
            individual=row.individual_id,
            service=row.service.lower(),
            minutes_a_week=row.minutes_a_week,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            is_ended=row.status == "avslutad",
            told_on=timezone.localdate(row.told_at),
        )


def _measures(period: date, codes: Mapping[str, str]) -> Iterator[Measure]:
    if not codes:
        return
    begins, ends = _midnight(period), _midnight(last_day(period) + timedelta(days=1))
    done = UserTask.objects.filter(
        element_id__in=codes, state=TaskState.COMPLETED, ended_at__gte=begins, ended_at__lt=ends
    )
    for task in done.order_by("pk"):
        if task.ended_at is not None:
            day = timezone.localdate(task.ended_at)
            yield Measure(str(task.public_id), task.individual_id, day, codes[task.element_id], task.group)


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """ "larm=TRYGG, mat=MATD"; the name as it is told, the code in capitals."""
    found = (word.partition("=") for word in words)
    return {name.strip(): code.strip().upper() for name, _, code in found}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
