"""The pages of practice mode: exercises, the clock, and beginning again."""

from __future__ import annotations

import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice import exercises, passing
from practice.clock import OnlyForward
from practice.services import world
from workflows.models import TaskState, UserTask
from workflows.views.edge import StaffRequest, staff_page

MORNING = datetime.time(8, 0)
MOST_TOLD = 20


@require_safe
@staff_page
def exercises_page(request: StaffRequest) -> HttpResponse:
    """One's own profession's first, and how far one has come in those one has begun."""
    mine = [one for one in exercises.all_of_them() if one.role in request.user.professions]
    others = [one for one in exercises.all_of_them() if one not in mine]
    attempts = exercises.attempts(request.user)
    return render(request, "practice/exercises.html", {"mine": mine, "others": others, "attempts": attempts})


@require_POST
@staff_page
def begin(request: StaffRequest, key: str) -> HttpResponse:
    chosen = next((one for one in exercises.all_of_them() if one.key == key), None)
    if chosen is None:
        raise Http404
    exercises.begin(chosen, by=request.user, now=timezone.now())
    messages.success(request, f"Övningen ”{chosen.title}” har börjat.")
    return HttpResponseRedirect(reverse("practice:exercises"))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def clock_page(request: StaffRequest) -> HttpResponse:
    """Where the clock is, where it is going, and what has happened on the way."""
    now, clock = timezone.now(), passing.clock()
    if request.method == "POST":
        return _move(request, now)
    target, since = clock.target, clock.since
    happened = UserTask.objects.filter(created_at__gt=since, state=TaskState.OPEN) if since else UserTask.objects.none()
    context = {
        "now": now,
        "target": target,
        "left": passing.waiting(now=now, until=target) if target else 0,
        "next_moment": passing.next_moment(after=now),
        "morning": _next_morning(now),
        "since": since,
        "happened": list(happened.filter(is_restricted=False).order_by("created_at", "pk")[:MOST_TOLD]),
    }
    return render(request, "practice/clock.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def begin_again(request: StaffRequest) -> HttpResponse:
    """Empties the practice world, once someone has said so on a page of its own."""
    if request.method == "POST":
        world.begin_again(now=timezone.now())
        messages.success(request, "Övningsvärlden är ny: inga ärenden, och klockan är den riktiga.")
        return HttpResponseRedirect(reverse("practice:exercises"))
    return render(request, "practice/begin_again.html")


def _move(request: StaffRequest, now: datetime.datetime) -> HttpResponse:
    wanted = request.POST.get("fram", "")
    if wanted == "stanna":
        passing.clock().stop()
    elif target := _target(wanted, now):
        try:
            passing.clock().aim(target)
        except OnlyForward:
            messages.warning(request, "Klockan går bara framåt.")
    else:
        messages.warning(request, "Det finns ingen sådan tid att gå till.")
    return HttpResponseRedirect(reverse("practice:clock"))


def _target(wanted: str, now: datetime.datetime) -> datetime.datetime | None:
    match wanted:
        case "timme":
            return now + datetime.timedelta(hours=1)
        case "morgon":
            return _next_morning(now)
        case "vecka":
            return now + datetime.timedelta(weeks=1)
        case "nasta":
            return passing.next_moment(after=now)
    return None


def _next_morning(now: datetime.datetime) -> datetime.datetime:
    """Eight o'clock tomorrow, by the clock on the wall."""
    tomorrow = timezone.localdate(now) + datetime.timedelta(days=1)
    return timezone.make_aware(datetime.datetime.combine(tomorrow, MORNING))
