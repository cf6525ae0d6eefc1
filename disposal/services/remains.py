"""What is kept of a person beside their ärenden, and what has no person: removed when nobody has needed it for long.

A person of whom there is no ärende is forgotten, plan and all, ten years after the last thing that was written about
them. The name goes when the access log, which must tell whom somebody read about, is old enough to go too.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, Max, OuterRef, Q

from audit.models import Judgement, Pick, Round, Seal
from disposal.models import Handover, Hold, Item
from integrations.models import (
    BatchContent,
    Dispatch,
    Dispenser,
    DispenserEvent,
    HomeCareAbsence,
    HomeCareOrder,
    HomeCareVisit,
    StatisticsFile,
    StatisticsRow,
    VaccinationInvoice,
)
from people.models import (
    AccessLog,
    Agreement,
    Block,
    Consent,
    Contact,
    Emergency,
    Goal,
    Individual,
    Letter,
    Mandate,
    Rating,
    Reply,
    Visit,
    WritingBlock,
)
from workflows.models import Amendment, InboxMessage, InboxState, OutboxMessage, ProcessInstance, Signal

AT_A_TIME = 200
OF_PERSONS: tuple[tuple[type[Any], str, str], ...] = (
    (Goal, "individual", "at"),
    (Rating, "individual", "at"),
    (Contact, "individual", "at"),
    (Consent, "individual", "at"),
    (Agreement, "individual", "at"),
    (Amendment, "individual", "at"),
    (Block, "individual", "at"),
    (WritingBlock, "individual", "at"),
    (Emergency, "individual", "ends_at"),
    (Reply, "individual", "at"),
    (Visit, "individual", "seen_at"),
    (Letter, "individual", "at"),
    (Mandate, "individual", "at"),
    (InboxMessage, "individual", "received_at"),
    (OutboxMessage, "individual", "created_at"),
    (Signal, "individual", "sent_at"),
    (HomeCareVisit, "individual", "told_at"),
    (HomeCareOrder, "individual", "told_at"),
    (HomeCareAbsence, "individual", "told_at"),
    (VaccinationInvoice, "individual", "vaccinated_on"),
    (StatisticsRow, "individual", "month__prepared_at"),
    (Dispatch, "individual", "created_at"),
    (DispenserEvent, "dispenser__individual", "received_at"),
    (Dispenser, "individual", "last_seen_at"),
)
"""What holds something of a person, how it points there and when it was written; who is pointed to comes last."""
OPEN = (InboxState.RECEIVED, InboxState.BUFFERED, InboxState.STOPPED)


def may_remove() -> bool:
    """The role that runs the installation need not be one that may (manage.py database_role); then the owner's does."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('people_accesslog', 'DELETE')")
        return bool(cursor.fetchone()[0])


def remove_due(*, now: datetime.datetime) -> Counter[str]:
    """All that is old enough; how many rows, by kind. Persons some at a time."""
    removed = Counter(dict(_by_age(now)))
    removed.update(_log(now))
    for individual in _forgotten(now):
        with transaction.atomic():
            removed.update(_person(individual))
    return removed


# -- inside ------------------------------------------------------------------------------------------------------------


def _forgotten(now: datetime.datetime) -> Iterator[Individual]:
    """Without ärende and hold, nothing written since, and something left to remove; some at a time."""
    since = now - datetime.timedelta(days=366 * settings.FORLOPP_PERSON_YEARS)
    rows = Individual.objects.filter(updated_at__lt=since, created_at__lt=since)
    rows = rows.exclude(Exists(ProcessInstance.objects.filter(individual=OuterRef("pk"))))
    rows = rows.exclude(Exists(Hold.objects.filter(individual=OuterRef("pk"), lifted_at=None)))
    left = ~Q(Exists(AccessLog.objects.filter(individual=OuterRef("pk"))))
    for model, path, written in OF_PERSONS:
        theirs = model.objects.filter(**{path: OuterRef("pk")})
        rows = rows.exclude(Exists(theirs.filter(**{f"{written}__gte": since})))
        left |= Q(Exists(theirs))
    yield from rows.filter(left).order_by("pk")[:AT_A_TIME]


def _person(individual: Individual) -> dict[str, int]:
    removed = {}
    for model, path, _ in OF_PERSONS:
        removed[model.__name__] = _delete(model.objects.filter(**{path: individual}))
    if not AccessLog.objects.filter(individual=individual).exists():
        for model in (Item, Handover):
            model.objects.filter(individual=individual).update(individual=None)
        Hold.objects.filter(individual=individual).delete()
        removed["Individual"] = Individual.objects.filter(pk=individual.pk).delete()[0]
    return removed


def _by_age(now: datetime.datetime) -> Iterator[tuple[str, int]]:
    """Files as they came and messages about nobody we know: of use while something may be wrong with them."""
    since = now - datetime.timedelta(days=settings.FORLOPP_RAW_DAYS)
    yield "BatchContent", _delete(BatchContent.objects.filter(batch__done_at__lt=since))
    sent = StatisticsFile.objects.filter(received_at__lt=since).exclude(content=b"")
    yield "StatisticsFile", sent.update(content=b"")
    nobody = InboxMessage.objects.filter(individual=None, received_at__lt=since, deliveries=None)
    yield "InboxMessage", _delete(nobody.exclude(state__in=OPEN))


def _log(now: datetime.datetime) -> dict[str, int]:
    """Whole seals at a time, so that what is left still fits them, and the reviews of that time."""
    before = now - datetime.timedelta(days=366 * settings.FORLOPP_LOG_YEARS)
    last = Seal.objects.filter(at__lt=before).aggregate(last=Max("last_id"))["last"]
    if last is None:
        return {}
    with transaction.atomic(), connection.cursor() as cursor:
        months = Round.objects.filter(month__lt=before.date())
        Judgement.objects.filter(pick__round__in=months).delete()
        Pick.objects.filter(round__in=months).delete()
        months.delete()
        cursor.execute("DELETE FROM people_accesslog WHERE id <= %s AND at < %s", [last, before])
        return {"AccessLog": cursor.rowcount}


def _delete(rows: Any) -> int:
    return sum(rows.delete()[1].values())
