"""Writes down, in the transaction of the action, everything that follows from a step of one instance.

State under a revision that the database checks, user tasks that appeared and vanished, subscriptions, timers,
calls out, history, messages to other instances. Nobody else writes these tables for a running instance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from people.models import Staff
from workflows import connectors, engine, feel, published
from workflows.diagram import Element
from workflows.engine import clock
from workflows.models import (
    BufferedKey,
    HistoryEntry,
    HistoryKind,
    InboxMessage,
    InboxState,
    InstanceState,
    MessageDelivery,
    MessageSubscription,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    TaskKind,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.services import history, restricted

FAR = datetime(9999, 1, 1, tzinfo=UTC)
MAX_BUFFERED = 50


class Conflict(Exception):
    """Someone else changed the instance in between; nothing was written."""


@dataclass
class Settled:
    """What a step led to."""

    appeared: list[UserTask] = field(default_factory=list)
    thrown: list[engine.Thrown] = field(default_factory=list)
    ended: bool = False


def settle(
    instance: ProcessInstance,
    execution: engine.Execution,
    version: published.Published,
    *,
    by: Staff | None,
    now: datetime,
) -> Settled:
    """Write the step down. Call inside `transaction.atomic()` with the instance's row locked. Raises Conflict."""
    _answer_local(instance, execution, now=now)
    subscriptions = _take_buffered(instance, execution, version, now=now)
    waiting = execution.waiting()
    settled = Settled(thrown=execution.thrown(), ended=execution.is_completed)
    settled.appeared = _write_user_tasks(instance, execution, waiting, by=by, now=now)
    _write_subscriptions(instance, subscriptions)
    _write_timers(instance, waiting.timers)
    _write_outbox(instance, waiting.service_tasks, now=now)
    history.write(instance, execution, by=by, now=now)
    _write_state(instance, execution, now=now)
    return settled


def _write_state(instance: ProcessInstance, execution: engine.Execution, *, now: datetime) -> None:
    values: dict[str, Any] = {"engine_state": execution.dump(), "revision": instance.revision + 1}
    if execution.is_completed and instance.is_active:
        values |= {"state": InstanceState.COMPLETED, "outcome": execution.outcome, "ended_at": now}
    hit = ProcessInstance.objects.filter(pk=instance.pk, revision=instance.revision).update(**values)
    if hit != 1:
        raise Conflict
    for name, value in values.items():
        setattr(instance, name, value)
    if execution.is_completed:
        detail = {"outcome": execution.outcome}
        HistoryEntry.objects.create(instance=instance, at=now, kind=HistoryKind.ENDED, detail=detail)


# -- people ------------------------------------------------------------------------------------------------------------


def _write_user_tasks(
    instance: ProcessInstance, execution: engine.Execution, waiting: engine.Waiting, *, by: Staff | None, now: datetime
) -> list[UserTask]:
    open_tasks = {task.engine_task_id: task for task in instance.user_tasks.filter(state=TaskState.OPEN)}
    wanted = {task.id for task in (*waiting.user_tasks, *waiting.service_tasks)}
    gone = [task for key, task in open_tasks.items() if key not in wanted]
    if gone:
        UserTask.objects.filter(pk__in=[task.pk for task in gone]).update(
            state=TaskState.CANCELLED, ended_at=now, changed_at=now
        )
        HistoryEntry.objects.bulk_create(
            HistoryEntry(
                instance=instance,
                at=now,
                by=by,
                kind=HistoryKind.CANCELLED,
                element_id=task.element_id,
                element_type="userTask",
                name=task.name,
            )
            for task in gone
        )
    new = [_user_task(instance, execution, task, now=now) for task in waiting.user_tasks if task.id not in open_tasks]
    return UserTask.objects.bulk_create(new)


def _user_task(
    instance: ProcessInstance, execution: engine.Execution, waiting: engine.WaitingTask, *, now: datetime
) -> UserTask:
    element, settings = waiting.element, waiting.element.properties
    variables = execution.seen_by(waiting.id)
    due_at = _moment(settings.get("forfaller", ""), variables, element, now)
    late_group = settings.get("eskaleras_till", "")
    after = settings.get("eskalera_efter", "PT0S")
    return UserTask(
        instance=instance,
        individual_id=instance.individual_id,
        engine_task_id=waiting.id,
        element_id=element.id,
        name=element.name or element.id,
        form_key=settings.get("formKey") or element.id,
        why=_sentence(settings.get("varfor", ""), variables, now)[:1000],
        group=element.lane,
        is_restricted=instance.individual.is_protected,
        escalated_to=_stand_in(instance, element.lane, now),
        priority=int(settings.get("prioritet", "2")),
        created_at=now,
        changed_at=now,
        due_at=due_at,
        due_sort=due_at or FAR,
        escalate_at=clock.due(after, due_at) if due_at and late_group else None,
        escalation_group=late_group,
    )


