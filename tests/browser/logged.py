"""Reviews of the log for the walk of every page: one to make, one that is under way and one that is signed."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit.models import Pick, Round
from people.models import Individual, Staff, Unit
from people.services import access
from tests import pages


def addresses(anna: Staff, berit: Individual) -> dict[str, str]:
    """Anna reviews what Bo has done; her own she may not judge."""
    pages.join(anna, "logggranskare")
    now, bo = timezone.now(), Staff.objects.get(username="bo")
    for member in (anna, bo):
        access.record(
            staff=member, individual=berit, action="read", object_type="individual", object_id=str(berit.ref), now=now
        )
    month = (timezone.localdate(now).replace(day=1) - datetime.timedelta(days=1)).replace(day=1)
    unit = Unit.objects.get(key="norr")
    under_way = Round.objects.create(unit=unit, month=timezone.localdate(now).replace(day=1))
    ready = Round.objects.create(unit=unit, month=month, sampled_at=now)
    Round.objects.create(
        unit=unit, month=month.replace(year=month.year - 1), sampled_at=now, closed_at=now, closed_by=bo
    )
    found = {}
    for made in (under_way, ready):
        for member in (anna, bo):
            pick = Pick(
                round=made, staff=member, individual=berit, why={"natt": 2, "urval": 1}, first_at=now, last_at=now
            )
            pick.save()
            found[made.pk, member.pk] = pick
    mine, theirs = found[under_way.pk, anna.pk], found[under_way.pk, bo.pk]
    return {
        "log": "/logg/",
        "review of the log": f"/logg/{ready.ref}/",
        "review of a month that goes on": f"/logg/{under_way.ref}/",
        "own row of the log": f"/logg/{under_way.ref}/{mine.ref}/",
        "row of the log": f"/logg/{under_way.ref}/{theirs.ref}/",
        "search in the log": "/logg/sok/",
        "extract of the log": "/logg/utdrag/",
    }
