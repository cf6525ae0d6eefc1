"""Which förlopp one may follow up; missing and forbidden are one answer."""

from __future__ import annotations

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
    config = published.of(definition.current.public_id).config
    if not rights.may_follow_up(staff, config):
        raise Http404
    return definition, rights.is_shown(staff, config)


def versions(definition: ProcessDefinition) -> list[ProcessVersion]:
    """All of them, the latest first, without what is heavy to read."""
    return list(ProcessVersion.objects.filter(definition=definition).defer(*HEAVY).order_by("-number"))


def may_assume(staff: Staff, definition: ProcessDefinition) -> bool:
    """Those who own the förlopp and those who lead a unit say what is reckoned with."""
    config = published.of(definition.current.public_id).config if definition.current else {}
    return rights.holds(staff, rights.OWNER, rights.HEAD, config.get("owner", ""))
