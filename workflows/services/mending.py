"""What a person does when an ärende has stopped, or must stand still: skip, move, change, pause, cancel.

Each verb is one transaction and one row of history with the reason; when it fails everything is as before. The same
`action_id` again (a double click) changes nothing more. They raise NotAllowed, NoReason, steps.InstanceEnded,
steps.Suspended, incidents.AlreadyResolved (a colleague was first with the stopp) and engine.EngineError.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from people.models import Staff
from workflows import engine, published, rights, strict_json
from workflows.diagram import GONE_WRONG, NOT_DONE
from workflows.models import (
    HistoryEntry,
    HistoryKind,
    Incident,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskState,
)
from workflows.services import held, inbox, incidents, instances, outbox, settle, signals, steps, timers, turns, waits

MOST_BYTES = 100_000
FIXED = frozenset({"person", "arende", NOT_DONE, GONE_WRONG})
"""Variables that say whose the ärende is, which no change may make another's, and those the platform alone sets."""


class NotAllowed(Exception):
    """Du får inte åtgärda ärendet."""


class NoReason(Exception):
    """Skriv ett skäl."""


class InvalidChange(Exception):
    """En uppgift kan inte ändras så."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"invalid change of {name}")
        self.name = name
        self.message = message


@turns.again
def skip(
    *,
    instance: ProcessInstance,
    reason: str,
    by: Staff,
    now: datetime,
    task_id: uuid.UUID | None = None,
    element_id: str = "",
    action_id: uuid.UUID | None = None,
    stop: Incident | None = None,
) -> ProcessInstance:
    """Complete a step without doing it: the one that waits, or the one that fails, which is then tried at once.

    A step that fails when a person completes another is passed by when they do so the next time.
    """
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None:
            return instance

        def act(execution: engine.Execution) -> None:
            place = _place(execution, task_id, element_id)
            _note(
                row,
                HistoryKind.SKIPPED,
                reason,
                by,
                now,
                action_id,
                execution,
                place.element.id if place else element_id,
            )
            if place is not None:
                _withdraw_task(row, place.id, now=now)
                execution.skip(place.id, now=now)
                return
            execution.pass_by(element_id, now=now)
            if stop is not None and stop.outbox is not None and stop.outbox.result is not None:
                execution.answer(stop.outbox.engine_task_id, stop.outbox.result, now=now)

        steps.take(instance_id=row.pk, held=row, act=act, by=by, now=now)
        _close(row, stop, by=by, now=now, note=f"Hoppade över steget: {reason}", element_id=element_id)
    if stop is not None and stop.message is not None:
        inbox.handle(message=stop.message, now=now)
    if stop is not None:
        signals.try_again(stop)
    return row


@turns.again
def move(
    *,
    instance: ProcessInstance,
    task_id: uuid.UUID,
    target: str,
    reason: str,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None = None,
    stop: Incident | None = None,
) -> ProcessInstance:
    """Go on from another step of the same scope than the one that waits."""
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None:
            return instance

        def act(execution: engine.Execution) -> None:
            place = _place(execution, task_id, "")
            if place is None:
                raise engine.NotWaiting
            to = execution.definition.elements.get(target)
            more = {"to": target, "to_name": to.name if to else ""}
            _note(row, HistoryKind.MOVED, reason, by, now, action_id, execution, place.element.id, **more)
            _withdraw_task(row, place.id, now=now)
            execution.move(place.id, target, now=now)

        steps.take(instance_id=row.pk, held=row, act=act, by=by, now=now)
        _close(row, stop, by=by, now=now, note=f"Flyttade ärendet: {reason}")
    return row


@turns.again
def change(
    *,
    instance: ProcessInstance,
    changes: Mapping[str, Any],
    revision: int,
    reason: str,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None = None,
) -> ProcessInstance:
    """Give variables other values; what they were and became is kept with the history.

    `revision` is the instance's when the values were read. In a paused instance nothing follows until it goes on.
    Raises InvalidChange, and settle.Conflict when the instance has moved on since.
    """
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None:
            return instance
        if not rights.may_see(by, row):
            raise NotAllowed
        if row.revision != revision:
            raise settle.Conflict
        known = steps.variables_of(row)
        changed = {name: value for name, value in changes.items() if name not in known or not _same(known[name], value)}
        for name, value in changed.items():
            _check(name, value)
        if not changed:
            raise InvalidChange("", "Du har inte ändrat någon uppgift.")
        before = {name: known[name] for name in changed if name in known}

        def act(execution: engine.Execution) -> None:
            more = {"before": before, "after": changed}
            _note(row, HistoryKind.CHANGED, reason, by, now, action_id, execution, "", **more)
            execution.change(changed, now=None if row.is_suspended else now)

        steps.take(instance_id=row.pk, held=row, act=act, by=by, now=now, even_suspended=True)
    return row


def suspend(
    *, instance: ProcessInstance, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> ProcessInstance:
    """Let the ärende stand still: nothing is completed, no time passes for it and its messages are kept."""
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None:
            return instance
        if row.is_suspended:
            raise steps.Suspended
        _set_suspended(row, now, now=now)
        _note(row, HistoryKind.SUSPENDED, reason, by, now, action_id)
    return row


def resume(
    *, instance: ProcessInstance, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> ProcessInstance:
    """Let it go on: it gets the answers and messages that came meanwhile, in order, and what is due happens."""
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None or not row.is_suspended:
            return row or instance
        _set_suspended(row, None, now=now)
        _note(row, HistoryKind.RESUMED, reason, by, now, action_id)
        waiting = engine.task_ids(row.engine_state)
        for call in OutboxMessage.objects.filter(instance=row, state=OutboxState.DONE).order_by("ended_at"):
            if str(call.engine_task_id) in waiting:
                outbox.retry(row=call, now=now)
    held.release(instance_id=row.pk, now=now)
    timers.fire(instance_id=row.pk, now=now)
    return row


@turns.again
def cancel(
    *, instance: ProcessInstance, reason: str, by: Staff, now: datetime, action_id: uuid.UUID | None = None
) -> ProcessInstance:
    """End the ärende without reaching an end; its stops are closed."""
    with transaction.atomic():
        row = _begun(instance, reason, by, action_id)
        if row is None:
            return instance
        row = instances.cancel(instance=row, reason=reason, by=by, now=now, action_id=action_id)
        held.release(instance_id=row.pk, now=now)
        incidents.close(Incident.objects.filter(instance=row), by=by, now=now, note=f"Ärendet avbröts: {reason}")
    return row


def places(instance: ProcessInstance) -> list[engine.Place]:
    """Where one can skip and move. Raises engine.EngineError when the state cannot be read."""
    return steps.restored(instance, published.of(instance.version.public_id)).places()


def read_values(texts: Mapping[str, str]) -> dict[str, Any]:
    """What was written for each variable, as strict JSON. Raises InvalidChange."""
    found = {}
    for name, text in texts.items():
        if len(text.encode(errors="replace")) > MOST_BYTES:
            raise InvalidChange(name, f"”{name}” är för stor: högst {MOST_BYTES // 1000} kB.")
        try:
            found[name] = strict_json.parse(text)
        except ValueError as error:
            told = str(error) if isinstance(error, strict_json.NotStrict) else "Det är inte giltig JSON."
            raise InvalidChange(name, f"”{name}” går inte att läsa. {told}") from None
    return found


# -- inside ------------------------------------------------------------------------------------------------------------


def _begun(instance: ProcessInstance, reason: str, by: Staff, action_id: uuid.UUID | None) -> ProcessInstance | None:
    """The instance, locked; None when the action has been done already."""
    row = steps.locked(instance.pk)
    if not rights.may_mend(by, row):
        raise NotAllowed
    if incidents.is_repeated(action_id):
        return None
    if not reason.strip():
        raise NoReason
    if not row.is_active:
        raise steps.InstanceEnded
    return row


def _place(execution: engine.Execution, task_id: uuid.UUID | None, element_id: str) -> engine.Place | None:
    for place in execution.places():
        if place.id == task_id or (task_id is None and place.element.id == element_id and place.can_skip):
            return place
    return None


def _withdraw_task(row: ProcessInstance, task_id: uuid.UUID, *, now: datetime) -> None:
    """The action's own row of history says what became of it."""
    tasks = row.user_tasks.filter(engine_task_id=task_id, state=TaskState.OPEN)
    waits.withdraw_invitations(tasks, now=now)
    tasks.update(state=TaskState.CANCELLED, ended_at=now, changed_at=now)


