"""The page where one chooses what to be told of outside the pages, how often, and when to be left alone."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import browser
from people.models import Staff
from tasks import webpush
from tasks.models import Channel, NoticeKind, Notifying, Pace
from tasks.services import notifying
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.views.edge import StaffRequest, staff_page

LONGEST_ADDRESS = 254
NO_TIME = "Skriv klockslaget som timmar och minuter, till exempel 21:00."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def notices(request: StaffRequest) -> HttpResponse:
    mine = Notifying.objects.filter(staff=request.user).first()
    if request.method != "POST":
        return _page(request, _as_posted(mine), {})
    errors: dict[str, str] = {}
    posted = request.POST
    choices = _choices(posted)
    times = _times(posted, errors)
    by_mail = any(channel == Channel.MAIL for channel, _ in choices)
    address = _address(posted, request.user, errors, is_chosen=by_mail)
    if errors:
        return _page(request, posted.dict(), errors)
    notifying.choose(by=request.user, choices=choices, times=times, address=address, now=timezone.now())
    messages.success(request, "Dina notiser är sparade." if choices else "Du får inga notiser.")
    return HttpResponseRedirect(reverse("tasks:notices"))


def _page(request: StaffRequest, values: dict[str, Any], errors: dict[str, str]) -> HttpResponse:
    context = {
        "kinds": NoticeKind,
        "paces": Pace,
        "values": values,
        "errors": errors,
        "mail": settings.FORLOPP_MAIL,
        "folder": settings.EMAIL_FILE_PATH,
        "longest": LONGEST_ADDRESS,
        "channels": Channel,
        "push_key": webpush.public_key(),
        "devices": list(request.user.devices.all()),
        "this_device": browser.device_of(request),
    }
    return render(request, "tasks/notices.html", context, status=422 if errors else 200)


def _as_posted(mine: Notifying | None) -> dict[str, str]:
    """What is chosen, as the form would post it."""
    if mine is None:
        return {"dagligen": "08:00", "tyst_fran": "", "tyst_till": "", "adress": ""}
    chosen = {f"{choice.channel}-{choice.kind}": choice.pace for choice in mine.choices.all()}
    times = {"dagligen": mine.daily_at, "tyst_fran": mine.quiet_from, "tyst_till": mine.quiet_to}
    return chosen | {name: f"{time:%H:%M}" if time else "" for name, time in times.items()} | {"adress": mine.address}


def _choices(posted: QueryDict) -> dict[tuple[str, str], str]:
    every = [(channel, kind) for channel in Channel.values for kind in NoticeKind.values]
    chosen = {(channel, kind): posted.get(f"{channel}-{kind}", "") for channel, kind in every}
    return {which: pace for which, pace in chosen.items() if pace in Pace.values}


def _times(posted: QueryDict, errors: dict[str, str]) -> notifying.Times:
    daily_at = _time(posted, "dagligen", errors) or datetime.time(8)
    start, end = _time(posted, "tyst_fran", errors), _time(posted, "tyst_till", errors)
    if not errors and (start is None) != (end is None):
        errors["tyst_fran" if start is None else "tyst_till"] = "Ange både när det tysta börjar och när det slutar."
    elif not errors and start is not None and start == end:
        errors["tyst_till"] = "Det tysta slutar när det börjar. Ange olika klockslag, eller lämna båda tomma."
    return notifying.Times(daily_at=daily_at, quiet_from=start, quiet_to=end)


def _time(posted: QueryDict, name: str, errors: dict[str, str]) -> datetime.time | None:
    """Hours and minutes as one writes them; None when nothing is."""
    written = posted.get(name, "").strip()
    if not written:
        return None
    try:
        return moments.clock(written).replace(second=0)
    except AnswerError:
        errors[name] = NO_TIME
        return None


def _address(posted: QueryDict, member: Staff, errors: dict[str, str], *, is_chosen: bool) -> str:
    """One's own only where the staff's row has none."""
    address = "" if member.email else posted.get("adress", "").strip()
    if is_chosen and not member.email and not address:
        errors["adress"] = "Skriv den e-postadress som du använder i arbetet."
    elif address and not _is_address(address):
        errors["adress"] = "Skriv en hel e-postadress, till exempel namn@kommun.se."
    return address


def _is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_ADDRESS
