"""Writes down, in the transaction of the action, everything that follows from a step of one instance.

State under a revision that the database checks, user tasks that appeared and vanished, subscriptions, timers,
calls out, history, messages to other instances. Nobody else writes these tables for a running instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Q

from people import statements
from people.models import Staff
from workflows import connectors, engine, feel, published
from workflows.models import (
    INTERNAL,
    BufferedKey,
    InboxMessage,
    InboxState,
    InstanceState,
    MessageDelivery,
    MessageSubscription,
    ProcessInstance,
    UserTask,
)
from workflows.services import history, incidents, waits

STUCK = "Ärendet kommer inte vidare: grinden väntar på ett flöde som aldrig kommer. Förloppet behöver ritas om."
MAX_BUFFERED = 50


class Conflict(Exception):
    """Someone else changed the instance in between; nothing was written."""


@dataclass
class Settled:
    """What a step led to."""

    appeared: list[UserTask] = field(default_factory=list)
    withdrawn: list[UserTask] = field(default_factory=list)
    thrown: list[engine.Thrown] = field(default_factory=list)
    signalled: list[engine.Signalled] = field(default_factory=list)
    ended: bool = False


def settle(
    instance: ProcessInstance,
    execution: engine.Execution,
    version: published.Published,
    *,
    by: Staff | None,
    now: datetime,
    also: Mapping[str, Any] | None = None,
) -> Settled:
    """Write the step down. Call inside `transaction.atomic()` with the instance's row locked. Raises Conflict.

    `also` has columns of the instance that change with its state.
    """
    before = waits.Rows.of(instance)
    _answer_local(instance, execution, now=now)
    if instance.is_suspended:
        subscriptions = _subscriptions(instance, execution, version, now)
    else:
        subscriptions = _take_buffered(instance, execution, version, before, now=now)
    changed = execution.changed()
    settled = Settled(thrown=execution.thrown(), signalled=execution.signalled(), ended=execution.is_completed)
    settled.withdrawn = waits.end_user_tasks(instance, execution, changed, by=by, now=now)
    settled.appeared = waits.write_user_tasks(instance, execution, changed.user_tasks, by=by, now=now)
    waits.write_subscriptions(instance, subscriptions, before.messages)
    waits.write_signals(instance, execution.signals(), before.signals)
    waits.write_timers(instance, execution.dues(), before.timers)
    waits.write_calls(instance, execution, changed, now=now)
    history.write(instance, execution, by=by, now=now)
    state = {**execution.dump(), waits.KEY: waits.kept(execution, subscriptions)}
    _write_state(instance, execution, {"engine_state": state, **(also or {})}, now=now)
    if stuck := execution.stuck_at:
        incidents.open_incident(
            code="stuck", text=STUCK, group=incidents.IT, instance=instance, element_id=stuck, now=now
        )
    return settled


def _write_state(
    instance: ProcessInstance, execution: engine.Execution, values: dict[str, Any], *, now: datetime
) -> None:
    values |= {"revision": instance.revision + 1}
    if execution.is_completed and instance.is_active:
        values |= {"state": InstanceState.COMPLETED, "outcome": execution.outcome, "ended_at": now}
    if statements.update(ProcessInstance, {"id": instance.pk, "revision": instance.revision}, values) != 1:
        raise Conflict
    for name, value in values.items():
        setattr(instance, name, value)


# -- messages ----------------------------------------------------------------------------------------------------------


def _subscriptions(
    instance: ProcessInstance, execution: engine.Execution, version: published.Published, now: datetime
) -> list[MessageSubscription]:
    """One row per message waited for; without a key value there is nothing to match by and no row."""
    found = []
    for message in execution.messages():
        rule = version.messages.get(message.name)
        if rule is None:
            continue
        seen = execution.seen_by(message.id)
        value = feel.to_plain(feel.evaluate(rule.value, seen, now=now)) if rule.value else None
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
    instance: ProcessInstance,
    execution: engine.Execution,
    version: published.Published,
    before: waits.Rows,
    *,
    now: datetime,
) -> list[MessageSubscription]:
    """Deliver early messages that were kept for what is waited for now; the subscriptions that remain."""
    known = {(task, name) for task, name, _ in before.messages}
    for _ in range(MAX_BUFFERED):
        subscriptions = _subscriptions(instance, execution, version, now)
        new = [item for item in subscriptions if (str(item.engine_task_id), item.message_name) not in known]
        match = _oldest_buffered(new, instance)
        if match is None:
            return subscriptions
        message, subscription = match
        _deliver_buffered(instance, execution, message, subscription, now=now)
    return _subscriptions(instance, execution, version, now)


def _oldest_buffered(
    subscriptions: Iterable[MessageSubscription], instance: ProcessInstance
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
    # What it threw itself is for others.
    rows = rows.exclude(message__source=INTERNAL, message__message_id__startswith=f"{instance.public_id}:")
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
    history.write_message(instance, subscription.element_id, subscription.catch_name, now=now)
    execution.deliver(subscription.engine_task_id, subscription.catch_name, message.payload or {}, now=now)
    _answer_local(instance, execution, now=now)


# -- systems -----


def _answer_local(instance: ProcessInstance, execution: engine.Execution, *, now: datetime) -> None:
    """Operations that need no other system are carried out at once, in the same transaction."""
    for _ in range(MAX_BUFFERED):
        local = [task for task in execution.changed().service_tasks if _operation(task.operation).local]
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
