"""The page of saved filters: what one has in front of one gets a name; open, share, copy, start with, throw away."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import parse_qsl

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from people.services import preferences
from tasks import lists, wanted, worklist
from tasks import saved as selectors
from tasks.models import SavedFilter
from tasks.models.saved import LONGEST_NAME
from tasks.services import saved as service
from workflows.views.edge import StaffRequest, staff_page

WRONG = {
    service.Unnamed: f"Skriv ett namn på urvalet, högst {LONGEST_NAME} tecken.",
    service.Unfiltered: "Filtrera eller sortera listan först: annars är urvalet allt.",
    service.NameTaken: "Du har redan ett annat urval som heter så. Välj ett annat namn.",
    service.TooMany: f"Du har {service.MOST} sparade urval, och fler får inte plats. Ta bort något först.",
    service.NotOurUnit: "Urvalet delas bara med en enhet där du arbetar.",
}
GONE = "Urvalet finns inte längre."


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def saved(request: StaffRequest) -> HttpResponse:
    """All of them, and the list one came from, to be saved; what one searched for there stays behind."""
    asked = wanted.read(request.GET.dict(), professions=request.user.professions, searches={})
    if request.method == "POST":
        name = request.POST.get("namn", "")
        if _tried(request, lambda: service.save(name=name, query=asked.kept, by=request.user, now=timezone.now())):
            messages.success(request, "Urvalet är sparat.")
            return HttpResponseRedirect(reverse("tasks:saved"))
        return _page(request, asked, typed=name, status=422)
    return _page(request, asked, typed="", status=200)


@require_POST
@staff_page
def change(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """What is a colleague's one may open, copy and start with, and nothing else."""
    found, act = selectors.one_of(request.user, public_id), request.POST.get("gor", "")
    if found is None or (act in OWN and found.owner_id != request.user.pk) or act not in {**OWN, **ANY}:
        messages.warning(request, GONE)
    else:
        said = (OWN | ANY)[act]
        if _tried(request, lambda: said[0](request, found)):
            messages.success(request, said[1])
    return HttpResponseRedirect(reverse("tasks:saved"))


@require_POST
@staff_page
def start_with_all(request: StaffRequest) -> HttpResponse:
    preferences.open_with(query="", by=request.user)
    messages.success(request, "Inkorgen öppnas med allt.")
    return HttpResponseRedirect(reverse("tasks:saved"))


def _page(request: StaffRequest, asked: wanted.Wanted, *, typed: str, status: int) -> HttpResponse:
    choices = {"profession": request.user.roles, **lists.choices(), **wanted.CHOICES}
    context = {
        "asked": asked,
        "words": worklist.words(asked, choices=choices),
        "typed": typed,
        "own": list(selectors.own(request.user)),
        "shared": list(selectors.shared(request.user)),
        "told": lambda one: worklist.words(_read(request, one), choices=choices),
        "max_length": LONGEST_NAME,
    }
    return render(request, "tasks/saved.html", context, status=status)


def _read(request: StaffRequest, one: SavedFilter) -> wanted.Wanted:
    return wanted.read(dict(parse_qsl(one.query)), professions=request.user.professions, searches={})


def _tried(request: StaffRequest, act: Callable[[], object]) -> bool:
    try:
        act()
    except tuple(WRONG) as problem:
        messages.warning(request, WRONG[type(problem)])
        return False
    return True


def _rename(request: StaffRequest, found: SavedFilter) -> None:
    service.rename(saved=found, name=request.POST.get("namn", ""))


def _share(request: StaffRequest, found: SavedFilter) -> None:
    service.share(saved=found, unit_key=request.POST.get("enhet", ""), by=request.user)


def _delete(request: StaffRequest, found: SavedFilter) -> None:
    service.delete(saved=found, by=request.user)


def _copy(request: StaffRequest, found: SavedFilter) -> None:
    service.copy(saved=found, by=request.user, now=timezone.now())


def _start(request: StaffRequest, found: SavedFilter) -> None:
    preferences.open_with(query=found.query, by=request.user)


Act = tuple[Callable[[StaffRequest, SavedFilter], None], str]
OWN: dict[str, Act] = {
    "byt_namn": (_rename, "Urvalet har fått ett nytt namn."),
    "dela": (_share, "Delningen är ändrad."),
    "ta_bort": (_delete, "Urvalet är borttaget."),
}
ANY: dict[str, Act] = {
    "kopiera": (_copy, "Urvalet är kopierat till dina egna."),
    "starta": (_start, "Inkorgen öppnas med urvalet."),
}
