"""Whether there is something to go back to, and how old it is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config import archive, backup
from config.examined.finding import ERROR, OK, WARNING, Finding
from web.swedish import STOCKHOLM

WHAT = "Säkerhetskopian"
DAILY = timedelta(hours=26)
WEEKLY = timedelta(days=8)
FOLLOWED = timedelta(minutes=1)
MUCH_LOG = 2**30
"""Bytes that the server keeps for one who does not come for them."""


def taken() -> Iterator[Finding]:
    if settings.FORLOPP_DEMO:
        return
    if not settings.FORLOPP_BACKUP:
        says = "Förlopp vet inte om någon säkerhetskopia tas"
        yield Finding(WARNING, WHAT, says, "sätt FORLOPP_BACKUP, eller kopiera på annat sätt (docs/operations.md)")
        return
    folder, now = Path(settings.FORLOPP_BACKUP), timezone.now()
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        yield Finding(ERROR, WHAT, f"det går inte att läsa och skriva i {folder}", "rätta FORLOPP_BACKUP eller rätten")
    elif (folder / archive.LOG).exists():
        yield from _followed(folder, now)
    else:
        yield from _copied(folder, now)


def _copied(folder: Path, now: datetime) -> Iterator[Finding]:
    files = [path.stat().st_mtime for path in folder.glob(backup.NAMED)]
    last = datetime.fromtimestamp(max(files), UTC) if files else None
    if last is None or now - last > DAILY:
        says = f"den senaste är från {_told(last)}" if last else f"det finns ingen i {folder}"
        yield Finding(ERROR, WHAT, says, "kör manage.py backup, och se efter varför det inte görs varje natt")
    else:
        yield Finding(OK, WHAT, f"den senaste är från {_told(last)}")


def _followed(folder: Path, now: datetime) -> Iterator[Finding]:
    last, bases = archive.last_seen(folder), archive.bases(folder)
    if last is None or now - last > FOLLOWED:
        says = f"databasen följs inte sedan {_told(last)}" if last else "databasen följs inte"
        yield Finding(ERROR, WHAT, says, "starta processen archive, och läs dess logg")
        yield from _kept_for_us()
    elif not bases or now - bases[-1].ended > WEEKLY:
        says = f"den senaste baskopian är från {_told(bases[-1].ended)}" if bases else "det finns ingen baskopia"
        yield Finding(WARNING, WHAT, says, "kör manage.py archive --base varje vecka")
    else:
        yield Finding(OK, WHAT, f"databasen följs, från baskopian {_told(bases[0].ended)} och framåt")


def _kept_for_us() -> Iterator[Finding]:
    """The server keeps its log for one who has said that they will come, until its disk is full."""
    asks = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) FROM pg_replication_slots WHERE slot_name = %s"
    try:
        with connection.cursor() as cursor:
            cursor.execute(asks, [archive.SLOT])
            row = cursor.fetchone()
    except DatabaseError:
        return
    if row and row[0] and row[0] > MUCH_LOG:
        says = f"PostgreSQL sparar {row[0] / 2**30:.0f} GB av sin logg åt den som skulle följa"
        remedy = f"starta archive, eller ge upp: SELECT pg_drop_replication_slot('{archive.SLOT}')"
        yield Finding(ERROR, "Databasens disk", says, remedy)


def _told(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
