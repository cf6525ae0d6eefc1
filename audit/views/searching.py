"""The log as it is: found by person, staff and time, and told to the person whom it is about."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods

from audit import entries, papers
from audit.entries import Entry, Wanted
from people import identity
from people import selectors as people
from people.models import Individual, Staff
from people.services import access
from people.signin.fresh import sensitive
from web.paper import Paper, pdf
from workflows import rights
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.views.edge import StaffRequest, staff_page

NO_SUCH_PERSON = "Det finns ingen person med det numret att visa loggen för. Kontrollera numret."
LONGEST_BACK = 5 * 366
"""Days: as long as the log is kept for certain."""


class Refused(Exception):
    """What was written cannot be used; `target` is the control to go to."""

    def __init__(self, text: str, target: str) -> None:
        super().__init__(text)
        self.text, self.target = text, target


@dataclass(frozen=True, kw_only=True)
class Found:
    """A page of rows, and what the form for the following page says."""

    rows: list[Entry]
    following: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def search(request: StaffRequest) -> HttpResponse:
    """What one searches for is posted, and why: neither stays in an address, and both are in the log themselves."""
    if not rights.may_review_log(request.user):
        raise Http404
    found, refused = None, None
    if request.method == "POST":
        try:
            found = _search(request)
        except Refused as problem:
            refused = problem
    context = _form(request, refused) | {"found": found}
    return render(request, "audit/search.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@sensitive("export")
def extract(request: StaffRequest) -> HttpResponse:
    """For a person who asks who has looked: on the screen, and as a PDF to hand over."""
    if not rights.may_review_log(request.user):
        raise Http404
    told, person, refused = None, None, None
    if request.method == "POST":
        try:
            individual, first, last = _asked(request)
        except Refused as problem:
            refused = problem
        else:
            person = people.presented(individual, viewer=request.user, also_barred=True)
            told = entries.extract(individual, first_on=first, last_on=last)
            _record(request, individual, "extract")
            if request.POST.get("som") == "pdf":
                return _sent(papers.extract(person, told, first_on=first, last_on=last, now=timezone.now()))
    context = _form(request, refused) | {"told": told, "person": person}
    return render(request, "audit/extract.html", context, status=422 if refused else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _search(request: StaffRequest) -> Found:
    reason = request.POST.get("skal", "").strip()
    wanted = Wanted(
        individual=_individual(request) if request.POST.get("personnummer", "").strip() else None,
        staff=_staff(request),
        first_on=_day(request, "fran"),
        last_on=_day(request, "till"),
        older_than=request.POST.get("fore", ""),
    )
    if wanted.individual is None and wanted.staff is None:
        raise Refused("Skriv ett personnummer eller vem i personalen det gäller.", "personnummer")
    if not reason:
        raise Refused("Skriv varför du söker.", "skal")
    _record(request, wanted.individual, "search", reason=reason)
    rows, older = entries.page(wanted, viewer=request.user)
    return Found(rows=rows, following=older)


def _asked(request: StaffRequest) -> tuple[Individual, datetime.date, datetime.date]:
    today = timezone.localdate()
    first = _day(request, "fran") or today - datetime.timedelta(days=LONGEST_BACK)
    last = _day(request, "till") or today
    if last < first:
        raise Refused("Den sista dagen ligger före den första.", "till")
    return _individual(request), first, last


def _individual(request: StaffRequest) -> Individual:
    try:
        parsed = identity.parse(request.POST.get("personnummer", "").strip(), today=timezone.localdate())
    except identity.InvalidIdentity as invalid:
        raise Refused(invalid.message_sv, "personnummer") from None
    found = people.by_number(parsed, viewer=request.user, also_barred=True)
    if found is None:
        raise Refused(NO_SUCH_PERSON, "personnummer")
    return found


def _staff(request: StaffRequest) -> Staff | None:
    """By the name one logs in with, or the HSA-id."""
    typed = request.POST.get("personal", "").strip()
    if not typed:
        return None
    found = Staff.objects.filter(username=typed).first() or Staff.objects.filter(hsa_id=typed).first()
    if found is None:
        raise Refused("Ingen i personalen har det användarnamnet eller HSA-id:t.", "personal")
    return found


def _day(request: StaffRequest, field: str) -> datetime.date | None:
    try:
        return moments.typed(request.POST, field, today=timezone.localdate())
    except AnswerError as error:
        raise Refused(str(error), field) from None


def _form(request: StaffRequest, refused: Refused | None) -> dict[str, object]:
    fields = ("personnummer", "personal", "fran", "till", "skal")
    return {
        "typed": {name: request.POST.get(name, "") for name in fields},
        "error": refused.text if refused else "",
        "error_target": refused.target if refused else "",
    }


def _record(request: StaffRequest, individual: Individual | None, action: str, *, reason: str | None = None) -> None:
    access.record(
        staff=request.user,
        individual=individual,
        action=action,
        object_type="access_log",
        object_id="",
        now=timezone.now(),
        reason=reason,
    )


def _sent(paper: Paper) -> HttpResponse:
    """To be saved, by a name that tells nothing of the person."""
    name = f"loggutdrag-{paper.at:%Y-%m-%d}.pdf"
    disposition = content_disposition_header(as_attachment=True, filename=name) or "attachment"
    return HttpResponse(pdf(paper), content_type="application/pdf", headers={"Content-Disposition": disposition})
