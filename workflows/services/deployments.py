"""Publish a förlopp: a new immutable version that new instances start on."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from django.db import transaction

from people.models import Staff
from workflows.definitions import Folder, checked
from workflows.diagram import Element
from workflows.engine import NotCompilable
from workflows.models import Papers, ProcessDefinition, ProcessVersion, SignalStart, StartSubscription


def publish(*, folder: Folder, by: Staff | None, now: datetime) -> tuple[ProcessVersion, bool]:
    """The version with this content, and whether it is new. Raises NotCompilable with every finding at once."""
    result = checked(folder)
    errors = [finding for finding in result.findings if finding.severity == "error"]
    if errors or result.compiled is None:
        raise NotCompilable(errors)
    digest = hashlib.sha256(json.dumps([folder.config, folder.sources], sort_keys=True).encode()).hexdigest()
    with transaction.atomic():
        definition, _ = ProcessDefinition.objects.get_or_create(key=folder.key, defaults={"title": folder.title})
        definition = ProcessDefinition.objects.select_for_update(of=("self",)).get(pk=definition.pk)
        version = definition.versions.filter(digest=digest).first()
        is_new = version is None
        if version is None:
            last = definition.versions.order_by("-number").first()
            version = ProcessVersion.objects.create(
                definition=definition,
                number=last.number + 1 if last else 1,
                digest=digest,
                sources=folder.sources,
                config=folder.config,
                compiled=result.compiled,
                published_at=now,
                published_by=by,
            )
        if folder.papers:
            Papers.objects.update_or_create(version=version, defaults={"files": folder.papers})
        _make_current(definition, version, folder, result.starts, by)
    return version, is_new


def is_chosen(key: str) -> bool:
    """Whether a person has published it in the workbench: then a folder does not take its place unasked."""
    return ProcessDefinition.objects.filter(key=key).exclude(chosen_by=None).exists()


def _make_current(
    definition: ProcessDefinition, version: ProcessVersion, folder: Folder, starts: list[Element], by: Staff | None
) -> None:
    definition.current = version
    definition.title = folder.title
    definition.chosen_by = by
    definition.save(update_fields=["current", "title", "chosen_by"])
    StartSubscription.objects.filter(definition=definition).delete()
    StartSubscription.objects.bulk_create(
        StartSubscription(definition=definition, message_name=start.message, start_event=start.id)
        for start in starts
        if start.message
    )
    SignalStart.objects.filter(definition=definition).delete()
    SignalStart.objects.bulk_create(
        SignalStart(definition=definition, name=start.signal, start_event=start.id) for start in starts if start.signal
    )
