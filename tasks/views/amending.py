"""Pages that correct what has been written once, add to it, or keep what a person holds to be wrong."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Individual, Staff
from tasks import forms, persons
from tasks.forms import BoundForm
from tasks.models import Comment
from tasks.views import page, plan
from web.addresses import url
from workflows import amended, rights, written
from workflows.models import AmendedPart, Amendment, Attachment, TaskState, UserTask
from workflows.services import amending, steps, user_tasks
from workflows.services.amending import Target, Why
from workflows.views.edge import StaffRequest, staff_page, uuid_of

CHANGED = (
    "En kollega har rättat samma sak. Det du skrev står kvar: läs kollegans rättelse, och skicka igen om det behövs."
)


@dataclass(frozen=True, kw_only=True)
class Verb:
    """What one page asks and says."""

    title: str
    lead: str
    button: str
    done: str


VERBS = {
    "ratta": Verb(
        title="Rätta",
        lead="Rättelsen läggs bredvid det som står, med ditt namn, tiden och skälet. Det som stod förut går att läsa.",
        button="Spara rättelsen",
        done="Rättelsen är sparad. Det som stod förut finns kvar.",
    ),
    "komplettera": Verb(
        title="Komplettera",
        lead="Skriv det som saknas. Det som redan står ändras inte.",
        button="Spara kompletteringen",
        done="Kompletteringen är sparad.",
    ),
    "avsla": Verb(
        title="Personen menar att det är fel",
        lead=(
            "När ni inte rättar det som personen menar är fel ska personens egen uppfattning stå bredvid. "
            "Berätta för personen varför ni inte rättar."
        ),
        button="Spara personens uppfattning",
        done="Personens uppfattning står nu bredvid.",
    ),
}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is amended: what it is called, what stands there, and where one comes back to."""

    target: Target
    name: str
    stands: str
    back: str
    key: str = ""

    @property
    def has_form(self) -> bool:
        return self.target.part == AmendedPart.ANSWERS

    @property
    def has_text(self) -> bool:
        return self.target.part in (AmendedPart.COMMENT, AmendedPart.FILE)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def amend(request: StaffRequest, public_id: uuid.UUID, verb: str, part: str = "svar", key: str = "") -> HttpResponse:
    """The answers, a comment or a file of a task."""
    found = page.find_workable(request, public_id)
    subject = _subject(found, part, key, request.user)
    if verb not in VERBS or (part == "svar" and found.is_open):
        raise Http404
    bound = None
    if verb == "ratta" and subject.has_form:
        if found.state != TaskState.COMPLETED:
            raise Http404
        bound = _bound(request, found)
    return _answer(request, subject, verb, bound)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def amend_plan(request: StaffRequest, ref: uuid.UUID, kind: str, thread: uuid.UUID, verb: str) -> HttpResponse:
    """Add to what is the person's own, or keep what they hold to be wrong; it is corrected where it is changed."""
    if verb not in ("komplettera", "avsla"):
        raise Http404
    chosen, row = plan.found(request, ref, kind, thread)
    back = url("tasks:plan_history", ref, kind, thread)
    return _answer(request, Subject(target=amending.of_plan(row), name=chosen.title, stands="", back=back), verb, None)


