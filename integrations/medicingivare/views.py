"""The webhook of the dispensers' vendor: answered only when what it brought is safely stored."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integrations import configuration, refusals
from integrations.medicingivare import dispensers
from integrations.medicingivare.messages import SOURCE, Event, read
from integrations.medicingivare.schemas import ROWS
from integrations.models import DispenserEvent
from web import webhooks
from workflows import strict_json
from workflows.connectors import Unreadable
from workflows.models import InboxMessage
from workflows.services import inbox

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
def receive(request: HttpRequest) -> JsonResponse:
    """202 stored, 200 had it already, 4xx with a sentence, 503 when it should be sent again."""
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
        return _take(message_id, body, now)
    except (DatabaseError, InterfaceError):
        log.exception("medicingivare: could not store a webhook")
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
    return _say(401, "Klockan skiljer mer än fem minuter." if code == "klocka" else "Signaturen stämmer inte.")


def _take(message_id: str, body: bytes, now: datetime) -> JsonResponse:
    try:
        payload = _parsed(body)
    except _Malformed:
        _store(message_id, body, now)
        return _say(400, "Meddelandet är inte giltig JSON. Det är sparat och visas för en människa.")
    if not isinstance(payload, dict):
        _store(message_id, body, now)
        return _say(422, "Meddelandet ska vara ett JSON-objekt. Det är sparat och visas för en människa.")
    return _say(*_OUTCOMES[_accept(message_id, body, payload, now)])


def _accept(message_id: str, body: bytes, payload: dict[str, Any], now: datetime) -> str:
    try:
        event = read(payload)
    except Unreadable:
        # The inbox finds out the same and makes a stopp of it.
        return _store(message_id, body, now)
    return _accept_event(event, message_id, body, now)


def _accept_event(event: Event, message_id: str, body: bytes, now: datetime) -> str:
    digest = hashlib.sha256(body).hexdigest()
    row, is_new = dispensers.record(event, message_id=message_id, digest=digest, now=now)
    if event.kind in ROWS:
        return "stored" if is_new else "duplicate" if row.digest == digest else "conflict"
    if not is_new and _is_copy(row, message_id, digest):
        return "duplicate"
    if _rests(row, body):
        return "stored" if is_new else "duplicate"
    outcome = _store(message_id, body, now)
    for cleared in dispensers.release(row):
        # It came before its alarm. Were we to die here the alarm stays open, and the nurse finds the dose taken.
        _store(cleared.message_id, bytes(cleared.held_back or b""), now)
    return outcome


def _rests(row: DispenserEvent, body: bytes) -> bool:
    """An all-clear with no alarm. Once the inbox has it, the inbox answers for it."""
    if InboxMessage.objects.filter(source=SOURCE, message_id=row.message_id).exists():
        return False
    return dispensers.hold_back(row, body)


def _is_copy(row: DispenserEvent, message_id: str, digest: str) -> bool:
    """The same event, word for word, under a new webhook id: some vendors make one for every attempt."""
    if row.message_id == message_id:
        return False
    return InboxMessage.objects.filter(source=SOURCE, message_id=row.message_id, digest=digest).exists()


def _store(message_id: str, body: bytes, now: datetime) -> str:
    return inbox.receive(source=SOURCE, message_id=message_id, raw=body, now=now).outcome


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
