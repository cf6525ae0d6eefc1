"""Adds to how ärenden go from task to task, as history is counted."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection

from followup.models import PaceCount
from followup.pacing import Pace
from people import reading

TOGETHER = 1_000
SAME = '"version_id", "before", "after", "group", "days"'


def put(paces: Mapping[Pace, int]) -> None:
    """Call in a transaction that has moved the mark of what is counted."""
    rows = [(*pace, count) for pace, count in paces.items()]
    table = reading.table(PaceCount)
    for first in range(0, len(rows), TOGETHER):
        part = rows[first : first + TOGETHER]
        places = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(part))
        text = f"""INSERT INTO {table} ({SAME}, "count") VALUES {places}
            ON CONFLICT ({SAME}) DO UPDATE SET "count" = {table}."count" + excluded."count" """
        with connection.cursor() as cursor:
            cursor.execute(text, [value for row in part for value in row])
