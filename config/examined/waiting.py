"""Whether what is to happen by itself does: deadlines, messages, calls out, jobs, and people who have stops to mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Min
from django.utils import timezone

from config.examined.finding import ERROR, OK, WARNING, Finding
from integrations import overview
from integrations.overview import ILL, OFF, PAUSED
from people import tree
from workflows.models import Incident, IncidentState, TimerJob

# Those of docs/alerts/forlopp.rules.yml.
TIMER, INBOX, OUTBOX, JOB = (timedelta(seconds=seconds) for seconds in (120, 120, 900, 600))
MANY_STOPS = 50
MOST_NAMED = 3


def by_itself() -> Iterator[Finding]:
    now = timezone.now()
    try:
        found = [*_deadlines(now), *_systems(now), *_stops()]
    except DatabaseError:
        return
    yield from found or [Finding(OK, "Det som väntar", "inget har väntat för länge")]


def reviewed() -> Iterator[Finding]:
    """Whether somebody reviews the access log of every unit."""
    try:
        lacking = tree.without(tree.LOG, on=timezone.localdate())
    except DatabaseError:
        return
    if lacking:
        more = f" och {len(lacking) - MOST_NAMED} till" if len(lacking) > MOST_NAMED else ""
        says = f"ingen logggranskare finns vid eller ovanför {', '.join(lacking[:MOST_NAMED])}{more}"
        yield Finding(WARNING, "Logggranskning", says, "ge någon det uppdraget, helst överst, på sidan Konton")
    else:
        yield Finding(OK, "Logggranskning", "varje enhet har någon som granskar")


def _deadlines(now: datetime) -> Iterator[Finding]:
    first = TimerJob.objects.filter(is_paused=False, due_at__lte=now).aggregate(first=Min("due_at"))["first"]
    if first is not None and now - first > TIMER:
        says = f"den äldsta som har gått ut har väntat {_long(now - first)}"
        yield Finding(ERROR, "Bevakningar", says, "se att processen worker kör, och läs dess logg")


def _systems(now: datetime) -> Iterator[Finding]:
    for one in overview.of_all(now=now):
        what = one.system.title
        if one.verdict == OFF:
            continue
        if one.incoming.since and now - one.incoming.since > INBOX:
            says = f"meddelanden därifrån har väntat {_long(now - one.incoming.since)} på att tas om hand"
            yield Finding(ERROR, what, says, "se att processen worker kör, och läs dess logg")
        if one.verdict == PAUSED:
            yield Finding(WARNING, what, "är pausat: personer gör dess steg", "återuppta på sidan Integrationer")
            continue
        if one.verdict == ILL:
            yield Finding(ERROR, what, "svarar inte", "se varför på sidan Integrationer; pausa om det dröjer")
        if one.outgoing.since and now - one.outgoing.since > OUTBOX:
            says = f"anrop dit har väntat {_long(now - one.outgoing.since)}"
            yield Finding(ERROR, what, says, "se att processen executor kör, och läs dess logg")
        late = [line for line in one.jobs if line.due_at and now - line.due_at > JOB]
        if late:
            says = f"{len(late)} av dess jobb är sena"
            yield Finding(ERROR, what, says, "se att processen flows kör, och läs dess logg")


def _stops() -> Iterator[Finding]:
    count = Incident.objects.filter(state=IncidentState.OPEN).count()
    if count > MANY_STOPS:
        yield Finding(WARNING, "Stopp", f"{count} väntar på någon", "se Stopp: de av samma slag rättas på en gång")


def _long(time: timedelta) -> str:
    minutes = int(time.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"
