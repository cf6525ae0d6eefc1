"""Forgets sessions that have ended."""

import datetime

from people.models import StaffSession


def purge(*, now: datetime.datetime, limit: int = 100) -> int:
    """Delete some of those whose time is out; how many."""
    ended = StaffSession.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:limit]
    return StaffSession.objects.filter(pk__in=list(ended)).delete()[0]
