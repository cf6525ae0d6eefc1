"""Whether there is room on the disks, and whether the clocks agree."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from config.examined.finding import ERROR, OK, WARNING, Finding
from web.addresses import LOOPBACK

LITTLE, NEXT_TO_NONE = 5 * 2**30, 500 * 2**20
APART = timedelta(seconds=30)


def mode() -> Iterator[Finding]:
    """In the demo and in practice mode anybody comes in without a password, as anybody."""
    name = "övning" if settings.FORLOPP_PRACTICE else "demo" if settings.FORLOPP_DEMO else "drift"
    reached = [host for host in settings.ALLOWED_HOSTS if host not in LOOPBACK]
    if name == "demo" and reached:
        says = f"demo, som alla kommer in i utan lösenord, och som nås på {', '.join(reached)}"
        yield Finding(WARNING, "Läge", says, "aldrig med riktiga personer: i drift är FORLOPP_MODE=production")
    else:
        yield Finding(OK, "Läge", name)


def room() -> Iterator[Finding]:
    """Each disk once, by the folders of ours that lie on it; a full one stops every page that is about a person."""
    told: dict[str, str | Path] = {"FORLOPP_VAR": settings.FORLOPP_VAR, "FORLOPP_FILES": settings.FORLOPP_FILES}
    told |= {"FORLOPP_BACKUP": settings.FORLOPP_BACKUP} if settings.FORLOPP_BACKUP else {}
    disks: dict[int, tuple[Path, list[str]]] = {}
    for name, folder in told.items():
        place = next((one for one in (Path(folder), *Path(folder).parents) if one.exists()), Path("/"))
        disks.setdefault(place.stat().st_dev, (place, []))[1].append(name)
    for place, names in disks.values():
        free, what = shutil.disk_usage(place).free, f"Disken för {', '.join(names)}"
        says = f"{free / 2**30:.1f} GB är lediga"
        if free < LITTLE:
            verdict = ERROR if free < NEXT_TO_NONE else WARNING
            yield Finding(verdict, what, f"bara {says}", "gör plats; full disk stoppar allt som rör personer")
        else:
            yield Finding(OK, what, says)


def folders() -> Iterator[Finding]:
    """What the installation writes in all the time."""
    place = settings.FORLOPP_VAR
    if place.exists() and not os.access(place, os.W_OK | os.X_OK):
        yield Finding(ERROR, "FORLOPP_VAR", f"det går inte att skriva i {place}", "ge användaren som kör Förlopp rätt")


def clock() -> Iterator[Finding]:
    """Deadlines are kept by ours; what is asked of the database is judged by its own."""
    if connection.vendor != "postgresql":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            theirs: datetime = cursor.fetchone()[0]
    except DatabaseError:
        return
    apart = abs(timezone.now() - theirs)
    if apart > APART:
        says = f"databasens klocka går {apart.total_seconds():.0f} s annorlunda än den här maskinens"
        yield Finding(ERROR, "Klockan", says, "ställ båda med NTP (timedatectl set-ntp true)")
    else:
        yield Finding(OK, "Klockan", "går som databasens")
