"""The task page as a task now is: its form, or what became of it, with drafts and comments."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from people.models import Staff
from people.services import access
from tasks import afterwards, amendments, attempts, files, forms, persons, planned, said, selectors, signing, together
from tasks.models import Comment, CommentKind, Draft
from tasks.models.comment import MAX_LENGTH
from tasks.services import comments
from workflows import onward, published, rights, sight, written
from workflows import selectors as workflows
from workflows.forms import signing as agreement
from workflows.forms.definition import Form
from workflows.models import TaskState, UserTask
from workflows.services import not_done, steps
from workflows.sight import Sight
from workflows.views.edge import StaffRequest, uuid_of

SAID = {
    CommentKind.NOTE: "till",
    CommentKind.HANDOVER: "lämnade över till",
    CommentKind.QUESTION: "frågade",
    CommentKind.ANSWER: "svarade",
}
PAGES = {
    TaskState.OPEN: "tasks/task_open.html",
    TaskState.COMPLETED: "tasks/task_done.html",
    TaskState.CANCELLED: "tasks/task_gone.html",
    TaskState.NOT_NEEDED: "tasks/task_gone.html",
}


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """A comment that could not be taken, and why."""

    text: str
    mentioned: str
    error: str
    question: int = 0
    for_shift: bool = False


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The comments of a task, and what one needs to write another."""

    comments: list[Comment]
    may_write: bool
    colleagues: list[Staff]
    action_id: uuid.UUID
    unsent: Unsent | None
    handed: Comment | None
    words: dict[CommentKind, str] = field(default_factory=lambda: SAID)
    max_length: int = MAX_LENGTH


def find(request: StaffRequest, public_id: uuid.UUID) -> UserTask:
    """The task, to do or to read; or one that a colleague has asked about, of which not all is then told."""
    found = workflows.task_for(request.user, public_id) or together.asked_about(request.user, public_id)
    if found is None:
        raise Http404
    return found


def find_workable(request: StaffRequest, public_id: uuid.UUID) -> UserTask:
    """The task, for one who may do it; missing and forbidden are answered alike."""
    found = find(request, public_id)
    if not together.may_work(found, request.user):
        raise Http404
    return found


def back(public_id: uuid.UUID, *, to: str = "") -> HttpResponseRedirect:
    """To the task's own page, or to a place on it."""
    return HttpResponseRedirect(f"{reverse('tasks:task', args=[public_id])}{to}")


def form_of(found: UserTask) -> Form:
    version = published.of(found.instance.version.public_id)
    return version.form(found.form_key) if version.has_form(found.form_key) else Form(title=found.name)


def action_id(request: StaffRequest) -> uuid.UUID | None:
    return uuid_of(request.POST.get("action_id"))


def bind(
    request: StaffRequest,
    found: UserTask,
    *,
    now: datetime.datetime,
    is_posted: bool = True,
    draft: Draft | None = None,
) -> forms.BoundForm:
    """The form with what was posted, else with one's draft."""
    variables = steps.variables_of(found.instance, found.engine_task_id)
    variables |= {"inloggad": {"hsa_id": request.user.hsa_id or None}}
    shut = written.variables(request.user, found.instance)
    return forms.bind(
        form_of(found),
        variables=variables,
        told={name: value for name, value in variables.items() if name not in shut},
        post=request.POST if is_posted else None,
        answers=draft.written if draft else found.answers,  # of a joint task that somebody has signed
        now=now,
    )


def record(request: StaffRequest, found: UserTask, action: str, *, now: datetime.datetime) -> None:
    access.record(
        staff=request.user,
        individual=found.individual,
        action=action,
        object_type="user_task",
        object_id=str(found.public_id),
        now=now,
    )


