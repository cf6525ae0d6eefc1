"""Which förlopp one may follow up; missing and forbidden are one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404

from people.models import Staff
from workflows import published, rights
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.models.definition import HEAVY


def followed(staff: Staff, key: str) -> tuple[ProcessDefinition, bool]:
    """The förlopp, and whether the viewer may see its ärenden."""
    rows = ProcessDefinition.objects.select_related("current").defer("current__sources", "current__compiled")
    definition = rows.filter(key=key).exclude(current=None).first()
    if definition is None or definition.current is None:
        raise Http404
    settings = config(definition)
    if not rights.may_follow_up(staff, settings):
        raise Http404
    return definition, rights.is_shown(staff, settings)


def all_followed(staff: Staff) -> list[tuple[int, ProcessDefinition]]:
    """Every förlopp that one may follow up, by its key in the database."""
    rows = ProcessDefinition.objects.select_related("current").defer("current__sources", "current__compiled")
    return [(row.pk, row) for row in rows.exclude(current=None) if rights.may_follow_up(staff, config(row))]


def config(definition: ProcessDefinition) -> Mapping[str, Any]:
    """The settings of the version that applies."""
    return published.of(definition.current.public_id).config if definition.current else {}


def versions(definition: ProcessDefinition) -> list[ProcessVersion]:
    """All of them, the latest first, without what is heavy to read."""
    return list(ProcessVersion.objects.filter(definition=definition).defer(*HEAVY).order_by("-number"))


def may_assume(staff: Staff, definition: ProcessDefinition) -> bool:
    """Those who own the förlopp and those who lead a unit say what is reckoned with."""
    return rights.holds(staff, rights.OWNER, rights.HEAD, config(definition).get("owner", ""))
