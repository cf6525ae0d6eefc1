"""Puts the access log under seal, hour by hour, and tells whether what was sealed is still as it was.

A seal is SHA-256 over the one before it and over each row, so that nobody can change, add or take away a row, also
with full rights to the database, without every later seal becoming wrong. Who has that right could make the seals
anew too: therefore each one is told outside as well, in the log of the process and in FORLOPP_LOG_HEADS, which is to
lie where the database's keeper does not reach.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from audit.models import Seal
from people.models import AccessLog

log = logging.getLogger(__name__)

EVERY = datetime.timedelta(hours=1)
# A row gets its id before it is committed; by then every one with a lower id has been.
STILL_COMING = datetime.timedelta(minutes=10)
MOST = 50_000
COLUMNS = (
    "id", "at", "staff_id", "staff_name", "individual_id", "action", "object_type", "object_id", "outcome", "reason",
    "units", "professions",
)  # fmt: skip
KEPT = datetime.timedelta(days=5 * 365)
"""The shortest time the log is kept (HSLF-FS 2016:40 4 kap. 9 § 7)."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A seal that does not fit, and how, in Swedish."""

    seal: Seal | None
    says: str


def seal_due(*, now: datetime.datetime) -> Seal | None:
    """Seal what has come since the last one, when that is an hour ago. None: not yet, nothing came, or another did."""
    last = Seal.objects.last()
    if last is not None and now - last.at < EVERY and not _are_many(last):
        return None
    found = _Digest(last.digest if last else "")
    for row in _rows(last.last_id + 1 if last else 0, until=now - STILL_COMING):
        found.add(row)
        if found.rows == MOST:
            break
    if not found.rows:
        return None
    made = Seal(
        previous=last, first_id=found.first_id, last_id=found.last_id, rows=found.rows, digest=found.hex(), at=now
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # another worker was first
        return None
    _tell(made)
    return made


def broken(*, now: datetime.datetime, heads: Path | None = None) -> Iterator[Broken]:
    """Every seal that no longer fits what it was put on. `heads`: a file of FORLOPP_LOG_HEADS to hold them against."""
    before: Seal | None = None
    for seal in Seal.objects.order_by("pk").iterator():
        yield from _faults(seal, before, now=now)
        before = seal
    if heads is not None:
        yield from _missing(heads)


def _faults(seal: Seal, before: Seal | None, *, now: datetime.datetime) -> Iterator[Broken]:
    if seal.previous_id != (before.pk if before else None):
        yield Broken(seal=seal, says="förseglingen före den saknas")
    found = _Digest(before.digest if before else "")
    sealed = AccessLog.objects.filter(pk__gte=seal.first_id, pk__lte=seal.last_id).order_by("pk")
    for row in sealed.values_list(*COLUMNS).iterator():
        found.add(row)
    if not found.rows and seal.at < now - KEPT:
        return  # its rows have been weeded out, as they may
    if found.rows != seal.rows:
        yield Broken(seal=seal, says=f"den gällde {seal.rows} rader, och nu är de {found.rows}")
    elif found.hex() != seal.digest:
        yield Broken(seal=seal, says="en eller flera rader har ändrats")


def _missing(heads: Path) -> Iterator[Broken]:
    known = set(Seal.objects.values_list("digest", flat=True))
    for line in heads.read_text(encoding="utf-8").splitlines():
        *_, digest = line.split()
        if digest not in known:
            yield Broken(seal=None, says=f"{line.split()[0]} står i {heads.name} men inte i databasen")


def _rows(first: int, *, until: datetime.datetime) -> Iterator[tuple[Any, ...]]:
    """In order, up to the first that is too new."""
    found = AccessLog.objects.filter(pk__gte=first).order_by("pk").values_list(*COLUMNS)
    for row in found.iterator(chunk_size=2_000):
        if row[1] >= until:
            return
        yield row


def _are_many(last: Seal) -> bool:
    return last.rows == MOST


class _Digest:
    """Takes rows in order."""

    def __init__(self, before: str) -> None:
        self._sum = hashlib.sha256(before.encode())
        self.rows = self.first_id = self.last_id = 0

    def add(self, row: tuple[Any, ...]) -> None:
        key, at, *rest = row
        told = [key, at.astimezone(datetime.UTC).isoformat(timespec="microseconds"), *rest]
        self._sum.update(json.dumps(told, separators=(",", ":")).encode() + b"\n")
        self.first_id, self.last_id, self.rows = self.first_id or key, key, self.rows + 1

    def hex(self) -> str:
        return self._sum.hexdigest()


def _tell(seal: Seal) -> None:
    """Outside the database, in lines that hold no personal data: when, how far, how many rows, and the seal."""
    log.info("access log sealed: %s", _line(seal))
    if not settings.FORLOPP_LOG_HEADS:
        return
    path = Path(settings.FORLOPP_LOG_HEADS)
    try:
        with path.open("a+", encoding="utf-8") as file:
            file.seek(0)
            *_, last = ["", *file.read().split()]
            # Also those that could not be written when they were made.
            told = Seal.objects.filter(digest=last).values_list("pk", flat=True)
            file.writelines(
                f"{_line(one)}\n" for one in Seal.objects.filter(pk__gt=max(told, default=0)).order_by("pk")
            )
    except OSError as problem:
        log.warning("cannot write to FORLOPP_LOG_HEADS: %s", problem.strerror)


def _line(seal: Seal) -> str:
    return f"{seal.at:%Y-%m-%dT%H:%M:%SZ} {seal.last_id} {seal.rows} {seal.digest}"
