"""What is done on a schedule beside the mailbox: look in the folder, and fetch rows over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from integrations import configuration
from integrations.batches import arriving, importing
from integrations.hemtjanst.client import HomeCarePlanning
from integrations.models import Batch

MOST_PAGES = 200


def look_in_folder() -> None:
    arriving.look("hemtjanst")


def fetch_rows(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """Page after page of each contract until nothing is new; what was stored before a failure is read next time."""
    importing.read_received("hemtjanst", clock=clock)
    if not configuration.of("hemtjanst").yes("rows"):
        return
    planning = HomeCarePlanning()
    for kind in importing.kinds("hemtjanst"):
        for _page in range(MOST_PAGES):
            if not _fetch_page(planning, kind, now=clock()):
                break


def _fetch_page(planning: HomeCarePlanning, kind: str, *, now: datetime) -> bool:
    """Whether there may be more. The cursor is moved by what is stored, so that a crash in between loses nothing."""
    latest = Batch.objects.filter(system="hemtjanst", kind=kind, is_json=True).order_by("-pk").first()
    since = latest.cursor if latest else ""
    rows, cursor = planning.rows(kind, after=since)
    if not rows:
        return False
    batch, is_new = arriving.receive_page(system="hemtjanst", kind=kind, rows=rows, cursor=cursor, since=since, now=now)
    if is_new:
        importing.read(batch, now=now)
    return is_new and cursor != since
