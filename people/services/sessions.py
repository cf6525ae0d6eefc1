"""Forgets sessions that have ended."""

import datetime

from people.models import Staff, StaffSession


def end_all(*, staff: Staff) -> int:
    """Everywhere; how many there were."""
    return StaffSession.objects.filter(staff=staff).delete()[0]


def extend(*, session_key: str, until: datetime.datetime) -> None:
    """Somebody is there still."""
    StaffSession.objects.filter(session_key=session_key).update(expire_date=until)


def purge(*, now: datetime.datetime, limit: int = 100) -> int:
    """Delete some of those whose time is out; how many."""
    ended = StaffSession.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:limit]
    return StaffSession.objects.filter(pk__in=list(ended)).delete()[0]
