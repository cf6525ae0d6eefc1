"""Writes what came of ärenden, and the sums that pages read: what is told anew takes the place of what was told.

The sums follow by the difference, in the same transaction, so that they hold whatever is done again or at once. An
ärende that is destroyed takes its effects along; the sums, which name nobody, stay.
"""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from followup import measuring
from followup.measuring import Told
from followup.models import Counted, Effect, EffectSum
from people import reading
from workflows.models import ProcessInstance

TOGETHER = 500
KEYS = ("version_id", "month", "measure", "part", "unit", "age")
SUMS = ("instances", "count", "value", "base", "value_value", "base_base", "value_base")
FIELDS = (
    *("instance_id", "version_id", "measure", "part", "occasion", "day", "unit", "age", "value", "base", "is_first"),
)


class Key(NamedTuple):
    """What is summed up together."""

    version: int
    month: datetime.date
    measure: str
    part: str
    unit: str
    age: str


def measure_again(*, after: int = 0, limit: int = TOGETHER) -> int:
    """Tell the effects of the next ärenden after this one anew; the last of them, 0 when there are no more."""
    found = list(ProcessInstance.objects.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:limit])
    with transaction.atomic():
        Counted.objects.get_or_create(pk=1)
        Counted.objects.select_for_update().get(pk=1)
        put(found, measuring.effects(found))
    return found[-1] if found else 0


def put(instances: Collection[int], told: Sequence[Told]) -> None:
    """These are all the effects of these ärenden. Call in a transaction that holds the mark of what is counted."""
    before = [Told(*row) for row in Effect.objects.filter(instance__in=instances).values_list(*FIELDS)]
    gone, new = set(before) - set(told), set(told) - set(before)
    if not gone and not new:
        return
    for one in gone:
        Effect.objects.filter(instance=one.instance, measure=one.measure, part=one.part, occasion=one.occasion).delete()
    Effect.objects.bulk_create(
        (Effect(**dict(zip(FIELDS, one, strict=True))) for one in sorted(new)), batch_size=TOGETHER
    )
    _add(_differences(gone, new))


def _differences(gone: Iterable[Told], new: Iterable[Told]) -> dict[Key, list[float]]:
    found: dict[Key, list[float]] = defaultdict(lambda: [0.0] * len(SUMS))
    for sign, rows in ((-1, gone), (1, new)):
        for one in sorted(rows):
            sums = found[Key(one.version, one.day.replace(day=1), one.measure, one.part, one.unit, one.age)]
            for place, number in enumerate(_numbers(one)):
                sums[place] += sign * number
    return found


def _numbers(one: Told) -> tuple[float, ...]:
    value, base = one.value, one.base
    return int(one.is_first), 1, value, base, value * value, base * base, value * base


def _add(differences: Mapping[Key, Sequence[float]]) -> None:
    table, names = reading.table(EffectSum), ", ".join(f'"{name}"' for name in (*KEYS, *SUMS))
    keys = ", ".join(f'"{name}"' for name in KEYS)
    added = ", ".join(f'"{name}" = {table}."{name}" + excluded."{name}"' for name in SUMS)
    rows: list[list[Any]] = [[*key, int(sums[0]), int(sums[1]), *sums[2:]] for key, sums in sorted(differences.items())]
    for first in range(0, len(rows), TOGETHER):
        part = rows[first : first + TOGETHER]
        places = ", ".join([f"({reading.places(KEYS + SUMS)})"] * len(part))
        text = f"INSERT INTO {table} ({names}) VALUES {places} ON CONFLICT ({keys}) DO UPDATE SET {added}"
        with connection.cursor() as cursor:
            cursor.execute(text, [reading.given(value) for row in part for value in row])
    EffectSum.objects.filter(count=0).delete()
