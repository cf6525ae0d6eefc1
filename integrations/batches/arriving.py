"""Receives what lies in a folder or is told over HTTP: stored raw before anything is done with it, and once."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from integrations import configuration
from integrations.batches import files, folders, importing
from integrations.batches.files import FileRefused
from integrations.batches.folders import Entry, Folder
from integrations.models import Batch, BatchContent, BatchState

log = logging.getLogger(__name__)

CHECKSUM = ".sha256"
# A file with no checksum is whole when it has looked the same for so long; one whose checksum is missing or does not
# agree is a matter for a person after so long.
QUIET = timedelta(seconds=60)
PATIENCE = timedelta(minutes=15)
_BEING_WRITTEN = (".part", ".tmp", ".filepart", ".partial", ".crdownload")
_NAME = re.compile(
    r"(?P<kind>[a-z]+)_(?:[\w.-]*_)?(?P<municipality>\d{4})_(?P<day>\d{8})(?:[_-][\w-]+)?\.csv", re.IGNORECASE
)
_SUM = re.compile(r"\b[0-9a-fA-F]{64}\b")


def look(system: str, *, clock: Callable[[], datetime] = timezone.now) -> None:
    """Receive every file that is whole, then read what has been received. Raises DeliveryError."""
    importing.read_received(system, clock=clock)
    if not folders.is_told(system):
        return
    with folders.opened(system) as folder:
        entries = {entry.name: entry for entry in folder.entries()}
        for entry in sorted(entries.values(), key=lambda entry: _turn(system, entry.name)):
            if not entry.name.startswith(".") and not entry.name.lower().endswith((CHECKSUM, *_BEING_WRITTEN)):
                _consider(system, folder, entry, entries, now=clock())
    importing.read_received(system, clock=clock)


def receive_page(
    *, system: str, kind: str, rows: list[Any], cursor: str, since: str, now: datetime
) -> tuple[Batch, bool]:
    """Store a page of rows as it was told, and whether it is new; `cursor` is where the next one begins."""
    raw = json.dumps(rows, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(raw).hexdigest()
    name = f"{kind}, sida från {since or 'början'}"[:200]
    told = {"kind": kind, "is_json": True, "cursor": cursor, "seen_at": now, "received_at": now}
    with transaction.atomic():
        batch, is_new = Batch.objects.get_or_create(
            system=system, name=name, digest=digest, defaults=told | {"state": BatchState.RECEIVED}
        )
        if is_new:
            BatchContent.objects.create(batch=batch, raw=files.packed([raw]))
    return batch, is_new


# -- inside ------------------------------------------------------------------------------------------------------------


def _turn(system: str, name: str) -> tuple[int, str]:
    """What others refer to comes first, as the kinds were registered."""
    order = list(importing.kinds(system))
    found = name.partition("_")[0].lower()
    return (order.index(found) if found in order else len(order), name)


def _consider(system: str, folder: Folder, entry: Entry, entries: dict[str, Entry], *, now: datetime) -> None:
    name = entry.name[:200]
    known = Batch.objects.filter(system=system, name=name, mark=entry.mark).exclude(state=BatchState.WAITING).first()
    if known is not None:
        # What was received could not be moved then; what was refused unread is left until somebody mends it.
        if known.digest:
            _set_aside(folder, entry, entries)
        return
    batch = _waiting(system, name, entry, now=now)
    still_for, problem = now - batch.seen_at, ""
    try:
        kind = _kind(system, name)
        stated = _stated(folder, entries.get(f"{entry.name}{CHECKSUM}"))
        if stated or not configuration.of(system).yes("checksum"):
            if stated or still_for >= QUIET:
                _receive(batch, kind, folder, entry, entries, stated, is_late=still_for >= PATIENCE, now=now)
        elif still_for >= PATIENCE:
            problem = f"Kontrollsumman {entry.name}{CHECKSUM} saknas."
    except FileRefused as refusal:
        problem = str(refusal)
    if problem:
        importing.refuse(batch, problem, now=now)


def _waiting(system: str, name: str, entry: Entry, *, now: datetime) -> Batch:
    """How it looks and since when."""
    batch, _ = Batch.objects.get_or_create(
        system=system, name=name, digest="", defaults={"mark": entry.mark, "seen_at": now}
    )
    if batch.mark != entry.mark:
        # It has grown, or been mended after it was refused.
        batch.mark, batch.seen_at, batch.state, batch.problem = entry.mark, now, BatchState.WAITING, ""
        batch.save(update_fields=["mark", "seen_at", "state", "problem"])
    return batch


def _kind(system: str, name: str) -> str:
    found, known = _NAME.fullmatch(name), importing.kinds(system)
    if found is None or found["kind"].lower() not in known:
        raise FileRefused(f"Namnet känns inte igen. Det ska vara som {next(iter(known), 'x')}_1880_20261121.csv.")
    if found["municipality"] != settings.FORLOPP_MUNICIPALITY_CODE:
        raise FileRefused(f"Filen gäller kommun {found['municipality']}, inte {settings.FORLOPP_MUNICIPALITY_CODE}.")
    return found["kind"].lower()


def _stated(folder: Folder, sidecar: Entry | None) -> str:
    """The checksum that the sender has written beside the file; '' when there is none yet."""
    if sidecar is None or sidecar.size > 10_000:
        return ""
    told = b"".join(folder.pieces(sidecar.name)).decode("utf-8", "replace")
    found = _SUM.search(told)
    return found[0].lower() if found else ""


def _receive(
    batch: Batch,
    kind: str,
    folder: Folder,
    entry: Entry,
    entries: dict[str, Entry],
    stated: str,
    *,
    is_late: bool,
    now: datetime,
) -> None:
    """Store it, if it is whole; else leave it until it is, or is refused for having been torn too long."""
    hashed, size = hashlib.sha256(), 0

    def read() -> Iterator[bytes]:
        nonlocal size
        for piece in folder.pieces(entry.name):
            hashed.update(piece)
            size += len(piece)
            yield piece

    raw = files.packed(read())
    digest = hashed.hexdigest()
    if size != entry.size or (stated and stated != digest):
        if is_late:
            raise FileRefused("Kontrollsumman stämmer inte: filen är avhuggen eller ändrad. Skicka den igen.")
        return
    known = _stored(batch, kind, digest, raw, now=now)
    _set_aside(folder, entry, entries)
    if known is not None and known.state == BatchState.REFUSED:
        importing.refuse(known, known.problem, now=now)


def _stored(batch: Batch, kind: str, digest: str, raw: bytes, *, now: datetime) -> Batch | None:
    """The batch that had the same name and content already, if any: then nothing more is stored."""
    with transaction.atomic():
        known = Batch.objects.filter(system=batch.system, name=batch.name, digest=digest).first()
        if known is not None:
            Batch.objects.filter(pk=known.pk).update(copies=F("copies") + 1, mark=batch.mark)
            Batch.objects.filter(pk=batch.pk, digest="").delete()
            return known
        values = {"kind": kind, "digest": digest, "state": BatchState.RECEIVED, "received_at": now, "problem": ""}
        if Batch.objects.filter(pk=batch.pk, digest="").update(**values) == 1:
            BatchContent.objects.create(batch=batch, raw=raw)
    return None


def _set_aside(folder: Folder, entry: Entry, entries: dict[str, Entry]) -> None:
    folder.set_aside(entry.name)
    if f"{entry.name}{CHECKSUM}" in entries:
        folder.set_aside(f"{entry.name}{CHECKSUM}")