def _set_suspended(row: ProcessInstance, at: datetime | None, *, now: datetime) -> None:
    row.suspended_at = at
    row.save(update_fields=["suspended_at"])
    row.timers.update(is_paused=row.is_suspended)
    row.user_tasks.filter(state=TaskState.OPEN).update(changed_at=now)


def _close(
    row: ProcessInstance, stop: Incident | None, *, by: Staff, now: datetime, note: str, element_id: str = ""
) -> None:
    if stop is not None:
        incidents.resolve(incident=stop, by=by, now=now, note=note)
    if element_id:
        others = Incident.objects.filter(instance=row, element_id=element_id)
        # An answer that came and has not been taken is kept with its own stopp: nobody would give it otherwise.
        kept = OutboxMessage.objects.filter(instance=row, state=OutboxState.DONE)
        kept = kept.filter(engine_task_id__in=engine.task_ids(row.engine_state))
        incidents.close(others.exclude(outbox__in=kept), by=by, now=now, note=note)


def _note(
    row: ProcessInstance,
    kind: HistoryKind,
    reason: str,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None,
    execution: engine.Execution | None = None,
    element_id: str = "",
    **more: Any,
) -> None:
    element = execution.definition.elements.get(element_id) if execution else None
    HistoryEntry.objects.create(
        instance=row,
        at=now,
        by=by,
        kind=kind,
        element_id=element_id,
        element_type=element.type if element else "",
        name=element.name[:300] if element else "",
        detail={"reason": reason.strip()[:2000], **more},
        action_id=action_id,
    )


def _same(one: Any, other: Any) -> bool:
    """True and 1 are not the same, nor 1 and 1.0 written otherwise."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _check(name: str, value: Any) -> None:
    if name in FIXED or not name.isidentifier():
        raise InvalidChange(name, f"”{name}” kan inte ändras.")
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except (UnicodeEncodeError, ValueError):
        raise InvalidChange(name, f"”{name}” innehåller något som inte kan sparas.") from None
    if len(text) > MOST_BYTES or b"\\u0000" in text:
        raise InvalidChange(name, f"”{name}” är för stor eller innehåller tecken som inte kan sparas.")
