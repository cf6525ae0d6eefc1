"""The addresses of the facade: metadata, read and search, and a message in."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from api import problems
from api.auth import Needs, note_refusal
from api.caller import Caller
from api.fhir import incoming, resources, searching
from api.fhir.systems import REF
from api.incoming import names_a_number
from api.problems import Problem
from api.reach import Reach
from people.models import Individual
from people.services import access
from workflows.services import inbox

P = ParamSpec("P")
FHIR = "application/fhir+json"
JSON = "application/json"
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
View = Callable[Concatenate[HttpRequest, Caller, P], HttpResponse]


def endpoint(method: str, scope: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """For those with the right; whatever is wrong is told as an OperationOutcome."""
    needs = Needs(scope)

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            caller = None
            try:
                caller = needs(request)
                _require(request, method)
                return view(request, caller, *args, **kwargs)
            except Problem as problem:
                note_refusal(request, caller, problem)
                return _refused(problem)
            except RequestDataTooBig:
                return _refused(Problem(413, "for-stort", "Anropet får vara högst en megabyte."))
            except (OperationalError, InterfaceError):
                headers = {"Retry-After": "30"}
                return _refused(Problem(503, "svarar-inte", "Försök igen om en stund.", headers=headers))

        # The wrapper gives the view its caller, which typing's wraps takes for a mistake.
        update_wrapper(wrapped, view)
        return wrapped

    return decorate


def metadata(_request: HttpRequest) -> HttpResponse:
    """CapabilityStatement: for anyone, as FHIR wants it."""
    return _said(resources.capabilities(base=_base(), at=timezone.now().date().isoformat()))


@endpoint("GET", "fhir:read")
def read(_request: HttpRequest, caller: Caller, kind: str, public_id: uuid.UUID) -> HttpResponse:
    """One resource."""
    found = searching.one(kind, public_id, Reach(caller))
    if found is None:
        raise problems.missing()
    _log(caller, found[1], "read", kind, str(public_id))
    return _said(found[0])


@endpoint("GET", "fhir:read")
def search(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """By `person_ref`, or the page that follows."""
    return _found(caller, kind, request.GET.dict(), is_posted=False)


@endpoint("POST", "fhir:read")
def search_posted(request: HttpRequest, caller: Caller, kind: str) -> HttpResponse:
    """By number too."""
    if request.content_type not in FORMS:
        raise Problem(415, "innehall", f"Skicka {FORMS[0]}.")
    return _found(caller, kind, request.POST.dict(), is_posted=True)


@endpoint("GET", "fhir:read")
def everything(_request: HttpRequest, caller: Caller, ref: uuid.UUID) -> HttpResponse:
    """One person's plans, goals, tasks and team."""
    found = searching.everything(ref, Reach(caller))
    if found is None:
        raise problems.missing()
    _log(caller, found[1], "read", "Patient", "")
    address = f"{_base()}/Patient/{ref}/$everything"
    return _said(resources.page(found[0], next_url=None, self_url=address, base=_base()))


@endpoint("POST", "fhir:write")
def process_message(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A message Bundle: stored as it came, then acknowledged. Its id makes a second copy harmless."""
    if request.content_type not in {FHIR, JSON}:
        raise Problem(415, "innehall", f"Skicka {FHIR}.")
    payload = problems.parsed(request.body)
    try:
        header = incoming.header_of(payload if isinstance(payload, dict) else {})
    except incoming.NotAMessage as wrong:
        raise Problem(422, "ogiltigt", str(wrong.__doc__)) from None
    now = timezone.now()
    source = caller.client.source or incoming.source_of(caller.client.key)
    if not caller.client.source:
        _check(payload, header["eventCoding"]["code"], Reach(caller))
    key = incoming.key_of(payload)
    receipt = inbox.receive(source=source, message_id=key, raw=request.body, now=now)
    if receipt.outcome == "conflict":
        raise problems.conflict("annat-innehall", "Samma id har kommit förut med annat innehåll. Det första gäller.")
    _log(caller, receipt.message.individual, "send", "inbox_message", str(receipt.message.public_id))
    return _said(
        resources.acknowledged(
            message_id=str(header.get("id") or key),
            event=header["eventCoding"],
            answer_id=str(receipt.message.public_id),
            at=now.isoformat(),
            endpoint=_base(),
        )
    )


def missing(_request: HttpRequest) -> HttpResponse:
    """An address of the facade that there is not."""
    return _refused(problems.missing())


def _found(caller: Caller, kind: str, told: dict[str, str], *, is_posted: bool) -> HttpResponse:
    wanted = searching.read(kind, told, is_posted=is_posted)
    found = searching.found(wanted, Reach(caller))
    if found.individual or found.beyond:
        _log(caller, found.individual or found.beyond, "search", kind, "", is_allowed=found.beyond is None)
    address = f"{_base()}/{kind}"
    following = f"{address}?_page={found.next}" if found.next else None
    # The address of the search itself has whom it was about only as the opaque id.
    itself = f"{address}?patient.identifier={REF}|urn:uuid:{wanted.ref}" if found.individual else address
    return _said(resources.page(found.resources, next_url=following, self_url=itself, base=_base()))


def _log(
    caller: Caller, individual: Individual | None, action: str, kind: str, key: str, *, is_allowed: bool = True
) -> None:
    access.record(
        staff=caller.staff,
        individual=individual,
        action=action,
        object_type=f"fhir.{kind}",
        object_id=key,
        now=timezone.now(),
        is_allowed=is_allowed,
    )


def _check(payload: Any, name: str, reach: Reach) -> None:
    """Of a message that no connector of ours reads, as of one that comes as JSON. Raises Problem."""
    if name not in reach.messages():
        raise Problem(422, "ogiltigt", "Inget förlopp som klienten når lyssnar efter det meddelandet.")
    if names_a_number(incoming.parameters(payload), now=timezone.now()):
        raise Problem(422, "ogiltigt", "Personnummer får stå i Patient och ingen annanstans.")


def _require(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise Problem(405, "metod", "Adressen tar inte emot det.", headers={"Allow": method})


def _base() -> str:
    return settings.FORLOPP_ADDRESS + reverse("api:fhir-metadata").removesuffix("/metadata")


def _refused(problem: Problem) -> HttpResponse:
    return _said(resources.outcome(problem), status=problem.status, headers=dict(problem.headers or {}))


def _said(told: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    body = json.dumps(told, ensure_ascii=False)
    answer = HttpResponse(body, status=status, content_type=f"{FHIR}; charset=utf-8", headers=headers)
    answer.headers["Cache-Control"] = "no-store"
    return answer
