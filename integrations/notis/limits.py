"""A loop in a diagram must not write to somebody all night: how many, how fast and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from integrations import configuration
from integrations.models import Dispatch, DispatchState
from integrations.notis import quiet
from integrations.notis.receivers import Receiver
from workflows.connectors import NotYet, PermanentError

MINUTE = timedelta(minutes=1)


def judge(receiver: Receiver, key: UUID, *, is_urgent: bool, now: datetime) -> None:
    """Raises NotYet at night and when there are many at once, PermanentError when it is too much: a stopp."""
    told = configuration.of("notis")
    opens = quiet.until(now, opens=told.whole("opens"), closes=told.whole("closes"))
    if opens and receiver.is_private and not is_urgent:
        raise NotYet("natt", "Meddelanden skickas inte på natten. Det skickas i morgon bitti.", opens)
    others = Dispatch.objects.exclude(key=key).exclude(state=DispatchState.REFUSED)
    day = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    theirs = others.filter(digest=receiver.digest, created_at__gte=day)
    if receiver.is_private and _is_full(theirs, told.whole("per_person")):
        text = "Mottagaren har redan fått så många meddelanden som en dag får ha. Se efter varför det blir så många."
        raise PermanentError("for_manga_till_en", text)
    if _is_full(others.filter(created_at__gte=day), told.whole("per_day")):
        raise PermanentError("for_manga", "Dagens tak för meddelanden är nått. Se efter varför det blir så många.")
    recent = others.filter(Q(begun_at__gt=now - MINUTE) | Q(sent_at__gt=now - MINUTE), created_at__gte=now - 2 * MINUTE)
    if _is_full(recent, told.whole("per_minute")):
        raise NotYet("i_tur", "Många meddelanden skickas just nu. Det här väntar på sin tur.", now + MINUTE)


def _is_full(rows: QuerySet[Dispatch], most: int) -> bool:
    """Looks at no more rows than there may be."""
    return rows[:most].count() >= most
