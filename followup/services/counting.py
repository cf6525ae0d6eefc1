"""Follows history and counts it and what came of it: a batch at a time, each row once, all of it in one transaction.

It may be stopped anywhere and done by several. `begin_again` throws all away; what comes
of it is the same, but for ärenden that are not kept any more: `lost` tells how many those are.
"""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max, QuerySet, Sum

from followup import measuring, tallying, trails
from followup.models import Counted, Effect, EffectSum, PaceCount, Tally, Trail, Variant, What
from followup.services import effects, paces, ways
from people import reading
from workflows.models import HistoryEntry, HistoryKind

BATCH = 2_000
TOGETHER = 1_000
"""Counts written in one statement: SQLite as it comes takes 32 766 values."""
COLUMNS = ("version_id", "day", "what", "element_id", "group", "unit", "bucket", "is_month")
WRITERS = """SELECT virtualtransaction FROM pg_locks WHERE relation = CAST(%s AS regclass) AND mode = 'RowExclusiveLock'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND pid <> pg_backend_pid()"""


def run_waiting(*, now: datetime, limit: int = BATCH) -> bool:
    """Count some of what has happened since; whether there is more to count at once.

    Nothing is held while it is read: of two that count the same rows, one writes.
    """
    found, _ = Counted.objects.get_or_create(pk=1)
    if found.upto >= found.looked:
        _look(found, now=now)
    if found.upto >= found.looked or set(found.writers) & _writers():
        return False
    last = _last(found, limit)
    rows = HistoryEntry.objects.filter(pk__gt=found.upto, pk__lte=last)
    told_of = tallying.rows(rows)
    around = tallying.Around(told_of)
    counts, followed = tallying.tally(told_of, around), trails.follow(told_of, around)
    instances = measuring.touched(rows.values_list("instance_id", "kind", "element_id", "element_type"))
    told = measuring.effects(instances)
    with transaction.atomic():
        if _as_read(found).update(upto=last) == 1:
            _add(counts + tallying.with_months(followed.counts))
            ways.put(followed)
            paces.put(followed.paces)
            effects.put(instances, told)
    return True


def lost() -> int:
    """How many ärenden have been counted whose history is no more: what would be counted fewer the next time."""
    upto = Counted.objects.filter(pk=1).values_list("upto", flat=True).first() or 0
    counted = Tally.objects.filter(what=What.STARTED, is_month=False).aggregate(many=Sum("count"))["many"] or 0
    return max(0, counted - HistoryEntry.objects.filter(kind=HistoryKind.STARTED, pk__lte=upto).count())


def begin_again() -> None:
    """Forget every count."""
    with transaction.atomic():
        Counted.objects.filter(pk=1).delete()
        for counts in (Tally, Effect, EffectSum, Trail, Variant, PaceCount):
            counts.objects.all().delete()


# -- inside ------------------------------------------------------------------------------------------------------------


def _as_read(found: Counted) -> QuerySet[Counted]:
    return Counted.objects.filter(pk=1, upto=found.upto)


def _look(found: Counted, *, now: datetime) -> None:
    """Which rows there are now, and then who is writing more: what they have numbered may be among those."""
    found.looked = HistoryEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    found.writers = sorted(_writers())
    all_counted = {"at": now} if found.upto >= found.looked else {}
    _as_read(found).update(looked=found.looked, writers=found.writers, **all_counted)


def _writers() -> set[str]:
    """The other transactions that have written history and have not ended. On SQLite one writes at a time."""
    if connection.vendor != "postgresql":
        return set()
    return {name for (name,) in reading.rows(WRITERS, [reading.table(HistoryEntry)])}


def _last(found: Counted, limit: int) -> int:
    """The number of the last row of the batch."""
    ahead = HistoryEntry.objects.filter(pk__gt=found.upto, pk__lte=found.looked).order_by("pk")
    return ahead.values_list("pk", flat=True)[limit - 1 : limit].first() or found.looked


def _add(counts: Mapping[tallying.Key, int]) -> None:
    told = [(*key, count) for key, count in counts.items()]
    table = reading.table(Tally)
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    for first in range(0, len(told), TOGETHER):
        part = told[first : first + TOGETHER]
        places = ", ".join([f"({reading.places(COLUMNS)}, %s)"] * len(part))
        text = f"""INSERT INTO {table} ({names}, count) VALUES {places}
            ON CONFLICT ({names}) DO UPDATE SET count = {table}.count + excluded.count"""
        with connection.cursor() as cursor:
            cursor.execute(text, [reading.given(value) for row in part for value in row])
