"""The log and disposal for the walk of every page: reviews to make, under way and signed; lists to decide and done."""

from __future__ import annotations

import datetime

from django.utils import timezone

from audit.models import Pick, Round
from disposal.models import Hold, Item, Run
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


def disposal(anna: Staff) -> dict[str, str]:
    """Anna also answers for the archive: a list to decide, one that has been carried out, and a hold."""
    pages.join(anna, "arkivarie")
    now, today = timezone.now(), timezone.localdate()
    birgitta = pages.person("196101182803", "Birgitta")
    Hold.objects.create(individual=birgitta, reason="Tillsyn av IVO", by=anna, at=now)
    course = {
        "arende": str(birgitta.ref),
        "forlopp": "Hembesök",
        "version": 1,
        "fran": "2019-02-01",
        "till": "2020-03-02",
    }
    done = Run.objects.create(
        day=today, proposed_at=now, state="done", approved_by=anna, approved_at=now, decision="Plan 2026", done_at=now
    )
    Item.objects.create(
        run=done, sphere="sol", courses=[course], last_on=today, due_on=today, outcome="destroyed",
        rows={"workflows.UserTask": 3}, done_at=now,
    )  # fmt: skip
    waiting = Run.objects.create(day=today, proposed_at=now, preserved=2, held=1)
    Item.objects.create(run=waiting, individual=birgitta, sphere="sol", courses=[course], last_on=today, due_on=today)
    pages.join(anna, "dataskyddsombud")
    return {
        "map of personal data": "/personuppgifter/",
        "map of a förlopp": "/personuppgifter/hembesok/",
        "disposal": "/gallring/",
        "disposal to decide": f"/gallring/{waiting.ref}/",
        "record of disposal": f"/gallring/{done.ref}/",
        "holds": "/gallring/stopp/",
        "record to hand over": "/gallring/akt/",
        "receipt of the archive": "/gallring/arkiv/",
    }
