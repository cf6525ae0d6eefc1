"""Writes down that the archive has a file that is kept for research: it can be destroyed here when it is due."""

from __future__ import annotations

import datetime

from django.db import transaction

from disposal import files
from disposal.models import Handover
from people.models import AccessLog, Individual, Staff
from people.services import access


class NoReceipt(Exception):
    """Skriv arkivets beteckning på leveransen."""


class NothingToHandOver(Exception):
    """Personen har ingen avslutad akt av det slaget."""


class NotFetched(Exception):
    """Akten är inte hämtad sedan den senast skrevs i. Hämta den och lämna den till arkivet först."""


def hand_over(*, individual: Individual, sphere: str, receipt: str, by: Staff, now: datetime.datetime) -> Handover:
    """Of the file as it is now. Raises NoReceipt, NothingToHandOver, NotFetched."""
    if not receipt.strip():
        raise NoReceipt
    with transaction.atomic():
        file = files.of(Individual.objects.select_for_update().get(pk=individual.pk), sphere)
        if file is None:
            raise NothingToHandOver
        fetched = AccessLog.objects.filter(individual=individual, action="export", outcome="allowed")
        if not fetched.filter(at__date__gte=file.last_on).exists():
            raise NotFetched
        made = Handover.objects.create(
            individual=individual, sphere=sphere, courses=file.told, receipt=receipt.strip()[:200], by=by, at=now
        )
        access.record(
            staff=by,
            individual=individual,
            action="archive",
            object_type="individual",
            object_id=str(made.ref),
            now=now,
            reason=made.receipt,
        )
    return made
