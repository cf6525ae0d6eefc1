"""Asks the vendor for what has happened since last, beside its webhooks: what one way has lost the other brings."""

from __future__ import annotations

import json

from django.utils import timezone

from integrations import configuration, http, polling
from integrations.medicingivare import intake
from integrations.medicingivare.client import Vendor
from integrations.medicingivare.dialects import DIALECTS, kept
from integrations.medicingivare.dispensers import SOURCE
from integrations.models import DispenserVendor
from workflows import strict_json

BATCH, MAX_ROUNDS = 200, 100


def run() -> None:
    """Raises DeliveryError; what was stored before stays stored, and the place where to go on with it."""
    told = configuration.of(SOURCE)
    if not told.yes("poll"):
        return
    dialect = told.text("dialekt")
    vendor = DIALECTS[dialect].vendor if dialect in DIALECTS else "alla"
    known, _ = DispenserVendor.objects.get_or_create(vendor=vendor)
    for _round in range(MAX_ROUNDS):
        answer = Vendor().events(after=known.cursor, limit=BATCH)
        events, cursor = answer.get("handelser"), answer.get("nasta")
        if not isinstance(events, list) or not isinstance(cursor, str):
            raise http.unreadable()
        for event in events:
            _take(event, dialect)
        if cursor == known.cursor:
            return
        known.cursor = cursor[:200]
        known.save(update_fields=["cursor"])
        if len(events) < BATCH:
            return


def _take(event: object, dialect: str) -> None:
    body = json.dumps(event, ensure_ascii=False).encode()
    if dialect in DIALECTS:
        body = kept(dialect, body)
    payload = strict_json.parse(body)
    message_id, now = polling.id_of(body), timezone.now()
    if isinstance(payload, dict):
        intake.accept(message_id, body, payload, now=now)
    else:
        intake.store(message_id, body, now=now)
