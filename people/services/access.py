"""Writes down who saw or did what about whom."""

import datetime

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
    statements.insert([row], with_keys=True)
    return row
