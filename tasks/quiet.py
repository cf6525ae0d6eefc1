"""When somebody may be told: quiet hours and digests by the clock on the wall in Sweden, across its two changes."""

from __future__ import annotations

import datetime

from django.utils import timezone

from tasks.models import Notifying, Pace


def until(now: datetime.datetime, *, start: datetime.time | None, end: datetime.time | None) -> datetime.datetime:
    """When the quiet that there is now ends; `now` itself when there is none."""
    if start is None or end is None:
        return now
    local = timezone.localtime(now)
    clock = local.time()
    is_past_midnight = start > end
    is_quiet = (clock >= start or clock < end) if is_past_midnight else start <= clock < end
    if not is_quiet:
        return now
    is_tomorrow = is_past_midnight and clock >= start
    return _at(local.date() + datetime.timedelta(days=is_tomorrow), end)


def due(pace: str, *, daily_at: datetime.time, now: datetime.datetime) -> datetime.datetime:
    """When what is found now is to be told."""
    if pace == Pace.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + datetime.timedelta(hours=1)
    if pace == Pace.DAILY:
        today = timezone.localdate(now)
        at = _at(today, daily_at)
        return at if at > now else _at(today + datetime.timedelta(days=1), daily_at)
    return now


def quiet_until(of: Notifying, now: datetime.datetime) -> datetime.datetime:
    return until(now, start=of.quiet_from, end=of.quiet_to)


def _at(day: datetime.date, clock: datetime.time) -> datetime.datetime:
    """The hour that comes twice is its second, and the one that never comes is an hour later: never too early."""
    local = datetime.datetime.combine(day, clock, timezone.get_default_timezone())
    return max(local.replace(fold=fold).astimezone(datetime.UTC) for fold in (0, 1))
