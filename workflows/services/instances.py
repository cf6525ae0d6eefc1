"""Start and cancel instances."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from people import statements
from people.models import Individual, Staff
from workflows import engine, published, versions
from workflows.engine.clock import ZONE
from workflows.forms import answers as form_answers
from workflows.models import (
    AreaVersion,
    HistoryEntry,
    HistoryKind,
    InstanceState,
    ProcessDefinition,
    ProcessInstance,
    ProcessVersion,
)
from workflows.models.definition import HEAVY
from workflows.services import becoming, events, settle, steps, turns


class NotPublished(Exception):
    """Förloppet finns inte eller är inte publicerat."""


class AlreadyRunning(Exception):
    """Det pågår redan ett sådant ärende."""

    def __init__(self, instance: ProcessInstance | None = None) -> None:
        super().__init__("already running")
        self.instance = instance


class InvalidStart(Exception):
    """Startformuläret är inte rätt ifyllt."""

    def __init__(self, errors: list[form_answers.FieldError]) -> None:
        super().__init__("invalid answers")
        self.errors = errors


@turns.again
def start(
    *,
    definition_key: str,
    individual: Individual,
    by: Staff | None,
    now: datetime,
    start_event: str | None = None,
    answers: dict[str, Any] | None = None,
    variables: dict[str, Any] | None = None,
    business_key: str = "",
) -> ProcessInstance:
    """A new instance of the version that applies to the person, run to its first wait states.

    By hand: `answers` to the start event's form, if it has one. By message or signal: `answers` is the payload,
    already translated. Raises NotPublished, AlreadyRunning, InvalidStart, engine.EngineError.
    """
    chosen = _chosen(definition_key, individual)
    if chosen is None:
        raise NotPublished
    version = published.of(chosen.public_id)
    event = _start_event(version, start_event)
    given = answers
    if not event.event and version.has_form(event.id):
        given = _checked(version, event.id, answers or {}, now)
    instance = ProcessInstance(
        public_id=uuid.uuid4(),
        definition=chosen.definition,
        version=chosen,
        individual=individual,
        business_key=business_key,
        started_at=now,
        started_by=by,
        engine_state={},
    )
    instance.is_heard = chosen.is_heard
    execution = engine.Execution.start(
        version.definition,
        variables={**_context(instance, version, now), **(variables or {})},
        now=now,
        decide=version.decide,
        start_event=event.id,
        payload=given,
    )
    is_first = False
    try:
        with transaction.atomic():
            statements.insert([instance], with_keys=True)
            is_first = True
            begun = HistoryEntry(instance=instance, at=now, by=by, kind=HistoryKind.STARTED, name=version.title)
            statements.insert([begun])
            settled = settle.settle(instance, execution, version, by=by, now=now)
            steps.pass_on(instance, settled, now=now, is_new=True)
            becoming.write(
                instance=instance, version=version, step=event.id, group="", answers=given or {}, by=by, now=now
            )
    except IntegrityError:
        if business_key and not is_first:
            raise AlreadyRunning(_first(instance)) from None
        raise
    return instance


@turns.again
def cancel(
    *,
    instance: ProcessInstance,
    reason: str,
    by: Staff | None,
    now: datetime,
    action_id: uuid.UUID | None = None,
) -> ProcessInstance:
    """Stop an instance: its tasks, timers and calls that have not gone out are withdrawn. Raises InstanceEnded."""
    with transaction.atomic():
        row = steps.locked(instance.pk)
        if row.state != InstanceState.ACTIVE:
            raise steps.InstanceEnded
        if row.is_suspended:
            row.suspended_at = None
            row.save(update_fields=["suspended_at"])
        version = published.of(row.version.public_id)
        execution = steps.restored(row, version)
        execution.cancel(now=now)
        settled = settle.settle(row, execution, version, by=by, now=now)
        events.cancelled(row, settled.withdrawn, now=now)
        row.state, row.outcome = InstanceState.CANCELLED, "avbrutet"
        row.save(update_fields=["state", "outcome"])
        HistoryEntry.objects.create(
            instance=row,
            at=now,
            by=by,
            kind=HistoryKind.CANCELLED,
            detail={"reason": reason},
            action_id=action_id,
        )
    return row


def definitions() -> QuerySet[ProcessDefinition]:
    """Those that apply to somebody, with the version for all, whose heavy columns stay in the database."""
    rows = ProcessDefinition.objects.select_related("current").defer(*(f"current__{name}" for name in HEAVY))
    tried = AreaVersion.objects.filter(definition=OuterRef("pk"))
    return rows.filter(Q(current__isnull=False) | Exists(tried))


def manual_start(version: published.Published) -> str | None:
    """The start event for starting by hand, or None."""
    for element in version.definition.elements.values():
        if element.type == "startEvent" and element.scope == version.definition.process and not element.event:
            return element.id
    return None


def _chosen(key: str, individual: Individual) -> ProcessVersion | None:
    rows = versions.light().filter(definition__key=key).extra(select={"is_heard": events.LISTENED})  # noqa: S610
    return versions.applying(rows, individual, "pk").first()


def _start_event(version: published.Published, start_event: str | None) -> engine.Element:
    wanted = start_event or manual_start(version)
    element = version.definition.elements.get(wanted or "")
    if element is None:
        raise engine.EngineError(wanted or "", "no-start", "Förloppet kan inte startas så.")
    return element


def _checked(version: published.Published, form_key: str, data: dict[str, Any], now: datetime) -> dict[str, Any]:
    cleaned = form_answers.clean(
        version.form(form_key), data, {"parametrar": version.config.get("parameters", {})}, now=now
    )
    if cleaned.errors:
        raise InvalidStart(list(cleaned.errors))
    return dict(cleaned.answers)


def _first(instance: ProcessInstance) -> ProcessInstance | None:
    """Who was first: the database refuses a second active instance with the same key."""
    rows = ProcessInstance.objects.filter(definition=instance.definition, state=InstanceState.ACTIVE)
    return rows.filter(business_key=instance.business_key).first()


def _context(instance: ProcessInstance, version: published.Published, now: datetime) -> dict[str, Any]:
    """The variables every instance has from the start; never name, number or address."""
    individual = instance.individual
    return {
        "person": {
            "ref": str(individual.ref),
            "alder": individual.age(now.astimezone(ZONE).date()),
            "skyddad": individual.is_protected,
        },
        "parametrar": dict(version.config.get("parameters", {})),
        "arende": {"ref": str(instance.public_id), "startad": now.astimezone(ZONE).isoformat()},
    }
