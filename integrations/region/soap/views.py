"""Where the region leaves its messages by SOAP: answered only when what it brought is safely stored."""

from __future__ import annotations

import hmac
import json
from pathlib import Path

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from lxml import etree

from integrations import configuration, polling, refusals
from integrations.region.soap import protocol, xml
from integrations.region.soap.protocol import SOAP_11, SOAP_12, Fault, Version
from workflows.services import inbox

SOURCE = "region"
MAX_BYTES = 1_000_000
WSDL = Path(__file__).with_name("region.wsdl")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest) -> HttpResponse:
    """The description to whoever asks for it; else one SOAP call, SkickaMeddelande."""
    told = configuration.of(SOURCE)
    tokens = told.words("incoming_tokens")
    if not told.is_enabled or not tokens:
        raise Http404
    if request.method != "POST":
        return _description(request)
    if not _is_trusted(request, tokens):
        refusals.count(SOURCE, "obehorig", now=timezone.now())
        return HttpResponse(status=401, headers={"WWW-Authenticate": 'Bearer realm="samverkan"'})
    version = SOAP_12 if request.content_type == SOAP_12.content_type else SOAP_11
    try:
        body = _body(request)
        version, asked = protocol.unwrapped(body)
        return _answered(_taken(asked), version)
    except Fault as problem:
        return HttpResponse(
            protocol.fault(problem, version),
            status=protocol.status(problem, version),
            content_type=f"{version.content_type}; charset=utf-8",
        )


def _description(request: HttpRequest) -> HttpResponse:
    address = request.build_absolute_uri(request.path)
    return HttpResponse(
        WSDL.read_text(encoding="utf-8").replace("ADRESS", address), content_type="text/xml; charset=utf-8"
    )


def _is_trusted(request: HttpRequest, tokens: list[str]) -> bool:
    # All are compared, so that time does not tell which was right.
    given = request.headers.get("Authorization", "").encode()
    return sum(hmac.compare_digest(given, f"Bearer {token}".encode()) for token in tokens) > 0


def _body(request: HttpRequest) -> bytes:
    try:
        body = request.body
    except RequestDataTooBig:
        body = b"x" * (MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise Fault("sender", "Anropet är större än 1 MB.")
    return body


def _taken(asked: etree._Element) -> etree._Element:
    """The answer to a call. Raises Fault."""
    if xml.local(asked) != "SkickaMeddelande" or len(asked) != 1:
        raise Fault(
            "sender", "Det enda som går att göra här är SkickaMeddelande, med ett meddelande.", kod="okand_operation"
        )
    text = xml.text_of(asked[0])
    found = (asked[0].findtext("{*}meddelande_id") or "").strip()
    message_id = found if polling.is_id(found) else polling.id_of(text.encode())
    raw = json.dumps({"meddelande_id": message_id, "xml": text}, ensure_ascii=False).encode()
    now = timezone.now()
    try:
        receipt = inbox.receive(source=SOURCE, message_id=message_id, raw=raw, now=now)
    except (DatabaseError, InterfaceError):
        raise Fault("receiver", "Meddelandet kunde inte sparas. Skicka igen om en stund.") from None
    status = "avvisad" if receipt.outcome == "conflict" else "mottagen"
    return xml.element("SkickaMeddelandeSvar", meddelande_id=message_id, status=status, dt=now.isoformat())


def _answered(body: etree._Element, version: Version) -> HttpResponse:
    return HttpResponse(protocol.wrapped(body, version), content_type=f"{version.content_type}; charset=utf-8")