@require_safe
@staff_page
def followed(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """What has been done on what stood before: to look over, since nothing of it changes by itself."""
    found, now = page.find(request, public_id), timezone.now()
    context = page.around_amendments(request, found)
    if not context["is_read"]:
        raise Http404
    page.record(request, found, "read", now=now)
    instance = found.instance
    rows = amended.of_task(found)
    context |= {
        "task": found,
        "person": _header(request, found.individual),
        "followed": amended.followed(found, rows),
        "may_mend": instance.is_active
        and rights.may_mend(request.user, instance)
        and rights.may_see(request.user, instance),
    }
    return render(request, "tasks/followed.html", context)


# -- inside ------------------------------------------------------------------------------------------------------------


def _subject(found: UserTask, part: str, key: str, viewer: Staff) -> Subject:
    shut = written.of(viewer, found.individual_id)
    back = f"{url('tasks:task', found.public_id)}#rattelser"
    if part == "svar" and not key:
        return Subject(target=amending.of_task(found), name=found.name, stands="", back=back)
    if part == "anteckning":
        wanted = Comment.objects.filter(task=found, pk=int(key) if key.isdecimal() and len(key) < 18 else 0)
        comment = wanted.exclude(text="").first()
        if comment is not None and not shut.is_by(comment.by_id, comment.at):
            target = amending.of_task(found, AmendedPart.COMMENT, str(comment.pk))
            return Subject(target=target, name="anteckningen", stands=comment.text, back=back, key=key)
    if part == "fil":
        wanted_file = Attachment.objects.filter(task=found, public_id=uuid_of(key) or uuid.UUID(int=0))
        file = wanted_file.exclude(name="").first()
        if file is not None and not shut.is_by(file.by_id, file.at):
            target = amending.of_task(found, AmendedPart.FILE, str(file.pk))
            return Subject(target=target, name=f"filen {file.name}", stands=file.name, back=back, key=key)
    raise Http404


def _bound(request: StaffRequest, found: UserTask) -> BoundForm:
    """The form with what holds now, or as it was posted; asked as of when it was done."""
    return forms.bind(
        page.form_of(found),
        variables=steps.variables_of(found.instance),
        post=request.POST if request.method == "POST" and "misstag" not in request.POST else None,
        answers=amended.answers(found, amended.of_task(found)) or found.answers,
        now=amended.done_at(found),
    )


def _answer(request: StaffRequest, subject: Subject, verb: str, bound: BoundForm | None) -> HttpResponse:
    now, error, target, is_changed = timezone.now(), "", "", False
    if request.method == "POST" and not (bound is not None and bound.was_row_action):
        try:
            if _saved(request, subject, verb, bound, now=now):
                messages.success(request, VERBS[verb].done)
                return HttpResponseRedirect(subject.back)
        except amending.NotAllowed:
            raise Http404 from None
        except amending.Unclear as unclear:
            error, target = unclear.message, unclear.field
        except amending.Changed:
            error, is_changed = CHANGED, True
    return _page(request, subject, verb, bound, error=error, target=target, is_changed=is_changed)


def _saved(
    request: StaffRequest, subject: Subject, verb: str, bound: BoundForm | None, *, now: datetime.datetime
) -> bool:
    """Whether it is; else the form tells what is wrong. Raises as the services."""
    signed: dict[str, Any] = {"why": _why(request), "by": request.user, "now": now}
    text, target = request.POST.get("text", ""), subject.target
    if verb == "komplettera":
        amending.add(target=target, text=text, **signed)
    elif verb == "avsla":
        amending.refuse(target=target, **signed)
    elif "misstag" in request.POST:
        amending.strike(target=target, **signed)
    elif bound is None or target.task is None:
        amending.correct_text(target=target, text=text, **signed)
    else:
        return _corrected(target.task, bound, signed)
    return True


def _corrected(task: UserTask, bound: BoundForm, signed: dict[str, Any]) -> bool:
    if not bound.is_valid():
        return False
    try:
        amending.correct_answers(task=task, answers=bound.answers, **signed)
    except user_tasks.InvalidAnswers as invalid:
        bound.add_errors(invalid.errors)
        return False
    return True


def _why(request: HttpRequest) -> Why:
    seen = request.POST.get("sett", "")
    return Why(
        reason=request.POST.get("skal", ""),
        seen=int(seen) if seen.isdecimal() and len(seen) < 5 else 0,
        is_asked="begard" in request.POST,
        view=request.POST.get("uppfattning", ""),
        action_id=uuid_of(request.POST.get("action_id")),
    )


def _page(
    request: StaffRequest,
    subject: Subject,
    verb: str,
    bound: BoundForm | None,
    *,
    error: str,
    target: str,
    is_changed: bool,
) -> HttpResponse:
    individual, told = subject.target.individual, subject.target
    # Only who has been told of what a colleague wrote meanwhile sends again after it.
    is_sent = request.method == "POST" and not is_changed
    seen = _why(request).seen if is_sent else amended.count(told.part, told.key)
    if told.task is not None:
        page.record(request, told.task, "read", now=timezone.now())
    corrected = Amendment.objects.filter(part=told.part, key=told.key, kind="corrected").order_by("-number").first()
    stands = corrected.text if corrected is not None and subject.has_text else subject.stands
    posted = {name: request.POST.get(name, "") for name in ("skal", "uppfattning")}
    context = {
        "subject": subject,
        "asked": VERBS[verb],
        "verb": verb,
        "bound": bound,
        "person": _header(request, individual),
        "seen": seen,
        "error": error,
        "target": target,
        "text": request.POST.get("text", stands if verb == "ratta" else ""),
        "is_asked": "begard" in request.POST,
        "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4(),
        **posted,
    }
    return render(request, "tasks/amend.html", context, status=422 if error or (bound and bound.errors) else 200)


def _header(request: StaffRequest, individual: Individual) -> Any:
    return persons.header(individual, viewer=request.user, on=timezone.localdate())
