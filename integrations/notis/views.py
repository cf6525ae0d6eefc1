"""Where the SMS provider tells what became of messages and what people answer: trusted first, stored, then answered."""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import uuid
from typing import Any
from urllib.parse import parse_qsl

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import refusals
from integrations.models import Dispatch
from integrations.notis import client, outcomes, replies
from integrations.notis.dialects.elks import FORM, STATES
from workflows import strict_json

log = logging.getLogger(__name__)

MAX_BYTES = 16_384
RETRY_SECONDS = "30"


@csrf_exempt
@require_POST
def report(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """What became of one message: 204 when it is stored, 401 without its password, 503 when it should be sent again."""
    if not _knows(request, [client.password(key)]):
        return _refused()
    told = _form(request)
    if told is None:
        return HttpResponse(status=400)
    try:
        row = Dispatch.objects.filter(key=key).first()
        # What is no word of theirs that we know, or of a message that is gone, is not to come again.
        if row is not None and told.get("status") in STATES:
            number = told.get("id", "")[:200]
            outcomes.note(row, STATES[told["status"]], provider_id=number, now=timezone.now())
    except (DatabaseError, InterfaceError):
        return _again()
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """An SMS to us. Answered with nothing: a text in the answer would be sent to the sender."""
    if not _knows(request, client.reply_secrets()):
        return _refused()
    told = _form(request) if request.content_type == FORM else _json(request)
    sender, text = (told or {}).get("from"), (told or {}).get("message", (told or {}).get("body"))
    if told is None or not isinstance(sender, str) or not isinstance(text, str) or not told.get("id"):
        return HttpResponse(status=400)
    try:
        replies.take(reply_id=f"svar-{told['id']}"[:200], sender=sender, text=text, now=timezone.now())
    except (DatabaseError, InterfaceError):
        return _again()
    return HttpResponse(status=204)


# -- inside ------------------------------------------------------------------------------------------------------------


def _knows(request: HttpRequest, passwords: list[str]) -> bool:
    """Basic authentication, compared in constant time; every password is tried."""
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(told, validate=True).partition(b":")[2] if scheme.lower() == "basic" else b""
    except binascii.Error:
        given = b""
    matches = [hmac.compare_digest(given, one.encode()) for one in passwords if one]
    return any(matches)


def _refused() -> HttpResponse:
    refusals.count("notis", "obehorig", now=timezone.now())
    return HttpResponse(status=401, headers={"WWW-Authenticate": 'Basic realm="notis"'})


def _again() -> HttpResponse:
    log.warning("notis: could not store a call")
    return HttpResponse(status=503, headers={"Retry-After": RETRY_SECONDS})


def _body(request: HttpRequest) -> bytes | None:
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return None
    try:
        return request.body
    except RequestDataTooBig:
        return None


def _form(request: HttpRequest) -> dict[str, str] | None:
    body = _body(request)
    if body is None or request.content_type != FORM:
        return None
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        return None


def _json(request: HttpRequest) -> dict[str, Any] | None:
    body = _body(request)
    try:
        told = strict_json.parse(body) if body and request.content_type == "application/json" else None
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
