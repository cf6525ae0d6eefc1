"""The files of a draft: as JSON for the editors, and a page of text for those that have no editor of their own."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from web import swedish
from workbench import drafting, offered
from workbench.models import Draft, DraftFile
from workbench.services import drafts
from workbench.views.edge import as_json, draft_page, refused
from workbench.views.saving import posted_revision
from workflows import strict_json
from workflows.views.edge import StaffRequest

NOT_UNDERSTOOD = "Det som skickades gick inte att läsa. Läs om sidan och försök igen."


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def file(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """GET gives the text and its revision; POST saves, and tells what the checks say of the whole draft."""
    if request.method != "POST":
        found = draft.files.select_related("changed_by").filter(name=name).first()
        if found is None:
            raise Http404
        return JsonResponse({"name": name, "text": found.text, **_stands(found)})
    try:
        text, revision = _sent(request.body)
        saved = drafts.save(draft=draft, name=name, text=text, revision=revision, by=request.user, now=timezone.now())
    except RequestDataTooBig:
        return refused("Filen är för stor.", 413, "too-large")
    except ValueError:
        return refused(NOT_UNDERSTOOD, 422, "not-json")
    except drafts.Unstorable as problem:
        return refused(str(problem), 413 if problem.code == "too-large" else 422, problem.code)
    except drafts.Closed:
        return refused(drafts.Closed.__doc__ or "", 422, "closed")
    except drafts.Overtaken as taken:
        return _overtaken(taken.theirs)
    return JsonResponse({"revision": saved.revision, "findings": as_json(drafting.checked(draft).findings)})


@require_safe
@draft_page
def findings(_request: StaffRequest, draft: Draft) -> HttpResponseBase:
    return JsonResponse({"findings": as_json(drafting.checked(draft).findings)})


@require_safe
@draft_page
def choices(_request: StaffRequest, draft: Draft) -> HttpResponseBase:
    return JsonResponse(offered.to_editors(draft))


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def text(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    """A file as text: settings, prose, samples and scenarios, and what an editor cannot read."""
    found = draft.files.select_related("changed_by").filter(name=name).first()
    if found is None:
        raise Http404
    typed, error = found.text, ""
    if request.method == "POST":
        typed = request.POST.get("text", "").replace("\r\n", "\n")
        try:
            drafts.save(
                draft=draft,
                name=name,
                text=typed,
                revision=posted_revision(request),
                by=request.user,
                now=timezone.now(),
            )
        except drafts.Unstorable as problem:
            error = str(problem)
        except (drafts.Closed, drafts.Overtaken) as problem:
            error = type(problem).__doc__ or ""
        else:
            messages.success(request, "Filen är sparad.")
            return redirect("workbench:text", draft.ref, name)
    context = {
        "draft": draft,
        "file": found,
        "typed": typed,
        "error": error,
        "is_fixed": drafting.is_fixed(draft, name),
        "findings": [item for item in drafting.checked(draft).findings if item.file == name],
    }
    return render(request, "workbench/text.html", context, status=422 if error else 200)


@require_POST
@draft_page
def add(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """A new, empty file among the texts; diagrams, forms and tables have pages of their own."""
    name = request.POST.get("namn", "").strip()
    return _done(
        request, draft, lambda now: drafts.save(draft=draft, name=name, text="", revision=0, by=request.user, now=now)
    )


@require_POST
@draft_page
def remove(request: StaffRequest, draft: Draft, name: str) -> HttpResponseBase:
    number = posted_revision(request)
    return _done(
        request, draft, lambda now: drafts.remove(draft=draft, name=name, revision=number, by=request.user, now=now)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def aside(request: StaffRequest, draft: Draft, number: int) -> HttpResponseBase:
    """What was saved while somebody else was first, beside the file as it is; POST puts it in the file's place."""
    saving = draft.savings.filter(is_aside=True, pk=number).select_related("by").first()
    if saving is None:
        raise Http404
    found = draft.files.filter(name=saving.name).first()
    stands, revision = (found.text, found.revision) if found is not None else ("", 0)
    if request.method == "POST":
        return _done(
            request,
            draft,
            lambda now: drafts.save(
                draft=draft,
                name=saving.name,
                text=saving.text,
                revision=posted_revision(request),
                by=request.user,
                now=now,
            ),
        )
    lines = list(difflib.unified_diff(stands.splitlines(), saving.text.splitlines(), "nu", "vid sidan", lineterm=""))
    return render(
        request, "workbench/aside.html", {"draft": draft, "saving": saving, "lines": lines, "revision": revision}
    )


def _done(request: StaffRequest, draft: Draft, act: Callable[[datetime], object]) -> HttpResponse:
    try:
        act(timezone.now())
    except drafts.Unstorable as problem:
        messages.error(request, str(problem))
    except (drafts.Closed, drafts.Overtaken) as problem:
        messages.error(request, type(problem).__doc__ or "")
    return redirect("workbench:draft", draft.ref)


def _sent(body: bytes) -> tuple[str, int]:
    """Raises ValueError."""
    told = strict_json.parse(body)
    content = told.get("text") if isinstance(told, dict) else None
    revision = told.get("revision") if isinstance(told, dict) else None
    if not isinstance(content, str) or not isinstance(revision, int) or isinstance(revision, bool) or revision < 0:
        raise ValueError
    return content, revision


def _stands(found: DraftFile) -> dict[str, object]:
    return {
        "revision": found.revision,
        "changed_by": str(found.changed_by),
        "changed_at": swedish.moment(found.changed_at, now=timezone.now()),
    }


def _overtaken(theirs: DraftFile | None) -> JsonResponse:
    if theirs is None:
        gone = "Någon annan har tagit bort filen under tiden. Det du skrev ligger kvar vid sidan av."
        return refused(gone, 409, "overtaken")
    told = _stands(theirs)
    message = f"{told['changed_by']} har sparat under tiden. Det du skrev ligger kvar vid sidan av."
    more = {"text": theirs.text, "by": told["changed_by"], "at": told["changed_at"], "revision": theirs.revision}
    return refused(message, 409, "overtaken", **more)
