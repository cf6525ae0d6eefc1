"""Ärenden: start, list, where one is, what has happened, cancel."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Annotated, Any, cast

from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from api import cursors, problems, selectors
from api.auth import ApiRequest, Needs
from api.caller import Caller
from api.cursors import Cursor, Limit
from api.edge import IdempotencyKey, leads_to, once, person_of
from api.reach import Reach, version_of
from api.shapes import (
    CancelIn,
    Happened,
    HistoryOut,
    InstanceOut,
    InstancesOut,
    InstanceState,
    Position,
    StartIn,
    WholeInstanceOut,
)
from people.models import Staff
from people.services import access
from workflows import engine, sight
from workflows.models import HistoryEntry, IncidentState, ProcessInstance
from workflows.progress import Progress
from workflows.services import instances
from workflows.services import steps as stepping

router = Router(tags=["instances"])


@router.post(
    "/instances",
    response={201: InstanceOut},
    auth=Needs("arenden:start"),
    summary="Start an ärende",
    openapi_extra=leads_to(201, "instance_id", "instances_one", "instances_history", "instances_cancel"),
)
def start(request: ApiRequest, body: StartIn, key: IdempotencyKey) -> Status[object]:
    """For a person by number or by `person_ref`, with the answers to the start form of the förlopp.

    An ärende about a person with protected identity is started as any other; only clients with that right see it then.
    """
    return once(request, key, partial(_start, request.auth, body), status=201)


@router.get("/instances", response=InstancesOut, auth=Needs("arenden:read"), summary="Ärenden, the latest first")
def listed(
    request: ApiRequest,
    definition: Annotated[str, Query(max_length=100)] = "",
    state: InstanceState | None = None,
    person_ref: uuid.UUID | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> InstancesOut:
    """A page of those one may reach. Ask for a person's with `person_ref`, never by number."""
    now = timezone.now()
    found = selectors.instances(
        Reach(request.auth),
        definition=definition,
        state=state or "",
        person_ref=person_ref,
        before=cursors.read(cursor),
        limit=limit,
    )
    page = found[:limit]
    access.record_all(
        staff=request.auth.staff,
        individual_ids=[one.individual.pk for one in page],
        action="list",
        object_type="instance",
        now=now,
    )
    return InstancesOut(
        instances=[out(one) for one in page], next=cursors.write(page[-1].pk) if len(found) > limit else None
    )


@router.get(
    "/instances/{uuid:instance_id}", response=WholeInstanceOut, auth=Needs("arenden:read"), summary="One ärende"
)
def one(request: ApiRequest, instance_id: uuid.UUID) -> WholeInstanceOut:
    """Where it is now: the tasks that people have and the systems and moments it waits for."""
    found = read(request, instance_id)
    steps = progress_of(request, found).steps()
    now_at = [step for step in steps if step.status in {"active", "waiting"}]
    return WholeInstanceOut(
        **out(found).model_dump(),
        has_stopped=found.incidents.filter(state=IncidentState.OPEN).exists(),
        position=[
            Position(
                element_id="" if step.is_hidden else step.element_id,
                name=step.name,
                profession=step.lane,
                kind="task" if step.status == "active" else "system",
                since_or_until=step.at,
            )
            for step in now_at
        ],
    )


@router.get(
    "/instances/{uuid:instance_id}/history",
    response=HistoryOut,
    auth=Needs("arenden:read"),
    summary="What has happened in an ärende",
)
def history(request: ApiRequest, instance_id: uuid.UUID, cursor: Cursor = "", limit: Limit = 50) -> HistoryOut:
    """In the order it happened. What people wrote is not in it."""
    instance = read(request, instance_id)
    found = selectors.history(instance, after=cursors.read(cursor), limit=limit)
    page, progress = found[:limit], progress_of(request, instance)
    return HistoryOut(
        history=[_happened(entry, is_hidden=not progress.reads(entry)) for entry in page],
        next=cursors.write(page[-1].pk) if len(found) > limit else None,
    )


@router.post(
    "/instances/{uuid:instance_id}/cancel",
    response={200: InstanceOut},
    auth=Needs("arenden:start"),
    summary="Cancel an ärende",
)
def cancel(request: ApiRequest, instance_id: uuid.UUID, body: CancelIn, key: IdempotencyKey) -> Status[object]:
    """Only one that the client has started itself. Everything that waits in it is withdrawn."""
    found = selectors.instance(Reach(request.auth), instance_id)
    if found is None or found.started_by_id != request.auth.staff.pk:
        raise problems.missing()
    return once(request, key, partial(_cancel, request.auth, found, body), status=200)


def read(request: ApiRequest, instance_id: uuid.UUID) -> ProcessInstance:
    """The ärende, written in the access log as read. Raises Problem."""
    found = selectors.instance(Reach(request.auth), instance_id)
    if found is None:
        raise problems.missing()
    log(request.auth.staff, found, "read")
    return found


def progress_of(request: ApiRequest, found: ProcessInstance) -> Progress:
    """Where it stands, as far as the client's professions let it know."""
    return Progress(found, sight.of(request.auth.staff, found.individual))


def log(staff: Staff, found: ProcessInstance, action: str) -> None:
    """Who did or saw what with an ärende."""
    access.record(
        staff=staff,
        individual=found.individual,
        action=action,
        object_type="instance",
        object_id=str(found.public_id),
        now=timezone.now(),
    )


def out(found: ProcessInstance) -> InstanceOut:
    return InstanceOut(
        id=found.public_id,
        definition=found.definition.key,
        version=found.version.number,
        state=cast(InstanceState, found.state),
        outcome=found.outcome,
        person_ref=found.individual.ref,
        started_at=found.started_at,
        ended_at=found.ended_at,
        paused_at=found.suspended_at,
    )


def _start(caller: Caller, told: StartIn) -> InstanceOut:
    now, reach = timezone.now(), Reach(caller)
    definition = reach.definition(told.definition)
    event = instances.manual_start(version_of(definition)) if definition is not None else None
    if definition is None or event is None:
        raise problems.invalid("/definition", "Det finns inget sådant förlopp som klienten kan starta.")
    has_form = version_of(definition).has_form(event)
    if told.answers and not has_form:
        raise problems.invalid("/answers", "Förloppet har inget startformulär; skicka inga svar.")
    try:
        started = instances.start(
            definition_key=definition.key,
            individual=person_of(told, reach, now=now),
            by=caller.staff,
            now=now,
            answers=told.answers if has_form else None,
        )
    except instances.InvalidStart as invalid:
        raise problems.in_answers(invalid.errors) from None
    except engine.EngineError as error:
        raise problems.conflict("kunde-inte-starta", error.message) from None
    log(caller.staff, started, "start")
    return out(started)


def _cancel(caller: Caller, found: ProcessInstance, told: CancelIn) -> InstanceOut:
    try:
        row = instances.cancel(instance=found, reason=told.reason.strip(), by=caller.staff, now=timezone.now())
    except stepping.InstanceEnded:
        raise problems.conflict("avslutat", "Ärendet är redan avslutat.") from None
    log(caller.staff, row, "cancel")
    return out(row)


def _happened(entry: HistoryEntry, *, is_hidden: bool) -> Happened:
    by: Any = entry.by.kind if entry.by else None
    about = {} if is_hidden else {"element_id": entry.element_id, "name": entry.name}
    return Happened(at=entry.at, kind=entry.kind, element_type=entry.element_type, by=by, **about)
