"""Writes the history of a step: once, in the transaction of what it tells."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from people import statements
from people.models import Staff
from workflows import engine
from workflows.models import HistoryEntry, HistoryKind, ProcessInstance

MAX_NOTED = 100
PERSONS = frozenset({"userTask", "manualTask"})


def write(instance: ProcessInstance, execution: engine.Execution, *, by: Staff | None, now: datetime) -> None:
    """The steps that were completed, how decisions came about, and what expressions had to say."""
    missed = execution.missed()
    rows = [
        HistoryEntry(
            instance_id=instance.pk,
            at=now,
            by_id=by.pk if by and item.element.type in PERSONS else None,
            kind=HistoryKind.COMPLETED,
            element_id=item.element.id,
            element_type=item.element.type,
            name=item.element.name[:300],
            detail=_detail(item, instance, missed) | _on_behalf(item, by),
        )
        for item in execution.happened
    ]
    if execution.is_completed:
        detail = {"outcome": execution.outcome}
        rows.append(HistoryEntry(instance=instance, at=now, kind=HistoryKind.ENDED, detail=detail))
    statements.insert(rows)
    _write_notes(instance, execution, now=now)


def _detail(item: engine.Happened, instance: ProcessInstance, missed: dict[str, int]) -> dict[str, Any]:
    followed = {"flows": item.flows} if item.flows else {}
    if item.explanation:
        return {"decision": item.explanation, "version": instance.version.number, **followed}
    return {"missed": missed[item.element.id], **followed} if item.element.id in missed else followed


def _on_behalf(item: engine.Happened, by: Staff | None) -> dict[str, str]:
    """Whose right it was, when a person did it in the place of somebody who is away."""
    if by is None or item.element.type not in PERSONS or not by.behalves:
        return {}
    lane = item.element.lane
    held = lane if lane in by.roles else item.element.properties.get("eskaleras_till", "")
    return {"for": by.behalves[held]} if held in by.behalves else {}


def write_message(
    instance: ProcessInstance,
    element_id: str,
    name: str,
    *,
    now: datetime,
    by_id: int | None = None,
    without_effect: bool = False,
) -> None:
    """A message that came, also when nothing waited for it any more."""
    detail = {"without_effect": True} if without_effect else {}
    kind = HistoryKind.MESSAGE
    row = HistoryEntry(
        instance=instance,
        at=now,
        by_id=by_id,
        kind=kind,
        element_id=element_id,
        element_type="message",
        name=name,
        detail=detail,
    )
    statements.insert([row])


def _write_notes(instance: ProcessInstance, execution: engine.Execution, *, now: datetime) -> None:
    """What expressions had to say, each once in an instance and not without end: a loop cannot flood the history."""
    notes = execution.notes()
    if not notes:
        return
    rows = instance.history.filter(kind=HistoryKind.NOTED)
    known = [(entry.element_id, entry.detail) for entry in rows[:MAX_NOTED]]
    elements = execution.definition.elements
    wanted = [
        (note.element_id, {"at": note.position, "text": note.message, "expression": note.expression}) for note in notes
    ]
    HistoryEntry.objects.bulk_create(
        HistoryEntry(
            instance=instance,
            at=now,
            kind=HistoryKind.NOTED,
            element_id=element_id,
            element_type=elements[element_id].type if element_id in elements else "",
            name=elements[element_id].name[:300] if element_id in elements else "",
            detail=detail,
        )
        for element_id, detail in [item for item in wanted if item not in known][: MAX_NOTED - len(known)]
    )
