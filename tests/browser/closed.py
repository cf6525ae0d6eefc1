"""Persons with a spärr for the walk of every page: one's own to change, one that keeps the reader out, one opened."""

from __future__ import annotations

import datetime

from django.utils import timezone

from people.models import Assignment, Individual, Profession, Staff, Unit
from people.services import blocks
from tests import pages


def addresses(anna: Staff, berit: Individual) -> dict[str, tuple[str, int]]:
    """With the status of each: a person whom a spärr keeps one from is told of with 403."""
    now = timezone.now()
    unit = Unit.objects.create(key="oster", name="Hemtjänst Öster")
    vera = Staff.objects.create_user("oster", first_name="Vera", last_name="Prov")
    role = Profession.objects.get(key="samordnare")
    Assignment.objects.create(staff=vera, profession=role, unit=unit, valid_from=datetime.date(2020, 1, 1))
    ulla, doris = pages.person("194605062399", "Ulla"), pages.person("193902282387", "Doris")
    pages.start(ulla, anna)
    blocks.begin(individual=ulla, units=[unit], asked_by="Personen själv", by=vera, now=now)
    why = "Hittad medvetslös i hemmet (påhittat)."
    blocks.open_now(individual=doris, reason=why, by=anna, now=now)
    return {
        "block": (f"/personer/{berit.ref}/sparr/", 200),
        "block to change": (f"/personer/{doris.ref}/sparr/", 200),
        "barred person": (f"/personer/{ulla.ref}/", 403),
        "opening in an emergency": ("/nodoppning/", 200),
        "opening a barred person": (f"/nodoppning/?person={ulla.ref}", 200),
    }
