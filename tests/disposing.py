"""Ärenden that are to be destroyed: with one word in everything that people can write in."""

from __future__ import annotations

import datetime
import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from people.models import Individual, Staff
from tasks.services import comments, drafts
from tests import pages
from workflows.models import AmendedPart, ProcessInstance
from workflows.services import amending, incidents, mending, user_tasks

MARK = "hallonmarkör"
PLANNED = {"besoksdag": "2026-12-01", "plats": "annan", "annan_plats": f"{MARK} i svaret", "tolk": False}
CONTACT = {"slag": "anhorig", "namn": f"Eva {MARK}", "telefon": "070-174 06 41", "fran": "2026-01-01"}
LATER = datetime.timedelta(days=366 * 11)


def ended(individual: Individual, by: Staff) -> ProcessInstance:
    """An ärende that has ended."""
    begun = pages.start(individual, by)
    mending.cancel(instance=begun, reason="Prov", by=by, now=timezone.now())
    begun.refresh_from_db()
    return begun


def written_in(individual: Individual, by: Staff) -> ProcessInstance:
    """An ärende with the mark in everything that people and systems can write in it, and ended."""
    begun, now = pages.start(individual, by), timezone.now()
    task = pages.task(begun, "planera_besok")
    told = {"annan_plats": f"{MARK} i utkastet"}
    drafts.save(task=task, written=told, by=by, page=uuid.uuid4(), number=1, seen=None, now=now)
    comments.add(task=task, text=f"{MARK} i kommentaren", by=by, now=now, action_id=uuid.uuid4())
    file = SimpleUploadedFile(f"{MARK}.txt", f"{MARK} i filen".encode())
    sent = {"action_id": str(uuid.uuid4()), "fil": [file]}
    assert pages.logged_in(by).post(f"/uppgifter/{task.public_id}/filer/", sent).status_code == 302
    user_tasks.complete(task=task, answers=PLANNED, by=by, now=now)
    amended(begun, by)
    incidents.open_incident(code="engine", text=f"{MARK} i stoppet", group="samordnare", now=now, instance=begun)
    mending.cancel(instance=begun, reason=f"{MARK} i skälet", by=by, now=now)
    return begun


def amended(begun: ProcessInstance, by: Staff) -> None:
    """The done task, its comment and its file, each in every way."""
    task, now = pages.task(begun, "planera_besok"), timezone.now()
    why = amending.Why(reason=f"{MARK} i rättelsens skäl", seen=0)
    changed = PLANNED | {"annan_plats": f"{MARK} i rättelsen"}
    amending.correct_answers(task=task, answers=changed, why=why, by=by, now=now)
    said = amending.Why(reason="Nej", seen=1, view=f"{MARK} i personens uppfattning")
    amending.refuse(target=amending.of_task(task), why=said, by=by, now=now)
    for part, key in ((AmendedPart.COMMENT, task.comments.get().pk), (AmendedPart.FILE, task.attachments.get().pk)):
        target = amending.of_task(task, part, str(key))
        amending.correct_text(target=target, text=f"{MARK} i rättad {part}", why=why, by=by, now=now)
