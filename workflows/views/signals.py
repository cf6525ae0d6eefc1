"""Send a signal by hand: see what is heard, choose whom it is about, try it out, send."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people import identity
from people import selectors as people
from people.models import Individual
from people.services import access
from workflows import rights
from workflows.models import Signal
from workflows.services import signals
from workflows.views.edge import StaffRequest, staff_page
from workflows.views.mending import action_id

RECENT = 20
REFUSED: dict[type[Exception], str] = {
    signals.NoReason: "skal",
    signals.NobodyHears: "signal-0",
    signals.NeedsPersons: "personnummer",
    signals.TooMany: "personnummer",
}
NO_SUCH_PERSON = "Rad {}: det går inte att välja den personen. Kontrollera numret."


class Refused(Exception):
    """What was written cannot be used; `target` is the control to go to."""

    def __init__(self, text: str, target: str) -> None:
        super().__init__(text)
        self.text = text
        self.target = target


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def send(request: StaffRequest) -> HttpResponse:
    """For IT and process owners: what someone waits for, how many, and the sending of it."""
    if not rights.may_signal(request.user):
        raise Http404
    refused, tried, known = None, None, signals.known()
    if request.method == "POST":
        try:
            about = list(_individuals(request))
            name = _name(request, known)
            tried = signals.reach(name, about)
            if request.POST.get("gor") == "sand":
                return _sent(request, name, about)
        except Refused as problem:
            refused = problem
    context = {
        "known": known,
        "recent": Signal.objects.exclude(sent_by=None).select_related("sent_by").order_by("-pk")[:RECENT],
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
        "tried": tried if refused is None else None,
        "chosen": request.POST.get("signal", ""),
        "reason": request.POST.get("skal", ""),
        "persons": request.POST.get("personnummer", ""),
        "action_id": action_id(request),
    }
    return render(request, "workflows/signals.html", context, status=422 if refused else 200)


def _sent(request: StaffRequest, name: str, about: list[Individual]) -> HttpResponse:
    now = timezone.now()
    try:
        signals.send(
            name=name,
            individuals=about,
            reason=request.POST.get("skal", ""),
            by=request.user,
            now=now,
            action_id=action_id(request),
        )
    except tuple(REFUSED) as error:
        raise Refused(type(error).__doc__ or "", REFUSED[type(error)]) from None
    persons: list[Individual | None] = [*about]
    for individual in persons or [None]:
        access.record(
            staff=request.user,
            individual=individual,
            action="send-signal",
            object_type="signal",
            object_id=name,
            now=now,
        )
    messages.success(request, f"Signalen ”{name}” är sänd och når ärendena inom kort.")
    return HttpResponseRedirect(reverse("workflows:signals"))


def _name(request: StaffRequest, known: list[signals.Known]) -> str:
    name = request.POST.get("signal", "")
    if name not in {signal.name for signal in known}:
        raise Refused("Välj en signal.", "signal-0")
    return name


def _individuals(request: StaffRequest) -> Iterator[Individual]:
    lines = [line.strip() for line in request.POST.get("personnummer", "").splitlines()]
    if len(lines) > signals.MOST_PERSONS:
        raise Refused(f"Skriv högst {signals.MOST_PERSONS} personnummer åt gången.", "personnummer")
    for number, line in enumerate(lines, start=1):
        if not line:
            continue
        try:
            found = identity.parse(line, today=timezone.localdate())
        except identity.InvalidIdentity as invalid:
            raise Refused(f"Rad {number}: {invalid.message_sv}", "personnummer") from None
        individual = people.by_number(found, viewer=request.user)
        if individual is None:
            raise Refused(NO_SUCH_PERSON.format(number), "personnummer")
        yield individual
