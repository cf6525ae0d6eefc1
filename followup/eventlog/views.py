"""A förlopp's event log is taken out: which days, in which form and for what, said before and written down."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Mapping

from django.http import FileResponse, Http404
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from followup import choice, courses
from followup.eventlog import making
from followup.eventlog.making import FORMATS, Wanted
from people.signin.fresh import sensitive
from workflows import published, rights
from workflows.models import ProcessDefinition
from workflows.views.edge import StaffRequest, staff_page

YEAR = datetime.timedelta(days=364)


class Refused(Exception):
    """What was asked for cannot be done; `target` is the field."""

    def __init__(self, message: str, target: str) -> None:
        super().__init__(message)
        self.target = target


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
@sensitive("export")
def take_out(request: StaffRequest, key: str) -> HttpResponseBase:
    """GET says what is in it; POST gives the file."""
    today = timezone.localdate()
    definition, _ = courses.followed(request.user, key)
    if definition.current is None or not rights.may_take_out_events(
        request.user, published.of(definition.current.public_id).config
    ):
        raise Http404
    refused = None
    if request.method == "POST":
        try:
            return _file(request, definition)
        except Refused as problem:
            refused = problem
    usual = {"fran": str(today - YEAR), "till": str(today), "form": "ocel", "andamal": "", "samling": ""}
    context = {
        "definition": definition,
        "formats": FORMATS,
        "typed": usual | request.POST.dict(),
        "error": refused,
        "target": refused.target if refused else "",
    }
    return render(request, "followup/eventlog.html", context, status=422 if refused else 200)


def _file(request: StaffRequest, definition: ProcessDefinition) -> FileResponse:
    """In a file without a name, which is gone when it has been sent."""
    wanted, reason = _wanted(request.POST, definition), request.POST.get("andamal", "").strip()
    if not reason:
        raise Refused("Skriv vad händelseloggen ska användas till.", "andamal")
    made = tempfile.TemporaryFile()  # noqa: SIM115  the response closes it
    making.make(wanted, made, by=request.user, reason=reason, now=timezone.now())
    made.seek(0)
    content = FORMATS[wanted.format].content
    return FileResponse(made, as_attachment=True, filename=wanted.filename, content_type=content)


def _wanted(told: Mapping[str, str], definition: ProcessDefinition) -> Wanted:
    misread: dict[str, str] = {}
    first, last = (choice.day(told, name, misread, today=timezone.localdate()) for name in ("fran", "till"))
    if first is None or last is None:
        wrong = "fran" if first is None else "till"
        raise Refused(misread.get(wrong, "Skriv båda dagarna."), wrong)
    if last < first:
        raise Refused("Den sista dagen är före den första.", "till")
    if told.get("form") not in FORMATS:
        raise Refused("Välj en form.", "form-ocel")
    collection = told.get("samling", "")[:100]
    return Wanted(definition=definition, first=first, last=last, format=told["form"], collection=collection)
