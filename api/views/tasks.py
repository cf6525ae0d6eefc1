"""Tasks of the professions that a client has been given: its inbox, and doing them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Annotated, cast

from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from api import cursors, problems, selectors
from api.auth import ApiRequest, Needs
from api.cursors import Cursor, Limit
from api.edge import IdempotencyKey, once
from api.reach import Reach
from api.shapes import AmendmentOut, CompleteIn, TaskOut, TasksOut, TaskState, WholeTaskOut
from people.models import Staff
from people.services import access
from workflows import engine, published
from workflows.forms import schema
from workflows.models import UserTask
from workflows.services import incidents, settle, steps, user_tasks

router = Router(tags=["tasks"])

MEANWHILE = problems.conflict("andrat", "Ärendet ändrades i samma ögonblick. Försök igen.")
REFUSALS: dict[type[Exception], problems.Problem] = {
    user_tasks.AlreadyCompleted: problems.conflict("redan-klar", "Uppgiften är redan klar."),
    user_tasks.TaskGone: problems.conflict("inte-aktuell", "Uppgiften är inte längre aktuell."),
    user_tasks.ClaimedByOther: problems.conflict("tagen", "Någon annan har tagit uppgiften."),
    user_tasks.NeedsSignatures: problems.conflict("underskrift", "Uppgiften skrivs under av flera professioner."),
    steps.Suspended: problems.conflict("pausat", "Ärendet är pausat."),
    steps.InstanceEnded: problems.conflict("avslutat", "Ärendet är avslutat."),
    settle.Conflict: MEANWHILE,
}
"""What is answered for what the services raise; whom it was, a client is not told."""


@router.get(
    "/tasks",
    response=TasksOut,
    auth=Needs("uppgifter:read"),
    summary="Open tasks of the client's professions",
)
def listed(
    request: ApiRequest,
    definition: Annotated[str, Query(max_length=100)] = "",
    cursor: Cursor = "",
    limit: Limit = 50,
) -> TasksOut:
    """By when they are due, those without a time last."""
    found = selectors.tasks(Reach(request.auth), definition=definition, after=cursors.read_pair(cursor), limit=limit)
    page = found[:limit]
    access.record_all(
        staff=request.auth.staff,
        individual_ids=[one.individual.pk for one in page],
        action="list",
        object_type="task",
        now=timezone.now(),
    )
    last = page[-1] if len(found) > limit else None
    return TasksOut(
        tasks=[out(one, request.auth.staff) for one in page],
        next=cursors.write_pair(last.due_sort, last.pk) if last is not None else None,
    )


@router.get("/tasks/{uuid:task_id}", response=WholeTaskOut, auth=Needs("uppgifter:read"), summary="A task and its form")
def one(request: ApiRequest, task_id: uuid.UUID) -> WholeTaskOut:
    """The form is JSON Schema: `answers` of `complete` are judged by it, and by what `x-checked-by-form` lists."""
    found = _found(request, task_id)
    log(request.auth.staff, found, "read")
    version = published.of(found.instance.version.public_id)
    form = schema.of_form(version.form(found.form_key)) if version.has_form(found.form_key) else None
    told = [AmendmentOut(**one) for one in selectors.amendments(found)]
    return WholeTaskOut(**out(found, request.auth.staff).model_dump(), form=form, amendments=told)


@router.post("/tasks/{uuid:task_id}/claim", response=TaskOut, auth=Needs("uppgifter:write"), summary="Take a task")
def claim(request: ApiRequest, task_id: uuid.UUID, key: IdempotencyKey) -> Status[object]:
    """So that no colleague begins with it. One that somebody else has taken is not taken over."""
    act = partial(user_tasks.claim, by=request.auth.staff, now=timezone.now())
    return _changed(request, task_id, key, "claim", lambda found: act(task=found))


@router.post(
    "/tasks/{uuid:task_id}/release", response=TaskOut, auth=Needs("uppgifter:write"), summary="Give a task back"
)
def release(request: ApiRequest, task_id: uuid.UUID, key: IdempotencyKey) -> Status[object]:
    """To the profession's list."""
    act = partial(user_tasks.release, by=request.auth.staff, now=timezone.now())
    return _changed(request, task_id, key, "release", lambda found: act(task=found))


@router.post("/tasks/{uuid:task_id}/complete", response=TaskOut, auth=Needs("uppgifter:write"), summary="Do a task")
def complete(request: ApiRequest, task_id: uuid.UUID, body: CompleteIn, key: IdempotencyKey) -> Status[object]:
    """With the answers to its form; the ärende goes on in the same transaction."""

    def act(found: UserTask) -> UserTask:
        done = user_tasks.complete(task=found, answers=body.answers, by=request.auth.staff, now=timezone.now())
        return done.task

    return _changed(request, task_id, key, "complete", act)


def log(staff: Staff, found: UserTask, action: str) -> None:
    """Who did or saw what with a task."""
    access.record(
        staff=staff,
        individual=found.individual,
        action=action,
        object_type="task",
        object_id=str(found.public_id),
        now=timezone.now(),
    )


def out(found: UserTask, staff: Staff) -> TaskOut:
    return TaskOut(
        id=found.public_id,
        instance=found.instance.public_id,
        definition=found.instance.definition.key,
        element_id=found.element_id,
        name=found.name,
        profession=found.group,
        state=cast(TaskState, found.state),
        is_urgent=found.priority == 1,
        needs_signatures=bool(found.to_sign),
        taken_by=None if found.claimed_by_id is None else "you" if found.claimed_by_id == staff.pk else "other",
        person_ref=found.individual.ref,
        created_at=found.created_at,
        due_at=found.due_at,
        ended_at=found.ended_at,
    )


def _found(request: ApiRequest, task_id: uuid.UUID) -> UserTask:
    found = selectors.task(Reach(request.auth), task_id)
    if found is None:
        raise problems.missing()
    return found


def _changed(
    request: ApiRequest, task_id: uuid.UUID, key: str, action: str, act: Callable[[UserTask], UserTask]
) -> Status[object]:
    """Do it once; what the ärende cannot do becomes a stopp, as when a person does it."""
    found = _found(request, task_id)

    def done() -> TaskOut:
        try:
            act(found)
        except user_tasks.NotAllowed:
            raise problems.missing() from None
        except user_tasks.InvalidAnswers as invalid:
            raise problems.in_answers(invalid.errors) from None
        except tuple(REFUSALS) as refusal:
            raise REFUSALS[type(refusal)] from None
        log(request.auth.staff, found, action)
        return out(_found(request, task_id), request.auth.staff)

    try:
        return once(request, key, done, status=200)
    except engine.EngineError as error:
        incidents.from_engine(instance_id=found.instance_id, error=error, now=timezone.now())
        raise problems.conflict("stopp", "Ärendet kunde inte gå vidare. De som sköter systemet vet.") from None
