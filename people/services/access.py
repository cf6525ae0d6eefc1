"""Writes down who saw or did what about whom."""

import datetime
import uuid
from collections.abc import Iterable
from functools import lru_cache, partial

from django.db import transaction
from django.utils import timezone

from people import statements
from people.access_log import EMERGENCY, LISTED
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
    as_whom: str = "",
) -> None:
    """Call it before the page is sent, in the same transaction: no log, no page. Refusals are written down too.

    `action` is a verb such as "read", "search", "complete"; `object_id` an opaque id, never a number or a name.
    `reason` is asked of those who look at more than their work is about; what is seen meanwhile of a person whom one
    has opened in an emergency says so. `as_whom`: who, where it is no staff: the person, or one with their leave.
    """
    if reason is None and is_allowed and staff and individual and individual.pk in staff.emergencies:
        reason = EMERGENCY
    professions, units = staff.standing if staff else ("", "")
    row = {
        "at": now,
        "staff_id": staff.pk if staff else None,
        "staff_name": str(staff) if staff else as_whom[:320],
        "individual_id": individual.pk if individual else None,
        "action": action,
        "object_type": object_type,
        "object_id": object_id,
        "outcome": (AccessLog.Outcome.ALLOWED if is_allowed else AccessLog.Outcome.DENIED).value,
        "reason": None if reason is None else reason[:500],
        "professions": professions,
        "units": units,
    }
    statements.insert_values(AccessLog, row)


def record_all(
    *, staff: Staff, individual_ids: Iterable[int | None], action: str, object_type: str, now: datetime.datetime
) -> None:
    """The same for a list that was shown: a row for each person in it, in one statement. None: nobody was found."""
    statements.insert(_rows(staff, individual_ids, now=now, action=action, object_type=object_type))


def record_listed(*, staff: Staff, individual_ids: Iterable[int], object_type: str, now: datetime.datetime) -> None:
    """That persons were shown in a list one opens again and again: a row for each person, list and day.

    Who has been written down is remembered once it is stored, so that a list that shows nobody new asks nothing.
    """
    day = timezone.localdate(now).isoformat()
    written = _written(staff.public_id, object_type, day)
    new = [key for key in individual_ids if key not in written]
    if new:
        rows = _rows(staff, new, now=now, action=LISTED, object_type=object_type, object_id=day)
        statements.insert_missing(rows)
        transaction.on_commit(partial(written.update, new))


@lru_cache(maxsize=500)
def _written(_staff: uuid.UUID, _object_type: str, _day: str) -> set[int]:
    """Whom this process knows that the log says were shown in a list that day."""
    return set()


def _rows(
    staff: Staff, individual_ids: Iterable[int | None], *, now: datetime.datetime, **what: str
) -> list[AccessLog]:
    professions, units = staff.standing
    who = {"staff": staff, "staff_name": str(staff), "professions": professions, "units": units}
    return [AccessLog(at=now, individual_id=key, **who, **what) for key in dict.fromkeys(individual_ids)]
