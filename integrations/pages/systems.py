"""The systems: all of them at a glance, one of them, letting people do its work, and doing a job now."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations import jobs, overview
from integrations.batches import importing
from integrations.overview import Overview
from integrations.pages.edge import Refused, StaffRequest, it_page, system_or_404
from people.services import access
from workflows.models import Incident, IncidentState, SystemPause
from workflows.services import pausing

RECENT = 10


@require_safe
@it_page
def index(request: StaffRequest) -> HttpResponse:
    """How every system is doing."""
    found = overview.of_all(now=timezone.now())
    return render(request, "integrations/index.html", {"systems": found})


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def system(request: StaffRequest, key: str) -> HttpResponse:
    """One system, and its jobs to be done now."""
    found = system_or_404(key)
    if request.method == "POST":
        return _do_now(request, found, request.POST.get("jobb", ""))
    stops = Incident.objects.filter(state=IncidentState.OPEN, group__in=request.user.professions)
    if not request.user.may_see_protected:
        stops = stops.filter(is_restricted=False)
    stops = stops.filter(message__source=key) | stops.filter(outbox__system=key)
    context = {
        "found": found,
        "has_files": bool(importing.kinds(key)),
        "stops": stops.order_by("created_at")[:RECENT],
        "pauses": SystemPause.objects.filter(system=key).exclude(resumed_at=None).order_by("-paused_at")[:RECENT],
    }
    return render(request, "integrations/system.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def pause(request: StaffRequest, key: str) -> HttpResponse:
    """Let people do its work, or let it go on."""
    found, refused = system_or_404(key), None
    if request.method == "POST":
        try:
            return _resume(request, found) if request.POST.get("gor") == "ateruppta" else _pause(request, found)
        except Refused as problem:
            refused = problem
    context = {
        "found": found,
        "left": pausing.left(found.pause).count() if found.pause else 0,
        "error": refused.text if refused else "",
        "reason": request.POST.get("skal", ""),
    }
    return render(request, "integrations/pause.html", context, status=422 if refused else 200)


def _do_now(request: StaffRequest, found: Overview, job: str) -> HttpResponse:
    if job not in {line.key for line in found.system.jobs}:
        raise Http404
    if found.pause or not found.is_enabled:
        messages.warning(request, "Det går inte medan systemet är pausat eller avstängt.")
    else:
        now = timezone.now()
        jobs.ask_for(found.system.key, job, now=now)
        _record(request, found, f"run-now:{job}"[:40])
        messages.success(request, "Det är beställt och görs inom några sekunder. Ladda om sidan för att se.")
    return _to_system(found)


def _pause(request: StaffRequest, found: Overview) -> HttpResponse:
    reason = _reason(request)
    try:
        pausing.pause(system=found.system.key, reason=reason, by=request.user, now=timezone.now())
    except pausing.AlreadyPaused:
        messages.warning(request, "En kollega hann före: systemet är redan pausat.")
        return _to_system(found)
    _record(request, found, "pause-system")
    messages.success(request, f"{found.system.title} är pausat. Det som skulle ha skickats blir uppgifter.")
    return _to_system(found)


def _resume(request: StaffRequest, found: Overview) -> HttpResponse:
    reason = _reason(request)
    send_left = request.POST.get("skicka") == "ja"
    try:
        sent = pausing.resume(
            system=found.system.key, reason=reason, send_left=send_left, by=request.user, now=timezone.now()
        )
    except pausing.NotPaused:
        messages.warning(request, "En kollega hann före: systemet är redan igång.")
        return _to_system(found)
    _record(request, found, "resume-system")
    more = f" {sent} som ingen har börjat göra för hand skickas nu." if sent else ""
    messages.success(request, f"{found.system.title} är igång igen.{more}")
    return _to_system(found)


def _reason(request: StaffRequest) -> str:
    reason = request.POST.get("skal", "").strip()
    if not reason:
        raise Refused("Skriv ett skäl.", "skal")
    return reason


def _record(request: StaffRequest, found: Overview, action: str) -> None:
    access.record(
        staff=request.user,
        individual=None,
        action=action,
        object_type="system",
        object_id=found.system.key,
        now=timezone.now(),
    )


def _to_system(found: Overview) -> HttpResponse:
    return HttpResponseRedirect(reverse("integrations:system", args=[found.system.key]))
