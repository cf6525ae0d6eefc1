"""Pages to add, change and follow up what belongs to a person; each kind is a form in `tasks/plan_forms/`."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Agreement, Consent, Contact, Goal, Individual, Rating
from people.plan import Ground, Revision, current
from people.services import plan
from tasks import amendments, forms, opening, persons
from tasks.opening import Opened
from web.addresses import url
from workflows import amended, sight
from workflows.forms import definition
from workflows.forms.answers import FieldError
from workflows.forms.shapes import Form
from workflows.services import amending, sharing
from workflows.views.edge import StaffRequest, staff_page, uuid_of

FORMS = Path(__file__).resolve().parent.parent / "plan_forms"
CHANGED = "En kollega har ändrat samma sak. Det du skrev står kvar: jämför och skicka igen."
TAKEN_BACK = "Personen har tagit tillbaka sitt samtycke"
UNSAVED = "Det gick inte att spara. Kontrollera datumen."


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What can be written: its model, where on the person's page it is shown, and what one has done."""

    model: type[Revision]
    part: str
    new: str
    title: str
    done: str


KINDS = {
    "mal": Kind(model=Goal, part="mal", new="Nytt mål", title="mål", done="Målet är sparat."),
    "kontakt": Kind(model=Contact, part="team", new="Ny kontakt", title="kontakt", done="Kontakten är sparad."),
    "samtycke": Kind(
        model=Consent, part="samtycken", new="Nytt samtycke", title="samtycke", done="Samtycket är sparat."
    ),
    "overenskommelse": Kind(
        model=Agreement,
        part="samtycken",
        new="Ny överenskommelse",
        title="överenskommelse",
        done="Överenskommelsen är sparad.",
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def add(request: StaffRequest, ref: uuid.UUID, kind: str) -> HttpResponse:
    """Something new about the person."""
    opened, chosen = _opened(request, ref, kind), _kind(kind)
    bound = _bound(request, kind, {})
    if bound.is_valid():
        more: dict[str, Any] = {"sphere": sight.own_sphere(request.user)} if chosen.model is Goal else {}
        if _saved(
            bound,
            lambda told: plan.add(chosen.model, individual=opened.individual, told=told, **_signed(request), **more),
        ):
            return _done(request, ref, chosen)
    return _page(request, opened, bound, title=chosen.new)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: StaffRequest, ref: uuid.UUID, kind: str, thread: uuid.UUID) -> HttpResponse:
    """A new revision of it; or the word that it was written by mistake."""
    opened, chosen = _opened(request, ref, kind), _kind(kind)
    row = _row(chosen, opened, thread)
    bound = _bound(request, kind, _told(row))
    problem = ""
    if request.method == "POST" and "felskriven" in request.POST:
        problem = _struck(request, row)
        if not problem:
            return _done(request, ref, chosen)
    elif bound.is_valid():
        is_last = str(row.number) == request.POST.get("nummer")
        if not is_last:
            bound.add_errors([FieldError((), CHANGED)])
        elif _saved(bound, lambda told: _change(request, row, _whole(chosen, told))):
            return _done(request, ref, chosen)
    more = {"row": row, "kind": kind, "problem": problem, "is_wrong": "ratta" in request.POST}
    return _page(request, opened, bound, title=f"Ändra {chosen.title}", **more)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def follow_up(request: StaffRequest, ref: uuid.UUID, thread: uuid.UUID) -> HttpResponse:
    """How it goes with a goal."""
    opened = opening.person(request, ref, now=timezone.now(), what="mal")
    goal = _row(KINDS["mal"], opened, thread)
    if not isinstance(goal, Goal):
        raise Http404
    bound = _bound(request, "uppfoljning", {})
    if bound.is_valid() and _saved(bound, lambda told: plan.rate(goal, told=told, **_signed(request))):
        messages.success(request, "Uppföljningen är sparad.")
        return HttpResponseRedirect(f"{url('tasks:person', ref)}#mal")
    return _page(request, opened, bound, title="Följ upp målet", words=goal.words)


@require_safe
@staff_page
def history(request: StaffRequest, ref: uuid.UUID, kind: str, thread: uuid.UUID) -> HttpResponse:
    """Every revision with what it said, the latest first."""
    opened, chosen = opening.person(request, ref, now=timezone.now(), what=kind), _kind(kind)
    rows = chosen.model._default_manager.filter(individual=opened.individual, thread=thread)  # noqa: SLF001
    found = [row for row in rows.select_related("by").order_by("-number") if _may_read(row, opened)]
    if not found:
        raise Http404
    form = form_of(kind)
    told = [(row, forms.readonly(form, _told(row, written=True))) for row in found]
    rated = Rating.objects.filter(goal=thread).select_related("by").order_by("-on", "-pk") if kind == "mal" else ()
    ratings = [row for row in rated if not opened.sight.has_closed(row)]
    follow = form_of("uppfoljning")
    part = chosen.model._meta.model_name or ""  # noqa: SLF001
    told_of = [
        row
        for row in amended.of_plan(opened.individual, part, thread)
        if not opened.sight.is_closed(row.sphere, by=row.by_id, at=row.at)
    ]
    context = _frame(request, opened) | {
        "title": chosen.title,
        "kind": kind,
        "thread": thread,
        "may_amend": kind == "mal" or opened.sight.works_with_them,
        "amendments": [amendments.one(row, about=chosen.title.capitalize()) for row in reversed(told_of)],
        "revisions": told,
        "ratings": [(row, forms.readonly(follow, _told(row, written=True))) for row in ratings],
    }
    return render(request, "tasks/plan_history.html", context)


def found(request: StaffRequest, ref: uuid.UUID, kind: str, thread: uuid.UUID) -> tuple[Kind, Revision]:
    """What is the person's own, to change or add to. Raises Http404."""
    opened, chosen = _opened(request, ref, kind), _kind(kind)
    return chosen, _row(chosen, opened, thread)


@lru_cache(maxsize=16)
def form_of(kind: str) -> Form:
    return definition.load((FORMS / f"{kind}.json").read_bytes(), shared=_none_shared, filename=f"{kind}.json")


# -- inside ------------------------------------------------------------------------------------------------------------


def _none_shared(name: str) -> bytes:
    raise LookupError(name)


def _opened(request: StaffRequest, ref: uuid.UUID, kind: str) -> Opened:
    """To change: goals go by their sphere, all else is for those who work with the person."""
    return opening.person(request, ref, now=timezone.now(), what=kind, to_change=kind != "mal")


def _kind(kind: str) -> Kind:
    if kind not in KINDS:
        raise Http404
    return KINDS[kind]


def _row(chosen: Kind, opened: Opened, thread: uuid.UUID) -> Revision:
    """The last revision, if it is this person's and of a sphere that the viewer reads."""
    rows = current(chosen.model).filter(individual=opened.individual, thread=thread)
    row = rows.select_related("individual").first()
    if row is None or not _may_read(row, opened):
        raise Http404
    return row


def _may_read(row: Revision, opened: Opened) -> bool:
    seen = opened.sight
    is_readable = not isinstance(row, Goal) or seen.reads(row.sphere, is_own=row.by_id == seen.viewer.pk)
    return is_readable and row.thread not in seen.untold and not seen.has_closed(row)


def _bound(request: StaffRequest, kind: str, answers: dict[str, Any]) -> forms.BoundForm:
    post = request.POST if request.method == "POST" and "felskriven" not in request.POST else None
    return forms.bind(form_of(kind), variables={}, post=post, answers=answers or None, now=timezone.now())


def _told(row: Revision, *, written: bool = False) -> dict[str, Any]:
    """What a revision says, as its form spells it; `written` leaves out what is empty."""
    found = {key: getattr(row, column) for key, column in row.KEYS.items()}
    told = {key: value.isoformat() if hasattr(value, "isoformat") else value for key, value in found.items()}
    return {key: value for key, value in told.items() if value not in (None, "", [])} if written else told


def _whole(chosen: Kind, told: dict[str, Any]) -> dict[str, Any]:
    """What the form hid is empty; what it does not ask is left as it was."""
    asked = {field.key for field in form_of(_name(chosen)).fields}
    return {key: told.get(key) for key in chosen.model.KEYS if key in asked}


def _name(chosen: Kind) -> str:
    return next(name for name, kind in KINDS.items() if kind is chosen)


def _signed(request: StaffRequest) -> dict[str, Any]:
    return {"by": request.user, "now": timezone.now(), "action_id": uuid_of(request.POST.get("action_id"))}


def _saved(bound: forms.BoundForm, save: Callable[[dict[str, Any]], object]) -> bool:
    """Whether it was saved; else the form tells why."""
    try:
        save(bound.answers)
    except plan.Invalid as invalid:
        bound.add_errors([FieldError((invalid.key,), invalid.message)])
    except amending.Unclear as unclear:
        bound.add_errors([FieldError((), unclear.message)])
    except (plan.Changed, amending.Changed):
        bound.add_errors([FieldError((), CHANGED)])
    except IntegrityError:
        bound.add_errors([FieldError((), UNSAVED)])
    else:
        return True
    return False


def _change(request: StaffRequest, row: Revision, told: dict[str, Any]) -> None:
    """Something is new; or what stood was wrong, and then it is told why."""
    if "ratta" not in request.POST:
        with transaction.atomic():
            _stopped(row, plan.change(row, told=told, **_signed(request)), request)
    else:
        amending.correct_plan(row=row, told=told, why=_why(row, request), by=request.user, now=timezone.now())


def _stopped(before: Revision, row: Revision, request: StaffRequest) -> None:
    """A consent that the person has taken back by word is heard as one that they take back in Min plan."""
    is_over = isinstance(before, Consent) and isinstance(row, Consent) and row.withdrawn_on and not before.withdrawn_on
    if is_over and isinstance(row, Consent) and row.ground == Ground.CONSENT:
        sharing.taken_back(row, by=request.user, reason=TAKEN_BACK, now=timezone.now())


def _why(row: Revision, request: StaffRequest) -> amending.Why:
    target = amending.of_plan(row)
    return amending.Why(
        reason=request.POST.get("skal", ""),
        seen=amended.count(target.part, target.key),
        is_asked="begard" in request.POST,
        action_id=uuid_of(request.POST.get("action_id")),
    )


def _struck(request: StaffRequest, row: Revision) -> str:
    """What was wrong, or ''."""
    signed: dict[str, Any] = {"why": _why(row, request), "by": request.user, "now": timezone.now()}
    try:
        amending.correct_plan(row=row, told={}, is_mistake=True, **signed)
    except amending.Unclear as unclear:
        return unclear.message
    except (plan.Changed, amending.Changed):
        return CHANGED
    return ""


def _done(request: StaffRequest, ref: uuid.UUID, chosen: Kind) -> HttpResponse:
    messages.success(request, chosen.done)
    # Whoever gives a person to a unit where they do not work themselves may have let go of them.
    if chosen.model is Contact and not sight.of(request.user, Individual.objects.get(ref=ref)).is_let_in:
        return HttpResponseRedirect(url("tasks:persons"))
    return HttpResponseRedirect(f"{url('tasks:person', ref)}#{chosen.part}")


def _page(request: StaffRequest, opened: Opened, bound: forms.BoundForm, **more: Any) -> HttpResponse:
    context = {
        "row": None,
        "kind": "",
        "problem": "",
        "words": "",
        "is_wrong": False,
        **_frame(request, opened),
        **more,
    }
    context |= {"bound": bound, "action_id": uuid_of(request.POST.get("action_id")) or uuid.uuid4()}
    is_wrong = bool(bound.errors or more.get("problem"))
    return render(request, "tasks/plan_form.html", context, status=422 if is_wrong else 200)


def _frame(request: StaffRequest, opened: Opened) -> dict[str, Any]:
    return {
        "person": persons.header(opened.individual, viewer=request.user, on=timezone.localdate()),
        "ref": opened.individual.ref,
    }
