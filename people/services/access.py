"""Writes down who saw or did what about whom."""

# ruff: noqa: S608, SLF001  the names are our model's own, and a model tells its columns by `_meta`

import datetime

from django.db import connection

from people.models import AccessLog, Individual, Staff

FIELDS = [field for field in AccessLog._meta.local_concrete_fields if not field.primary_key]
# Text, since every page writes one and Django would build it anew each time.
INSERT = (
    f"INSERT INTO people_accesslog ({', '.join(field.column for field in FIELDS)})"
    f" VALUES ({', '.join(['%s'] * len(FIELDS))}) RETURNING id"
)


def record(
    *,
    staff: Staff | None,
    individual: Individual | None,
    action: str,
    object_type: str,
    object_id: str,
    now: datetime.datetime,
    is_allowed: bool = True,
) -> AccessLog:
    """Call it before the page is sent, in the same transaction: no log, no page. Refusals are written down too.

    `action` is a verb such as "read", "search", "complete"; `object_id` an opaque id, never a number or a name.
    """
    row = AccessLog(
        at=now,
        staff=staff,
        staff_name=str(staff) if staff else "",
        individual=individual,
        action=action,
        object_type=object_type,
        object_id=object_id,
        outcome=AccessLog.Outcome.ALLOWED if is_allowed else AccessLog.Outcome.DENIED,
    )
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [field.get_db_prep_save(getattr(row, field.attname), connection) for field in FIELDS])
        row.pk = cursor.fetchone()[0]
    row._state.adding = False
    return row
