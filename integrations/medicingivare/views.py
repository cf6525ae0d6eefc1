"""The webhook of the dispensers' vendor: answered only when what it brought is safely stored."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import configuration, refusals
from integrations.medicingivare import dialects, intake
from integrations.medicingivare.messages import SOURCE
from web import webhooks
from web.responses import because
from workflows import strict_json

log = logging.getLogger(__name__)

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
RETRY_SECONDS = 30
_OUTCOMES = {
    "stored": (202, "mottaget"),
    "duplicate": (200, "redan mottaget"),
    "conflict": (409, "samma id, annat innehåll"),
}


class _Malformed(ValueError):
    """The body is signed but is not JSON we can read."""


@csrf_exempt
@require_POST
def receive(request: HttpRequest, dialect: str = "") -> JsonResponse:
    """202 stored, 200 had it already, 4xx with a sentence, 503 when it should be sent again.

    `dialect` is whose words it is in, when not ours.
    """
    if dialect and dialect not in dialects.DIALECTS:
        raise Http404
    if request.content_type != "application/json":
        return _say(415, "Skicka application/json.")
    body = _body(request)
    if body is None:
        return _say(413, "Meddelandet är större än 256 kB.")
    now = timezone.now()
    secrets = configuration.of(SOURCE).words("webhook_secrets")
    try:
        message_id = webhooks.verify(request.headers, body, secrets=secrets, now=now)
    except webhooks.Rejected as problem:
        return _refuse(problem.code, now)
    try:
        return _take(message_id, body, dialect, now)
    except (DatabaseError, InterfaceError) as problem:
        log.error("medicingivare: could not store a webhook: %s", type(problem).__name__)  # noqa: TRY400 - no stack
        return _say(503, "Försök igen om en stund.", **{"Retry-After": str(RETRY_SECONDS)})


def _body(request: HttpRequest) -> bytes | None:
    """None when it is too large; a declared size is enough to say so."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES:
        return None
    try:
        body = request.body
    except RequestDataTooBig:
        return None
    return body if len(body) <= MAX_BYTES else None


def _refuse(code: str, now: datetime) -> JsonResponse:
    refusals.count(SOURCE, code, now=now)
    told = "Klockan skiljer mer än fem minuter." if code == "klocka" else "Signaturen stämmer inte."
    return because(_say(401, told), code)


def _take(message_id: str, body: bytes, dialect: str, now: datetime) -> JsonResponse:
    try:
        payload = _parsed(body)
    except _Malformed:
        intake.store(message_id, body, now=now)
        return _say(400, "Meddelandet är inte giltig JSON. Det är sparat och visas för en människa.")
    if not isinstance(payload, dict):
        intake.store(message_id, body, now=now)
        return _say(422, "Meddelandet ska vara ett JSON-objekt. Det är sparat och visas för en människa.")
    if dialect:
        body = dialects.kept(dialect, body)
        payload = strict_json.parse(body)
    return _say(*_OUTCOMES[intake.accept(message_id, body, payload, now=now)])


def _parsed(body: bytes) -> Any:
    """Strict JSON: UTF-8, no key twice, no NaN, no endless nesting."""
    try:
        parsed = strict_json.parse(body)
    except ValueError:
        raise _Malformed from None
    if _depth(parsed) > MAX_DEPTH:
        raise _Malformed
    return parsed


def _depth(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= MAX_DEPTH:
        depth += 1
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return depth


def _say(status: int, text: str, **headers: str) -> JsonResponse:
    answer = {"status": text}
    return JsonResponse(answer, status=status, headers=headers, json_dumps_params={"ensure_ascii": False})
