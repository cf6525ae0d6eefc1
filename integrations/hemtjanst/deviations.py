"""Of the visits in a batch, those that did not go as planned become messages to the ärenden that wait for them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone

from integrations import configuration
from integrations.batches.importing import Line
from integrations.batches.report import ACCEPTED, CHANGED
from integrations.models import Batch
from workflows import selectors
from workflows.services import inbox

MISSED, DEVIATING = "utebliven_insats", "avvikelse_besok"
NOT_DONE = ("utebliven", "avbojd", "installd")
# A visit of an hour may well take fifty minutes; nobody is to be called away for that.
LEAST_MINUTES = 10
RECENT = timedelta(days=7)


def tell(lines: Sequence[Line], batch: Batch) -> None:
    """Called again about the same it changes nothing: the message's id is of the visit and what was said of it."""
    found = list(_messages(lines, batch))
    refs = {message["person_ref"] for message in found}
    heard = {name: selectors.waited_for(name, "person_ref", refs) for name in (MISSED, DEVIATING)}
    for message in found:
        if message["person_ref"] in heard[message["typ"]]:
            raw = json.dumps(message, ensure_ascii=False, sort_keys=True).encode()
            inbox.receive(source="hemtjanst", message_id=message["meddelande_id"], raw=raw, now=timezone.now())


def _messages(lines: Sequence[Line], batch: Batch) -> Iterator[dict[str, Any]]:
    told = configuration.of("hemtjanst")
    received_at = batch.received_at or batch.seen_at
    for line in lines:
        visit = line.values
        name = _deviation(visit, told.whole("deviation_percent"))
        is_recent = visit["datum"] > received_at.date() - RECENT
        if name and is_recent and line.outcome in (ACCEPTED, CHANGED):
            yield {
                "meddelande_id": f"besok-{line.digest}",
                "typ": name,
                "person_ref": str(visit["person_ref"]),
                "bestallning_id": visit["bestallning_id"],
                "besok_id": line.key,
                "planerad_start": visit["planerad_start"].isoformat() if visit["planerad_start"] else None,
                "planerad_min": visit["planerad_min"],
                "utford_min": visit["utford_min"],
                "orsak": visit["orsak"],
                "status": visit["status"],
                # The same each time it is told: one id has one content.
                "skickad_dt": received_at.isoformat(),
            }


def _deviation(visit: dict[str, Any], percent: int) -> str:
    if visit["status"] in NOT_DONE:
        return MISSED
    planned, done = visit["planerad_min"], _minutes(visit)
    if visit["status"] != "utford" or not planned or done is None or not percent:
        return ""
    return DEVIATING if abs(done - planned) > max(LEAST_MINUTES, planned * percent / 100) else ""


def _minutes(visit: dict[str, Any]) -> int | None:
    if visit["faktisk_start"] and visit["faktisk_slut"]:
        stayed: timedelta = visit["faktisk_slut"] - visit["faktisk_start"]
        return round(stayed.total_seconds() / 60)
    stated: int | None = visit["utford_min"]
    return stated
