"""What one shift tells the next: written, read by each, withdrawn while nobody has, and gone after a month."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from people.models import Assignment, Staff, Unit
from tasks.models import ShiftNote, ShiftReading
from tasks.models.shift import MAX_LENGTH

KEPT = timedelta(days=30)


class NotAllowed(Exception):
    """Bara de som arbetar i enheten läser och skriver."""


class Unacceptable(Exception):
    """Texten är tom, för lång eller innehåller tecken som inte kan sparas."""


class AlreadyRead(Exception):
    """Någon har redan läst den."""


def write(*, unit: Unit, text: str, by: Staff, now: datetime, action_id: UUID) -> None:
    """To the next shift. The same `action_id` again writes nothing. Raises NotAllowed, Unacceptable."""
    _require_there(unit, by, now)
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not text or len(text) > MAX_LENGTH or "\0" in text:
        raise Unacceptable
    try:
        with transaction.atomic():
            ShiftNote.objects.create(unit=unit, by=by, at=now, text=text, action_id=action_id)
    except IntegrityError:
        if not ShiftNote.objects.filter(unit=unit, by=by, action_id=action_id).exists():
            raise


def read(*, note: ShiftNote, by: Staff, now: datetime) -> None:
    """Tick it as read; the first time counts. Raises NotAllowed."""
    _require_there(note.unit, by, now)
    with transaction.atomic():
        if _held(note):
            ShiftReading.objects.get_or_create(note=note, by=by, defaults={"at": now})


def withdraw(*, note: ShiftNote, by: Staff) -> None:
    """One's own, which nobody else has read. Raises NotAllowed, AlreadyRead."""
    if note.by_id != by.pk:
        raise NotAllowed
    with transaction.atomic():
        if not _held(note):
            return
        if ShiftReading.objects.filter(note=note).exclude(by=by).exists():
            raise AlreadyRead
        ShiftNote.objects.filter(pk=note.pk).delete()


def purge(*, now: datetime, limit: int = 100) -> int:
    """Delete what was written long ago: it may name persons, and what matters stands with their tasks."""
    old = ShiftNote.objects.filter(at__lt=now - KEPT)
    return ShiftNote.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _held(note: ShiftNote) -> bool:
    """Whether it is still there, and then until the transaction ends."""
    return ShiftNote.objects.select_for_update().filter(pk=note.pk).first() is not None


def _require_there(unit: Unit, by: Staff, now: datetime) -> None:
    if not Assignment.objects.acting(by, timezone.localdate(now)).filter(unit=unit).exists():
        raise NotAllowed
