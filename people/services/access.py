"""Writes down who saw or did what about whom."""

import datetime
from collections.abc import Iterable

from people import statements
from people.models import AccessLog, Individual, Staff


def record(
    *,
    staff: Staff | None,
    individual: Individual | None,
    action: str,
    object_type: str,
    object_id: str,
    now: datetime.datetime,
    is_allowed: bool = True,
    reason: str | None = None,
) -> None:
    """Call it before the page is sent, in the same transaction: no log, no page. Refusals are written down too.

    `action` is a verb such as "read", "search", "complete"; `object_id` an opaque id, never a number or a name.
    `reason` is asked of those who look at more than their work is about.
    """
    row = {
        "at": now,
        "staff_id": staff.pk if staff else None,
        "staff_name": str(staff) if staff else "",
        "individual_id": individual.pk if individual else None,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "outcome": (AccessLog.Outcome.ALLOWED if is_allowed else AccessLog.Outcome.DENIED).value,
        "reason": None if reason is None else reason[:500],
    }
    statements.insert_values(AccessLog, row)


def record_all(
    *, staff: Staff, individual_ids: Iterable[int], action: str, object_type: str, now: datetime.datetime
) -> None:
    """The same for a list that was shown: a row for each person in it, in one statement."""
    rows = [
        AccessLog(at=now, staff=staff, staff_name=str(staff), individual_id=key, action=action, object_type=object_type)
        for key in dict.fromkeys(individual_ids)
    ]
    statements.insert(rows)
