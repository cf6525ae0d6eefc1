"""A period of messages once more: tried out, then done, by the workers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from integrations.overview import Overview
from integrations.pages.edge import Refused, StaffRequest, it_page, system_or_404
from people.services import access
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.models import InboxState, Replay, ReplayState
from workflows.services import repeating

RECENT = 20
WORDS = {
    InboxState.DONE: ("skulle få verkan", "fick verkan"),
    InboxState.BUFFERED: ("skulle vänta på sitt ärende", "väntar på sitt ärende"),
    InboxState.IGNORED: ("skulle inte få någon verkan", "fick ingen verkan"),
    InboxState.STOPPED: ("skulle stanna igen", "stannade igen"),
    repeating.UNREADABLE: ("går inte att läsa", "gick inte att läsa"),
    repeating.BROKEN: ("går sönder hos oss", "gick sönder hos oss"),
    repeating.ALREADY: ("är redan hanterade och rörs inte", "var redan hanterade och rördes inte"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Choose a period; nothing happens before it has been tried out."""
    found, refused = system_or_404(key), None
    if request.method == "POST":
        try:
            return _try_out(request, found)
        except Refused as problem:
            refused = problem
    context = {
        "found": found,
        "recent": Replay.objects.filter(source=key).select_related("by").order_by("-created_at")[:RECENT],
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "typed": request.POST,
    }
    return render(request, "integrations/replay_new.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def one(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How far it has come and what it found; carry out what was tried."""
    row = Replay.objects.select_related("by").filter(public_id=public_id).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _act(request, row)
    context = {
        "replay": row,
        "found": system_or_404(row.source),
        "lines": [(row.counts[key], words[not row.is_trial]) for key, words in WORDS.items() if row.counts.get(key)],
        "reasons": sorted(row.reasons.items(), key=lambda pair: (-pair[1], pair[0])),
        "can_run": row.is_trial and row.state == ReplayState.DONE and _would_change(row),
        "is_running": row.state == ReplayState.RUNNING,
    }
    return render(request, "integrations/replay.html", context)


def _would_change(row: Replay) -> bool:
    return any(count for key, count in row.counts.items() if key != repeating.ALREADY)


def _act(request: StaffRequest, row: Replay) -> HttpResponse:
    if request.POST.get("gor") == "stoppa":
        repeating.stop(replay=row, now=timezone.now())
    elif request.POST.get("gor") == "kor" and row.is_trial and row.state == ReplayState.DONE:
        done = _begun(request, row.source, row.since, row.until, row.reason, row.with_ignored, is_trial=False)
        return _to(done)
    return _to(row)


def _try_out(request: StaffRequest, found: Overview) -> HttpResponse:
    since, until = _moment(request, "fran"), _moment(request, "till")
    try:
        row = _begun(
            request,
            found.system.key,
            since,
            until,
            request.POST.get("skal", ""),
            request.POST.get("utan_verkan") == "ja",
            is_trial=True,
        )
    except repeating.NoReason as problem:
        raise Refused(problem.__doc__ or "", "skal-kor-om") from None
    except repeating.WrongPeriod as problem:
        raise Refused(problem.__doc__ or "", "fran") from None
    return _to(row)


def _begun(
    request: StaffRequest,
    source: str,
    since: datetime,
    until: datetime,
    reason: str,
    with_ignored: bool,
    *,
    is_trial: bool,
) -> Replay:
    row = repeating.begin(
        source=source,
        since=since,
        until=until,
        with_ignored=with_ignored,
        is_trial=is_trial,
        reason=reason,
        by=request.user,
        now=timezone.now(),
    )
    access.record(
        staff=request.user,
        individual=None,
        action="try-replay" if is_trial else "replay",
        object_type="system",
        object_id=source,
        now=timezone.now(),
        reason=reason,
    )
    return row


def _moment(request: StaffRequest, name: str) -> datetime:
    try:
        return moments.moment(request.POST.get(name, ""), today=timezone.localdate())
    except AnswerError as error:
        raise Refused(f"Tiden {error}", name) from None


def _to(row: Replay) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:replay", args=[row.public_id]))