def show(
    request: StaffRequest,
    found: UserTask,
    *,
    now: datetime.datetime,
    bound: forms.BoundForm | None = None,
    agreed: forms.BoundForm | None = None,
    unsent: Unsent | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page as the task now is, with `bound` as it was posted; written in the access log before it is sent."""
    record(request, found, "read", now=now)
    state = TaskState(found.state)
    if state == TaskState.CANCELLED:
        status = 410
    elif state == TaskState.COMPLETED and bound is not None:
        status = 409
    around = together.around(found, request.user)
    request.counted = around.counted
    context = _common(request, found, around, unsent, now=now)
    context["amendments"] = amendments.of(
        found,
        request.user,
        form=form_of(found),
        comments=around.comments,
        files=context["files"].listed,
        is_read=context["is_read"],
    )
    if state == TaskState.OPEN:
        context |= _open(request, found, bound, around.drafts, now=now) | _agreed(
            context["signatures"], agreed, now=now
        )
    else:
        context |= _ended(request, found, bound, around.drafts, context, now=now)
    return render(request, _page(found, request.user, is_posted=bound is not None), context, status=status)


def _page(found: UserTask, viewer: Staff, *, is_posted: bool) -> str:
    if found.is_open and not together.may_work(found, viewer):
        return "tasks/task_read.html"
    is_paused = found.is_open and found.instance.is_suspended and not is_posted
    return "tasks/task_paused.html" if is_paused else PAGES[TaskState(found.state)]


def _common(
    request: StaffRequest,
    found: UserTask,
    around: together.Around,
    unsent: Unsent | None,
    *,
    now: datetime.datetime,
) -> dict[str, Any]:
    version = published.of(found.instance.version.public_id)
    seen = sight.of(request.user, found.individual)
    is_read = seen.reads_task(found, version)
    earlier = selectors.known(found.instance, seen, apart_from=found)
    person = persons.header(found.individual, viewer=request.user, on=timezone.localdate())
    return {
        "task": found,
        "person": person,
        "reach": persons.reach(seen) if around.has_contacts and not person.is_hidden else None,
        "process_title": version.title,
        "profession": found.profession_name,
        "told": selectors.told(found.instance, seen, now=now),
        "is_closed": bool(seen.written),
        "may_open": rights.may_open_in_emergency(request.user),
        "ref": found.individual.ref,
        "known": earlier.by_step,
        "has_older": earlier.has_older,
        "goals": _goals(seen) if around.has_goals else [],
        "answered": said.to_task(seen, found) if around.has_said and is_read else [],
        "said": [one for one in said.latest(seen) if one.task != found.public_id] if around.has_said else [],
        "taken": {
            "name": found.taken_by,
            "instead_of": found.on_behalf_of,
            "by_me": found.claimed_by_id == request.user.pk,
            "at": found.claimed_at,
        },
        "not_done": attempts.of(found, request.user) if is_read else [],
        "signatures": signing.of(found, request.user),
        "after": afterwards.of(found) if found.is_open else [],
        "thread": _thread(request, found, around.comments, unsent, now=now),
        "files": files.of(found, request.user) if is_read else files.Files(listed=[], may_add=False),
        "is_read": is_read,
        "draft": around.drafts.mine,
        "watched": around.is_watched if found.is_open else None,
    }


def around_amendments(request: StaffRequest, found: UserTask) -> dict[str, Any]:
    """What has been corrected, and whether the viewer reads the task."""
    version = published.of(found.instance.version.public_id)
    is_read = sight.of(request.user, found.individual).reads_task(found, version)
    told = amendments.of(found, request.user, form=form_of(found), is_read=is_read)
    return {"is_read": is_read, "amendments": told}


def _goals(seen: Sight) -> list[planned.GoalRow]:
    return [row for row in planned.goals(seen) if row.goal.state == "aktivt"]


def _thread(
    request: StaffRequest, found: UserTask, told: list[Comment], unsent: Unsent | None, *, now: datetime.datetime
) -> Thread:
    if any(comment.mentioned_id == request.user.pk and not (comment.seen_at or comment.is_waiting) for comment in told):
        comments.saw(task=found, by=request.user, now=now)
    may_write = together.may_work(found, request.user)
    return Thread(
        comments=told,
        may_write=may_write,
        colleagues=together.colleagues(found, request.user) if may_write and found.is_open else [],
        action_id=uuid.uuid4(),
        unsent=unsent,
        handed=_handed(told, found, request.user),
    )


def _handed(told: list[Comment], found: UserTask, viewer: Staff) -> Comment | None:
    """How one came to have the task, if a colleague handed it over."""
    if not found.is_open or found.claimed_by_id != viewer.pk:
        return None
    mine = [one for one in told if one.kind == CommentKind.HANDOVER and one.mentioned_id == viewer.pk]
    return mine[-1] if mine and mine[-1].withdrawn_at is None else None


def _open(
    request: StaffRequest,
    found: UserTask,
    bound: forms.BoundForm | None,
    drafts: together.Drafts,
    *,
    now: datetime.datetime,
) -> dict[str, Any]:
    """A page that comes back as it was posted knows no more of other drafts than it did."""
    seen = drafts.mine.changed_at.isoformat() if drafts.mine else ""
    posted = action_id(request) if bound else None
    return {
        "bound": bound or bind(request, found, now=now, is_posted=False, draft=drafts.mine),
        "is_posted": bound is not None,
        "action_id": posted or uuid.uuid4(),
        "seen": request.POST.get("utkast_sett", seen) if bound else seen,
        "theirs": [(draft, _written(request, found, draft, now=now)) for draft in drafts.theirs],
        "may_end": not_done.not_needed_form(found) is not None,
        "onward": onward.following(found, request.user) if found.instance.is_suspended else [],
    }


def _written(
    request: StaffRequest, found: UserTask, draft: Draft, *, now: datetime.datetime
) -> list[forms.ShownSection]:
    return bind(request, found, now=now, is_posted=False, draft=draft).written


def _agreed(
    signatures: signing.Signatures | None, agreed: forms.BoundForm | None, *, now: datetime.datetime
) -> dict[str, Any]:
    """What the first who signs is asked about the person's own agreement."""
    is_asked = signatures is not None and signatures.asks_individual and not signatures.individual
    fresh = forms.bind(agreement.agreement(), variables={}, now=now) if is_asked and agreed is None else None
    return {"agreed": agreed or fresh}


def _ended(
    request: StaffRequest,
    found: UserTask,
    bound: forms.BoundForm | None,
    drafts: together.Drafts,
    common: dict[str, Any],
    *,
    now: datetime.datetime,
) -> dict[str, Any]:
    mine, held = drafts.mine, common["amendments"].held
    return {
        "typed": bound.written if bound else _written(request, found, mine, now=now) if mine else None,
        "answers": forms.readonly(form_of(found), held) if held and common["is_read"] else None,
        "completed": {"by_name": found.done_by or "systemet", "at": found.ended_at},
        "instance_ended": not found.instance.is_active,
        "onward": onward.following(found, request.user),
    }
