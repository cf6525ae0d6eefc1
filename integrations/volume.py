"""How much passes to and from each system, by the hour: counted once a minute, read by pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.functions import TruncHour

from integrations import systems
from integrations.models import SystemHour
from workflows.models import InboxMessage, Incident, OutboxMessage, OutboxState
from workflows.services import pausing

KEPT = timedelta(days=100)
LONGEST = timedelta(days=7)
COLUMNS = ("received", "stopped", "sent", "failed")


def roll_up(*, now: datetime) -> None:
    """Count anew the last hour that was counted and those after it, from indexes; so it may be done twice and late."""
    begin = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    counted = SystemHour.objects.filter(hour__gte=begin - LONGEST, hour__lte=begin).order_by("-hour")
    since = counted.values_list("hour", flat=True).first() or begin - LONGEST
    found: dict[tuple[datetime, str], dict[str, int]] = defaultdict(dict)
    for column, hour, system, count in _counted(since, now):
        found[(hour, system[:50])][column] = count
    rows = [SystemHour(hour=hour, system=system, **counts) for (hour, system), counts in found.items()]
    SystemHour.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["hour", "system"], update_fields=list(COLUMNS), batch_size=1_000
    )
    SystemHour.objects.filter(hour__lt=now - KEPT).delete()


def _counted(since: datetime, now: datetime) -> Iterator[tuple[str, datetime, str, int]]:
    for system in systems.systems():
        rows = InboxMessage.objects.filter(source=system.key, received_at__gte=since, received_at__lte=now)
        for hour, count in _by_hour(rows, "received_at"):
            yield "received", hour, system.key, count
    stops = Incident.objects.filter(created_at__gte=since, created_at__lte=now).exclude(message=None)
    for hour, system, count in _by_hour(stops, "created_at", F("message__source")):
        yield "stopped", hour, system, count
    calls = OutboxMessage.objects.filter(ended_at__gte=since, ended_at__lte=now)
    sent, failed = calls.filter(state=OutboxState.DONE), calls.filter(state=OutboxState.FAILED)
    for column, outcome in (("sent", sent), ("failed", failed.exclude(error_code=pausing.CODE))):
        for hour, system, count in _by_hour(outcome, "ended_at", F("system")):
            yield column, hour, system, count


def _by_hour(rows: QuerySet[Any], moment: str, *by: F) -> Iterator[tuple[Any, ...]]:
    names = [f"by{number}" for number in range(len(by))]
    told = rows.annotate(hour=TruncHour(moment, tzinfo=UTC), **dict(zip(names, by, strict=True)))
    yield from told.order_by().values_list("hour", *names).annotate(count=Count("pk"))
