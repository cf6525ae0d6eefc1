"""A person's whole record as one file: for the archive, for another municipality, or for the person (GDPR article 15).

`akt.json` is every row about the person by table, as it is in the database, so that nothing depends on how we show it.
Each ärende is also a PDF/A that a person can read, and files are as they were added.
"""

from __future__ import annotations

import datetime
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.core import serializers
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.deletion import Collector

from disposal.services import destroying
from disposal.services.remains import OF_PERSONS
from people.models import Individual, Staff
from tasks import paper
from web.paper import pdf
from workflows.attachments import shelf
from workflows.models import Attachment, InboxMessage, ProcessInstance, UserTask
from workflows.sight import Sight
from workflows.written import NOTHING, Written

FORMAT = "forlopp-akt/1"
OURS = {
    "workflows.processinstance": ("engine_state", "revision"),
    "workflows.outboxmessage": ("lease_token", "leased_by"),
}
"""Columns that are the machine's own and say nothing of the person."""
READ_ME = """Det här är allt som finns om en person i Förlopp, framställt {at}.

akt.json   varje rad om personen, tabell för tabell, med kolumnernas namn ({format}).
           Personal står som nummer; vilka de är står under "personal".
arenden/   varje ärende som PDF/A, att läsa och skriva ut.
filer/     det som har bifogats, som det lades till.
           Vilken uppgift en fil hör till står i akt.json (workflows.attachment).
"""


class Whole(Sight):
    """Sees all of a person: for a record that is to leave the house whole. Who may ask for one is decided elsewhere."""

    @cached_property
    def opened(self) -> bool:
        return True

    @cached_property
    def written(self) -> Written:
        return NOTHING


def whole(individual: Individual, *, by: Staff, now: datetime.datetime) -> io.BytesIO:
    """The file as a zip; a second for each twenty ärenden or so."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("LÄS MIG.txt", READ_ME.format(at=now.date().isoformat(), format=FORMAT))
        archive.writestr(
            "akt.json", json.dumps(_told(individual, now), ensure_ascii=False, indent=1, cls=DjangoJSONEncoder)
        )
        seen = Whole(viewer=by, individual=individual, on=now.date())
        for instance in ProcessInstance.objects.filter(individual=individual).select_related("individual", "version"):
            paper_of_it = paper.of_instance(instance, by, now=now, seen=seen)
            archive.writestr(f"arenden/{instance.started_at:%Y-%m-%d}-{instance.public_id}.pdf", pdf(paper_of_it))
        for attachment in _attachments(individual):
            path = shelf.path_of(attachment.public_id)
            if path.exists():
                archive.write(path, f"filer/{attachment.public_id}-{_safe(attachment.name)}")
    made.seek(0)
    return made


# -- inside ------------------------------------------------------------------------------------------------------------


def _told(individual: Individual, now: datetime.datetime) -> dict[str, Any]:
    rows: dict[str, list[dict[str, Any]]] = {}
    staff: set[int] = set()
    for row in _rows(individual):
        told = serializers.serialize("python", [row])[0]
        for column in OURS.get(told["model"], ()):
            told["fields"].pop(column)
        staff.update(_staff(row))
        rows.setdefault(told["model"], []).append({"id": told["pk"], **told["fields"]})
    named = Staff.objects.filter(pk__in=staff).order_by("pk")
    known = {row.pk: {"namn": str(row), "titel": row.title} for row in named}
    return {"format": FORMAT, "framstalld": now, "rader": rows, "personal": known}


def _rows(individual: Individual) -> Iterator[Model]:
    """The person, what is kept beside their ärenden, and exactly what a destruction of their ärenden would remove."""
    yield individual
    seen = set()
    instances = list(ProcessInstance.objects.filter(individual=individual))
    messages = destroying.messages_of([instance.pk for instance in instances])
    beside = (model.objects.filter(**{path: individual}) for model, path, _ in OF_PERSONS)
    hanging = [*_hanging(instances), *_hanging(InboxMessage.objects.filter(pk__in=messages))]
    for rows in (*beside, hanging):
        for row in rows:
            key = type(row), row.pk
            if key not in seen:
                seen.add(key)
                yield row


def _hanging(roots: Iterable[Model]) -> Iterator[Model]:
    collector = Collector(using=DEFAULT_DB_ALIAS, origin=None)
    collector.can_fast_delete = lambda *_args, **_options: False  # type: ignore[method-assign]
    collector.collect(list(roots))
    for found in collector.data.values():
        yield from sorted(found, key=lambda row: row.pk)


def _staff(row: Model) -> Iterator[int]:
    for field in row._meta.concrete_fields:  # noqa: SLF001  a model tells its columns by it
        if field.related_model is Staff and getattr(row, field.attname) is not None:
            yield getattr(row, field.attname)


def _attachments(individual: Individual) -> Iterable[Attachment]:
    tasks = UserTask.objects.filter(individual=individual)
    return Attachment.objects.filter(task__in=tasks).exclude(name="").order_by("pk")


def _safe(name: str) -> str:
    """For any file system."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", name)[-120:]
