"""Counts the calls to us that could not be trusted: what anyone can send must not fill the database."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import DatabaseError
from django.db.models import F

from integrations.models import SystemState

log = logging.getLogger(__name__)


def count(system: str, code: str, *, now: datetime) -> None:
    """One more, in the row that the watchdog reads. A wrong clock is the sender's own, so IT is told louder."""
    log.log(logging.ERROR if code == "klocka" else logging.WARNING, "%s: call refused: %s", system, code)
    try:
        SystemState.objects.get_or_create(system=system, job="")
        refused = SystemState.objects.filter(system=system, job="")
        refused.update(refused=F("refused") + 1, refused_at=now, refused_code=code)
    except DatabaseError:
        log.warning("%s: refusal not counted", system)
