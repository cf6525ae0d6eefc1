"""Publish a förlopp: an immutable version that new instances start on, everywhere or first in some areas."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from people.models import Staff
from workflows import versions
from workflows.definitions import Folder, checked
from workflows.diagram import Element
from workflows.engine import NotCompilable
from workflows.models import AreaVersion, Papers, ProcessDefinition, ProcessVersion, SignalStart, StartSubscription
from workflows.models.definition import HEAVY


def publish(
    *, folder: Folder, by: Staff | None, now: datetime, areas: Sequence[str] = ()
) -> tuple[ProcessVersion, bool]:
    """The version with this content, which applies to all or is tried in some areas; and whether it is new.

    What is tried in areas goes on being tried when another version becomes the one for all.
    Raises NotCompilable with every finding at once.
    """
    result = checked(folder)
    errors = [finding for finding in result.findings if finding.severity == "error"]
    if errors or result.compiled is None:
        raise NotCompilable(errors)
    with transaction.atomic():
        definition, _ = ProcessDefinition.objects.get_or_create(key=folder.key, defaults={"title": folder.title})
        definition = locked(definition)
        version, is_new = _stored(definition, folder, result.compiled, by, now)
        if areas:
            _try_in(definition, version, areas, now)
        else:
            _make_current(definition, version, folder, by, now)
        _listen(definition, version, result.starts)
    return version, is_new


def locked(definition: ProcessDefinition) -> ProcessDefinition:
    """One at a time says which of its versions apply. Call in a transaction."""
    return ProcessDefinition.objects.select_for_update(of=("self",)).get(pk=definition.pk)


def take_back(*, definition: ProcessDefinition, areas: Sequence[str]) -> dict[str, ProcessVersion]:
    """New ärenden in these areas start in the version for all again; what was tried there, by area."""
    with transaction.atomic():
        locked(definition)
        rows = definition.tried.select_related("version").defer(*(f"version__{name}" for name in HEAVY))
        ended = {row.area: row.version for row in rows.filter(area__in=areas)}
        definition.tried.filter(area__in=ended).delete()
        _forget_starts(definition)
    return ended


def follow_area(before: str, area: str) -> None:
    """An area has another name: what is tried there goes along, unless something else is tried in the other already."""
    for row in AreaVersion.objects.filter(area=before).select_related("definition"):
        with transaction.atomic():
            definition = locked(row.definition)
            if area and not definition.tried.filter(area=area).exists():
                definition.tried.filter(pk=row.pk).update(area=area)
            else:
                definition.tried.filter(pk=row.pk).delete()
                _forget_starts(definition)


def is_chosen(key: str) -> bool:
    """Whether a person has published it in the workbench: then a folder does not take its place unasked."""
    return ProcessDefinition.objects.filter(key=key).exclude(chosen_by=None).exists()


def unchanged(folder: Folder) -> ProcessVersion | None:
    """The version that applies to all, if it and its papers are what the folder holds: nothing to check or publish."""
    found = ProcessDefinition.objects.filter(key=folder.key, current__digest=_digest(folder))
    current = found.select_related("current").defer(*(f"current__{name}" for name in HEAVY)).first()
    if current is None or folder.findings:
        return None
    papers = Papers.objects.filter(version=current.current).first()
    return current.current if (papers.files if papers else {}) == folder.papers else None


def _digest(folder: Folder) -> str:
    return hashlib.sha256(json.dumps([folder.config, folder.sources], sort_keys=True).encode()).hexdigest()


def _stored(
    definition: ProcessDefinition, folder: Folder, compiled: dict[str, Any], by: Staff | None, now: datetime
) -> tuple[ProcessVersion, bool]:
    digest = _digest(folder)
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
            compiled=compiled,
            published_at=now,
            published_by=by,
        )
    if folder.papers:
        Papers.objects.update_or_create(version=version, defaults={"files": folder.papers})
    return version, is_new


def _make_current(
    definition: ProcessDefinition, version: ProcessVersion, folder: Folder, by: Staff | None, now: datetime
) -> None:
    if definition.current_id != version.pk:
        definition.since = now
    definition.current = version
    definition.title = folder.title
    definition.chosen_by = by
    definition.save(update_fields=["current", "title", "chosen_by", "since"])
    definition.tried.filter(version=version).delete()


def _try_in(definition: ProcessDefinition, version: ProcessVersion, areas: Sequence[str], now: datetime) -> None:
    for area in areas:
        definition.tried.filter(area=area).exclude(version=version).delete()
        definition.tried.get_or_create(area=area, defaults={"version": version, "since": now})


def _listen(definition: ProcessDefinition, version: ProcessVersion, starts: list[Element]) -> None:
    """What starts the version does so, and what starts those that apply to nobody any more does not."""
    about: dict[str, Any] = {"definition": definition, "version": version}
    for model in (StartSubscription, SignalStart):
        model.objects.filter(version=version).delete()
    StartSubscription.objects.bulk_create(
        StartSubscription(message_name=start.message, start_event=start.id, **about)
        for start in starts
        if start.message
    )
    SignalStart.objects.bulk_create(
        SignalStart(name=start.signal, start_event=start.id, **about) for start in starts if start.signal
    )
    _forget_starts(definition)


def _forget_starts(definition: ProcessDefinition) -> None:
    gone = ~Exists(versions.anywhere().filter(pk=OuterRef("version")))
    for model in (StartSubscription, SignalStart):
        model.objects.filter(gone, definition=definition).delete()
