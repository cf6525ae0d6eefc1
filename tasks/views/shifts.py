"""The handover list of a unit, and what one shift writes to the next."""

from __future__ import annotations

import datetime
import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people.models import Unit
from people.places import Place
from tasks.models import ShiftNote
from tasks.models.shift import MAX_LENGTH
from tasks.services import shifts as services
from tasks.unit import handover as reads
from tasks.views import unit
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.views.edge import StaffRequest, staff_page, uuid_of

HOURS = {"8": "8 timmar", "12": "12 timmar", "24": "24 timmar", "72": "3 dygn"}
USUAL = "12"
LONGEST = datetime.timedelta(days=14)
EMPTY = "Skriv något till nästa pass."
TOO_LONG = f"Texten är för lång eller har tecken som inte går att spara. Den får vara högst {MAX_LENGTH} tecken."
WRONG_MOMENT = "Skriv en tid som har varit, högst 14 dagar tillbaka."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def handover(request: StaffRequest, key: str) -> HttpResponse:
    """What happened since, what is next, and a word to those who come."""
    now = timezone.now()
    place, mine = unit.find_own(request, key, now=now)
    if request.method == "POST":
        return _write(request, place, mine, now=now)
    unit.record(request, place, "handover", now=now)
    return _show(request, place, mine, now=now)


@require_POST
@staff_page
def note(request: StaffRequest, key: str, public_id: uuid.UUID) -> HttpResponse:
    """Read it, or take one's own back."""
    now = timezone.now()
    place, _ = unit.find_own(request, key, now=now)
    found = ShiftNote.objects.select_related("unit").filter(public_id=public_id, unit=place.id).first()
    back = HttpResponseRedirect(reverse("tasks:unit_overlamning", args=[key]))
    if found is None:
        messages.info(request, "Den överlämningen finns inte längre.")
        return back
    try:
        if "ta_bort" in request.POST:
            services.withdraw(note=found, by=request.user)
        else:
            services.read(note=found, by=request.user, now=now)
    except services.AlreadyRead:
        messages.warning(request, "Någon har redan läst den, så den står kvar.")
    except services.NotAllowed:
        raise Http404 from None
    return back


def _write(request: StaffRequest, place: Place, mine: list[Place], *, now: datetime.datetime) -> HttpResponse:
    text = request.POST.get("text", "")
    action_id = uuid_of(request.POST.get("action_id")) or uuid.uuid4()
    try:
        services.write(unit=Unit.objects.get(pk=place.id), text=text, by=request.user, now=now, action_id=action_id)
    except services.Unacceptable:
        error = TOO_LONG if text.strip() else EMPTY
        return _show(request, place, mine, now=now, text=text, error=error)
    except services.NotAllowed:
        raise Http404 from None
    messages.success(request, "Sparat till nästa pass.")
    return HttpResponseRedirect(reverse("tasks:unit_overlamning", args=[place.key]))


def _show(
    request: StaffRequest,
    place: Place,
    mine: list[Place],
    *,
    now: datetime.datetime,
    text: str = "",
    error: str = "",
) -> HttpResponse:
    hours = request.GET.get("timmar", USUAL)
    hours = hours if hours in HOURS else USUAL
    length = datetime.timedelta(hours=int(hours))
    since, wrong = _moment(request.GET.get("sedan", ""), now=now)
    context = unit.frame(place, mine, "overlamning") | {
        "handover": reads.load(place, request.user, since=since or now - length, until=now + length),
        "since": since or now - length,
        "until": now + length,
        "now": now,
        "chosen": {"timmar": "" if since else hours, "sedan": request.GET.get("sedan", "")},
        "moment_error": wrong,
        "hours": HOURS,
        "text": text,
        "error": error,
        "max_length": MAX_LENGTH,
        "action_id": uuid.uuid4(),
    }
    return render(request, "tasks/unit/handover.html", context, status=422 if error else 200)


def _moment(text: str, *, now: datetime.datetime) -> tuple[datetime.datetime | None, str]:
    """A Swedish moment of the last two weeks as one writes it, None for nothing; and what is wrong with it."""
    if not text.strip():
        return None, ""
    try:
        at = moments.moment(text, today=timezone.localdate(now))
    except AnswerError as error:
        return None, f"Tiden {error}"
    return (at, "") if now - LONGEST <= at < now else (None, WRONG_MOMENT)
