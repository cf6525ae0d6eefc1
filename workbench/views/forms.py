"""The form editor: a list of fields that works without a script, and the form as it will look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tasks.views.previews import from_the_start, looked_at
from workbench import (
    drafting,
    form_editing,
    form_edits,
    form_kinds,
    form_page,
    form_properties,
    form_rows,
    form_text,
)
from workbench.form_edits import Content, Place
from workbench.form_page import Conflict, Shown
from workbench.models import Draft, DraftFile
from workbench.views.edge import draft_page
from workbench.views.saving import can_change, can_undo, file_of, posted_revision, remembered, saved, spoken, undone
from workbench.written import clean
from workflows.forms import definition
from workflows.variables import Use
from workflows.views.edge import StaffRequest

UNDO, FRAMED = "angra", "ram"
FRAME_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'; "
    "img-src 'self' data:"
)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def form(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """The fields of a form, one of them open; a POST carries out what was written and pressed."""
    file = file_of(draft, name, drafting.FORM)
    try:
        content = form_text.read(file.text)
    except form_text.NotAForm as problem:
        messages.error(request, f"{problem} Rätta filen här.")
        return redirect("workbench:text", draft.ref, name)
    if request.method == "POST" and can_change(draft, name):
        return _posted(request, draft, file, content)
    wanted = form_rows.place(request.GET.get(form_editing.FIELD, ""))
    return _page(request, draft, file, content, open_at=_existing(content, wanted))


@require_POST
@draft_page
def new(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """A form with a name and a first question, in a file of its own."""
    title = clean(request.POST.get("namn", "")) or "Nytt formulär"
    key = request.POST.get("fil", "").strip() or form_kinds.key(title)
    file = f"forms/{key}.json"
    content = {"title": title, "fields": [form_kinds.new("text", "Vad har du kommit fram till?")]}
    done = saved(request, draft, file, form_text.written(content), 0)
    if done.refused or done.theirs is not None:
        messages.error(request, done.refused or f"Det finns redan ett formulär som heter {key}.")
        return redirect("workbench:draft", draft.ref)
    return redirect("workbench:form", draft.ref, file)


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def preview(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """The form drawn as the task page draws it; `ram` is without the page around, for a frame as wide as a phone."""
    folder = drafting.folder(draft)
    found, findings = definition.read(
        file_of(draft, name, drafting.FORM).text.encode(), name, form_page.shared_in(folder)
    )
    if found is None:
        raise Http404
    now = timezone.now()
    variables = from_the_start(folder.config, now.isoformat())
    context = looked_at(request, found, variables, now) | {
        "draft": draft,
        "name": name,
        "errors": [finding for finding in findings if finding.severity == "error"],
        "is_framed": FRAMED in request.GET,
    }
    status = 422 if context["bound"].errors else 200
    response = render(request, "workbench/form_preview.html", context, status=status)
    if FRAMED in request.GET:
        response["Content-Security-Policy"] = FRAME_POLICY
        response["X-Frame-Options"] = "SAMEORIGIN"
    return response


# -- posts -------------------------------------------------------------------------------------------------------------


def _posted(request: StaffRequest, draft: Draft, file: DraftFile, content: Content) -> HttpResponseBase:
    posted = request.POST.dict()
    revision = posted_revision(request)
    if revision != file.revision:
        return _overtaken(request, draft, file, posted, revision)
    outcome = form_editing.carried_out(content, posted, _around(draft, file))
    if posted.get(form_editing.BUTTON) == UNDO:
        undone(request, draft, file, unsaved=outcome.content != content)
        return _back(request, None, None, {})
    text = file.text if outcome.content == content else form_text.written(outcome.content)
    done = saved(request, draft, file.name, text, revision, others=outcome.others)
    if done.theirs is not None:
        return _overtaken(request, draft, done.theirs, posted, revision)
    refused = done.refused or outcome.refused
    if refused:
        stands = outcome.content if not done.refused else content
        open_at = _existing(stands, outcome.open)
        typed = {} if not done.refused else _typed(content, form_rows.place(posted.get(form_editing.FIELD, "")), posted)
        again = file_of(draft, file.name, drafting.FORM)
        more = {"refused": refused, "new": posted}
        return _page(request, draft, again, stands, open_at=open_at, status=422, typed=typed, **more)
    if not outcome.others:  # a name in many files is taken back by writing the old one
        remembered(request, draft, file, done)
    messages.success(request, f"{outcome.told} {_left(draft, outcome.by_hand)}".strip())
    return _back(request, outcome.open, outcome.at, outcome.content)


def _around(draft: Draft, file: DraftFile) -> form_editing.Around:
    folder = drafting.folder(draft)
    return form_editing.Around(
        file=file.name,
        sources=folder.sources,
        shared=form_page.shared_in(folder),
        uses=lambda: drafting.checked(draft).uses,
        papers=folder.papers,
    )


def _left(draft: Draft, by_hand: tuple[Use, ...]) -> str:
    """Where a new name must be written by hand."""
    names = drafting.checked(draft).names
    told = {f"{names.get((use.file, use.element), use.element)} i {use.file}" for use in by_hand}
    return f"Se själv efter här: {'; '.join(sorted(told)[:10])}." if told else ""


def _overtaken(
    request: StaffRequest, draft: Draft, theirs: DraftFile, posted: Mapping[str, str], revision: int
) -> HttpResponseBase:
    """Their form, with what was written in the open field still in its controls, and the whole text kept aside."""
    mine = drafting.at_revision(draft, theirs.name, revision)
    text, element, typed = "", None, {}
    if mine is not None:
        base = form_text.read(mine)
        place = _existing(base, form_rows.place(posted.get(form_editing.FIELD, "")))
        outcome = form_editing.carried_out(base, posted, _around(draft, theirs))
        text = form_text.written(outcome.content)
        saved(request, draft, theirs.name, text, revision)
        element, typed = _element(base, place), _typed(base, place, posted)
    content = form_text.read(theirs.text)
    again = next((at for at, _ in form_edits.places(content) if element and _element(content, at) == element), None)
    conflict = Conflict(str(theirs.changed_by), theirs.changed_at, text)
    open_at = () if element == () else again
    more = {"conflict": conflict, "new": posted}
    typed = typed if open_at is not None else {}
    return _page(request, draft, theirs, content, open_at=open_at, status=409, typed=typed, **more)


def _typed(content: Content, place: Place | None, posted: Mapping[str, str]) -> dict[str, Any]:
    if place is None or _existing(content, place) is None:
        return {}
    return form_properties.changes(form_edits.at(content, place), place, posted)


def _element(content: Content, place: Place | None) -> tuple[object, ...] | None:
    """The names of a field and those around it, which stay when others move; () is the form itself."""
    if place is None:
        return None
    return tuple(form_edits.at(content, place[: depth + 1]).get("key") for depth in range(len(place)))


# -- pages -------------------------------------------------------------------------------------------------------------


def _page(
    request: StaffRequest,
    draft: Draft,
    file: DraftFile,
    content: Content,
    *,
    open_at: Place | None,
    status: int = 200,
    typed: Mapping[str, Any] | None = None,
    **more: Any,
) -> HttpResponse:
    shown = Shown(
        file=file.name,
        content=content,
        open=open_at,
        folder=drafting.folder(draft),
        checked=drafting.checked(draft),
        typed=typed or {},
    )
    made = form_page.page(
        shown,
        revision=file.revision,
        is_fixed=not can_change(draft, file.name),
        can_undo=can_undo(request, draft, file),
        told=spoken(request),
        **more,
    )
    context = {"draft": draft, "name": file.name, "page": made, "page_of": drafting.page_of}
    return render(request, "workbench/form.html", context, status=status)


def _back(request: StaffRequest, open_at: Place | None, at: Place | None, content: Content) -> HttpResponse:
    """The page anew, at the field that was changed."""
    query = {form_editing.FIELD: form_rows.spot(open_at)} if open_at is not None else {}
    element = _element(content, at) if at else None
    anchor = form_rows.anchor(element, form_rows.spot(at)) if element and at else ""
    told = f"?{urlencode(query)}" if query else ""
    return HttpResponseRedirect(f"{request.path}{told}{f'#{anchor}' if anchor else ''}")


def _existing(content: Content, place: Place | None) -> Place | None:
    if place is None:
        return None
    try:
        form_edits.at(content, place)
    except form_edits.Impossible:
        return None
    return place
