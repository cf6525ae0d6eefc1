"""Writes what belongs to a person: goals with their follow-ups, contacts, consents, agreements. Nothing is overwritten.

`told` is spelled as forms spell it (the `KEYS` of a model). Each verb is one transaction that also writes the access
log; the same `action_id` again (a double click) gives the earlier revision.
"""

# ruff: noqa: SLF001  a model tells its columns by `_meta`

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from people.models import Goal, Individual, Rating, Staff
from people.plan import Contact, ContactKind, Outcome, R, Revision, current
from people.services import access

UNDERSKOTERSKA = "undersköterska"
CARE_TITLE_FROM = datetime.date(2023, 7, 1)
CLOSING = {Outcome.REACHED: "uppnatt", Outcome.LEFT: "ej_langre_aktuellt"}


class Changed(Exception):
    """En kollega har ändrat samma sak."""


class NoReason(Exception):
    """Skriv varför."""


class Invalid(Exception):
    """Något är inte rätt ifyllt: vilket fält, och varför."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(f"invalid {key}")
        self.key = key
        self.message = message


def add(
    kind: type[R],
    *,
    individual: Individual,
    told: Mapping[str, Any],
    by: Staff | None,
    now: datetime.datetime,
    action_id: uuid.UUID | None = None,
    instance: uuid.UUID | None = None,
    as_whom: str = "",
    **more: Any,
) -> R:
    """Something new; `as_whom` is who writes where that is no staff. Raises Invalid."""
    if (earlier := _earlier(kind, action_id)) is not None:
        return earlier
    values = _values(kind, told) | more
    _check(kind, values)
    row = kind(individual=individual, by=by, at=now, action_id=action_id, instance=instance, **values)
    try:
        return _written(row, as_whom)
    except IntegrityError:
        if (first := _earlier(kind, action_id)) is not None:
            return first
        raise


def change(
    row: R,
    *,
    told: Mapping[str, Any],
    by: Staff | None,
    now: datetime.datetime,
    reason: str = "",
    action_id: uuid.UUID | None = None,
    instance: uuid.UUID | None = None,
    is_mistake: bool = False,
    as_whom: str = "",
) -> R:
    """A new revision after `row`, which must be the last one. Raises Changed, Invalid, NoReason for a mistake."""
    if (earlier := _earlier(type(row), action_id)) is not None:
        return earlier
    if is_mistake and not reason.strip():
        raise NoReason
    values = _kept(row) | _values(type(row), told)
    _check(type(row), values)
    values |= {"by": by, "at": now, "action_id": action_id, "reason": reason.strip()[:500], "is_mistake": is_mistake}
    try:
        return _written(type(row)(**values, number=row.number + 1, instance=instance or row.instance), as_whom)
    except IntegrityError:
        # The database lets one of two revisions with the same number through.
        raise Changed from None


def rate(
    goal: Goal,
    *,
    told: Mapping[str, Any],
    by: Staff | None,
    now: datetime.datetime,
    action_id: uuid.UUID | None = None,
    instance: uuid.UUID | None = None,
) -> Rating:
    """A follow-up; one that says that the goal is reached or no longer wanted ends the goal too."""
    with transaction.atomic():
        row = add(
            Rating,
            individual=goal.individual,
            told=told,
            by=by,
            now=now,
            action_id=action_id,
            instance=instance,
            goal=goal.thread,
        )
        state = CLOSING.get(Outcome(row.outcome), "aktivt")
        if state != goal.state:
            change(goal, told={"lage": state}, by=by, now=now, action_id=action_id, instance=instance)
    return row


def carry(
    *,
    individual: Individual,
    by: Staff,
    now: datetime.datetime,
    to: uuid.UUID,
    reason: str,
    apart_from: Collection[uuid.UUID] = (),
) -> list[Goal]:
    """Let the goals under way go along to another ärende; where each began stands in its first revision."""
    under_way = current(Goal).filter(individual=individual, state="aktivt").exclude(thread__in=apart_from)
    return [
        change(goal, told={}, by=by, now=now, reason=reason, instance=to)
        for goal in under_way.select_related("individual").order_by("pk")
    ]


# -- inside ------------------------------------------------------------------------------------------------------------


def _earlier(kind: type[R], action_id: uuid.UUID | None) -> R | None:
    """What the same action wrote."""
    if action_id is None:
        return None
    found: R | None = kind._default_manager.filter(action_id=action_id).first()
    return found


def _written(row: R, as_whom: str) -> R:
    with transaction.atomic():
        row.save(force_insert=True)
        access.record(
            staff=row.by,
            individual=row.individual,
            action="add" if row.number == 1 else "change",
            object_type=row._meta.model_name or "",
            object_id=str(row.thread),
            now=row.at,
            as_whom=as_whom,
        )
    return row


def _values(kind: type[Revision], told: Mapping[str, Any]) -> dict[str, Any]:
    """By column; what a form left out or hid is as empty as its column can be."""
    found = {}
    for key, column in kind.KEYS.items():
        if key in told:
            field: Any = kind._meta.get_field(column)
            value = told[key].strip() if isinstance(told[key], str) else told[key]
            found[column] = field.get_default() if value in (None, "") else field.clean(value, None)
    return found


def _kept(row: Revision) -> dict[str, Any]:
    new = {"id", "number", "at", "by_id", "reason", "instance", "is_mistake", "action_id"}
    return {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in new
    }


def _check(kind: type[Revision], values: Mapping[str, Any]) -> None:
    if not issubclass(kind, Contact) or values.get("kind") != ContactKind.CARE:
        return
    title = str(values.get("title") or "").casefold()
    if values["valid_from"] >= CARE_TITLE_FROM and UNDERSKOTERSKA not in title and not values.get("exception"):
        told = "En fast omsorgskontakt ska vara undersköterska. Skriv annars varför det är ett undantag."
        raise Invalid("titel", told)