def fallback_task(
    instance: ProcessInstance, element: Element, engine_task_id: UUID, *, why: str, now: datetime
) -> UserTask:
    """The same step, for a person to do by hand since no system did it."""
    due_at = clock.due(element.properties.get("forfaller", "PT4H"), now)
    group = element.properties.get("reserv_roll") or element.lane or "samordnare"
    return UserTask(
        instance=instance,
        individual_id=instance.individual_id,
        engine_task_id=engine_task_id,
        element_id=element.id,
        kind=TaskKind.FALLBACK,
        name=f"Gör för hand: {element.name or element.id}",
        form_key="_shared/manuell_atgard",
        why=why[:1000],
        group=group,
        is_restricted=instance.individual.is_protected,
        escalated_to=_stand_in(instance, group, now),
        priority=1,
        created_at=now,
        changed_at=now,
        due_at=due_at,
        due_sort=due_at,
    )


def _stand_in(instance: ProcessInstance, group: str, now: datetime) -> str:
    if not instance.individual.is_protected:
        return ""
    return restricted.stand_in(group, on=now.astimezone(clock.ZONE).date())


def _moment(text: str, variables: dict[str, Any], element: Element, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        if not clock.is_literal(text):
            value = feel.to_plain(feel.evaluate(text, variables, now=now))
            return clock.due(value, now) if isinstance(value, str) else None
        return clock.due(text, now)
    except (clock.BadTimer, feel.FeelError) as error:
        raise engine.EngineError(element.id, "due", f"Förfallotiden gick inte att räkna ut: {error}") from None


def _sentence(template: str, variables: dict[str, Any], now: datetime) -> str:
    """A sentence with FEEL in braces, e.g. "Hemgång {a1.beraknad_utskrivning}"."""
    parts = template.replace("}", "{").split("{")
    for index in range(1, len(parts), 2):
        try:
            value = feel.to_plain(feel.evaluate(parts[index], variables, now=now))
        except feel.FeelError:
            value = None
        parts[index] = "–" if value is None else str(value)
    return "".join(parts)


# -- messages ----------------------------------------------------------------------------------------------------------


def _subscriptions(
    instance: ProcessInstance, execution: engine.Execution, version: published.Published, now: datetime
) -> list[MessageSubscription]:
    """One row per message waited for; without a key value there is nothing to match by and no row."""
    found = []
    for message in execution.waiting().messages:
        rule = version.messages.get(message.name)
        if rule is None:
            continue
        value = feel.to_plain(feel.evaluate(rule.value, execution.variables, now=now)) if rule.value else None
        if value in (None, ""):
            continue
        found.append(
            MessageSubscription(
                instance=instance,
                engine_task_id=message.id,
                element_id=message.element_id,
                message_name=rule.arrives_as,
                catch_name=rule.catch_name,
                key_name=rule.key_name,
                key_value=str(value)[:200],
                deliver_to_all=rule.deliver_to_all,
            )
        )
    return found


def _take_buffered(
    instance: ProcessInstance, execution: engine.Execution, version: published.Published, *, now: datetime
) -> list[MessageSubscription]:
    """Deliver early messages that were kept for what is waited for now; the subscriptions that remain."""
    known = set(instance.subscriptions.values_list("engine_task_id", "message_name"))
    for _ in range(MAX_BUFFERED):
        subscriptions = _subscriptions(instance, execution, version, now)
        new = [item for item in subscriptions if (item.engine_task_id, item.message_name) not in known]
        match = _oldest_buffered(new)
        if match is None:
            return subscriptions
        message, subscription = match
        _deliver_buffered(instance, execution, message, subscription, now=now)
    return _subscriptions(instance, execution, version, now)


def _oldest_buffered(
    subscriptions: Iterable[MessageSubscription],
) -> tuple[InboxMessage, MessageSubscription] | None:
    condition = Q()
    by_key = {}
    for item in subscriptions:
        by_key[(item.message_name, item.key_name, item.key_value)] = item
        condition |= Q(message_name=item.message_name, key_name=item.key_name, key_value=item.key_value)
    if not by_key:
        return None
    # Another transaction may be giving it to another instance: one gets it, and nobody waits while holding an instance.
    rows = BufferedKey.objects.filter(condition, message__state=InboxState.BUFFERED).select_related("message")
    skip = connection.features.has_select_for_update_skip_locked
    rows = rows.select_for_update(of=("message",), skip_locked=skip, no_key=True)
    hit = rows.order_by("message__sent_at", "pk").first()
    return (hit.message, by_key[(hit.message_name, hit.key_name, hit.key_value)]) if hit else None


def _deliver_buffered(
    instance: ProcessInstance,
    execution: engine.Execution,
    message: InboxMessage,
    subscription: MessageSubscription,
    *,
    now: datetime,
) -> None:
    message.buffered_keys.all().delete()
    InboxMessage.objects.filter(pk=message.pk).update(state=InboxState.DONE, handled_at=now, expires_at=None)
    MessageDelivery.objects.create(message=message, instance=instance, element_id=subscription.element_id, at=now)
    execution.deliver(subscription.engine_task_id, subscription.catch_name, message.payload or {}, now=now)
    _answer_local(instance, execution, now=now)


def _write_subscriptions(instance: ProcessInstance, wanted: list[MessageSubscription]) -> None:
    stored = {(row.engine_task_id, row.message_name, row.key_value): row for row in instance.subscriptions.all()}
    keys = {(row.engine_task_id, row.message_name, row.key_value) for row in wanted}
    gone = [row.pk for key, row in stored.items() if key not in keys]
    if gone:
        MessageSubscription.objects.filter(pk__in=gone).delete()
    MessageSubscription.objects.bulk_create(
        row for row in wanted if (row.engine_task_id, row.message_name, row.key_value) not in stored
    )


# -- time and systems --------------------------------------------------------------------------------------------------


def _write_timers(instance: ProcessInstance, timers: list[engine.WaitingTimer]) -> None:
    stored = {row.engine_task_id: row for row in instance.timers.all()}
    wanted = {timer.id: timer for timer in timers}
    same = {key for key, row in stored.items() if key in wanted and wanted[key].due_at == row.due_at}
    gone = [row.pk for key, row in stored.items() if key not in same]
    if gone:
        TimerJob.objects.filter(pk__in=gone).delete()
    TimerJob.objects.bulk_create(
        TimerJob(instance=instance, engine_task_id=key, element_id=timer.element_id, due_at=timer.due_at)
        for key, timer in wanted.items()
        if key not in same
    )


def _answer_local(instance: ProcessInstance, execution: engine.Execution, *, now: datetime) -> None:
    """Operations that need no other system are carried out at once, in the same transaction."""
    for _ in range(MAX_BUFFERED):
        local = [task for task in execution.waiting().service_tasks if _operation(task.operation).local]
        if not local:
            return
        task = local[0]
        delivery = connectors.Delivery(
            task.id, task.operation, task.params, instance.individual.ref, attempt=1, asked_at=now
        )
        execution.answer(task.id, _operation(task.operation).run(delivery), now=now)


def _operation(name: str) -> connectors.Operation:
    try:
        return connectors.get_operation(name)
    except connectors.UnknownOperation:
        raise engine.EngineError("", "no-operation", f"Kopplingen {name} finns inte.") from None


def _write_outbox(instance: ProcessInstance, waiting: list[engine.WaitingTask], *, now: datetime) -> None:
    stored = dict(instance.outbox.values_list("engine_task_id", "state"))
    wanted = {task.id for task in waiting}
    gone = [key for key, state in stored.items() if state == OutboxState.PENDING and key not in wanted]
    if gone:
        instance.outbox.filter(engine_task_id__in=gone).update(state=OutboxState.WITHDRAWN, ended_at=now)
    OutboxMessage.objects.bulk_create(
        OutboxMessage(
            instance=instance,
            individual_id=instance.individual_id,
            engine_task_id=task.id,
            element_id=task.element.id,
            operation=task.operation,
            params=task.params,
            next_try_at=now,
            created_at=now,
        )
        for task in waiting
        if task.id not in stored
    )
