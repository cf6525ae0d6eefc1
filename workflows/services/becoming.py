"""Answers that become the person's own: goals, follow-ups, consents, contacts, agreements, as `[[person]]` says.

    [[person]]                 # of process.toml
    task = "satt_mal"          # the step whose answers these are
    is = "mal"                 # mal, uppfoljning, samtycke, kontakt, overenskommelse
    value = "mal"              # FEEL over the answers: one context or a list, with the keys of `people.plan`

What cannot become anything does not stop the ärende: the process owner is told, as of an expression without a value.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.utils import timezone

from people import plan as plans
from people import spheres
from people.models import Agreement, Consent, Contact, Goal, Individual, Profession, Staff
from people.plan import Revision
from people.services import plan
from workflows import confined
from workflows.forms import expressions
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance, ProcessVersion
from workflows.published import Published

SAME: dict[type[Revision], tuple[str, ...]] = {
    Goal: ("words",),
    Consent: ("kind", "scope"),
    Contact: ("kind", "name", "unit_key"),
    Agreement: ("text",),
}
"""By which columns something is known again, so that it is changed and not written twice."""
KINDS: dict[str, type[Revision]] = {
    "mal": Goal,
    "samtycke": Consent,
    "kontakt": Contact,
    "overenskommelse": Agreement,
}
FOLLOW_UP = "uppfoljning"
LOST = "Svaret kunde inte bli något hos personen: {why}"


@dataclass(frozen=True)
class _Writing:
    """Who writes what where."""

    individual: Individual
    instance: ProcessInstance
    is_confined: bool
    sphere: str
    by: Staff | None
    now: datetime

    @property
    def apart(self) -> frozenset[uuid.UUID]:
        """Threads of förlopp that are confined: of its own when it is one of them, else of all."""
        own = ProcessVersion.objects.filter(definition=self.instance.definition_id) if self.is_confined else None
        return confined.threads(self.individual, confined.among(confined.versions(own)))

    @property
    def signed(self) -> dict[str, Any]:
        return {"by": self.by, "now": self.now, "instance": self.instance.public_id}


def write(
    *,
    instance: ProcessInstance,
    version: Published,
    step: str,
    group: str,
    answers: Mapping[str, Any],
    by: Staff | None,
    now: datetime,
) -> None:
    """In the caller's transaction; asks nothing of the database when the förlopp says nothing of this step."""
    rules = [rule for rule in version.config.get("person", ()) if rule.get("task") == step]
    if not rules:
        return
    role = Profession.objects.filter(key=group).values_list("sphere", flat=True).first()
    sphere = spheres.of_task(version.config.get("sphere", ""), role or "")
    writing = _Writing(instance.individual, instance, confined.is_so(version.config), sphere, by, now)
    for rule in rules:
        for told in _told(rule, answers, now):
            try:
                with transaction.atomic():
                    _write(rule["is"], told, writing)
            except (plan.Invalid, ValidationError, DatabaseError, LookupError, TypeError, ValueError) as error:
                _note(instance, version, step, rule, error, now=now)


def _told(rule: Mapping[str, Any], answers: Mapping[str, Any], now: datetime) -> Iterable[dict[str, Any]]:
    value = expressions.value(rule["value"], answers, now=now)
    rows = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, dict)]


def _write(what: str, told: dict[str, Any], writing: _Writing) -> None:
    if what == FOLLOW_UP:
        _follow_up(told, writing)
        return
    kind = KINDS[what]
    more: dict[str, Any] = {"sphere": writing.sphere} if kind is Goal else {}
    known = _same(kind, told, writing)
    if known is None:
        plan.add(kind, individual=writing.individual, told=told, **writing.signed, **more)
    else:
        plan.change(known, told=told, **writing.signed)


def _follow_up(told: dict[str, Any], writing: _Writing) -> None:
    goal = _same(Goal, {"mal_text_egna_ord": told["mal"]}, writing)
    if goal is None:
        raise LookupError
    today = timezone.localdate(writing.now).isoformat()
    plan.rate(goal, told={"datum": today, **told}, **writing.signed)


def _same(kind: type[plans.R], told: Mapping[str, Any], writing: _Writing) -> plans.R | None:
    """What the person has already that is called the same: what is confined to others is not met, nor changed."""
    columns = {column: key for key, column in kind.KEYS.items() if column in SAME[kind]}
    wanted = [_spelled(told.get(columns[column])) for column in SAME[kind]]
    rows = plans.current(kind).filter(individual=writing.individual).select_related("individual")
    called = [row for row in rows if [_spelled(getattr(row, column)) for column in SAME[kind]] == wanted]
    apart = writing.apart if called else frozenset[uuid.UUID]()
    return next((row for row in called if (row.thread in apart) == writing.is_confined), None)


def _spelled(text: object) -> str:
    return " ".join(str(text or "").casefold().split())


def _note(
    instance: ProcessInstance,
    version: Published,
    step: str,
    rule: Mapping[str, Any],
    error: Exception,
    *,
    now: datetime,
) -> None:
    """Only the kind of what went wrong: what was written is about the person."""
    element = version.definition.elements.get(step)
    HistoryEntry.objects.create(
        instance=instance,
        at=now,
        kind=HistoryKind.NOTED,
        element_id=step,
        element_type=element.type if element else "",
        name=element.name[:300] if element else "",
        detail={"at": 0, "text": LOST.format(why=type(error).__name__), "expression": rule["value"]},
    )
