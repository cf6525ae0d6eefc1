"""Brings a message to the instances that wait for it, or starts one, or keeps it until someone waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from people import statements
from people.models import Individual
from workflows import by_hand, confined, engine, published, versions
from workflows.engine import clock
from workflows.models import (
    BufferedKey,
    HeldMessage,
    InboxMessage,
    InstanceState,
    MessageDelivery,
    MessageSubscription,
    ProcessDefinition,
    ProcessInstance,
    StartSubscription,
)
from workflows.models.definition import HEAVY
from workflows.services import history, incidents, instances, steps


@dataclass
class Published:
    """Where a message went. `ttl` says how long to keep it when nobody waits yet though some förlopp knows it.

    `not_started` says of a förlopp that it should have started but could not, and why.
    """

    delivered: list[ProcessInstance] = field(default_factory=list)
    started: list[ProcessInstance] = field(default_factory=list)
    already: list[ProcessInstance] = field(default_factory=list)
    failed: list[ProcessInstance] = field(default_factory=list)
    held: list[ProcessInstance] = field(default_factory=list)
    not_started: list[engine.EngineError] = field(default_factory=list)
    ttl: str = ""

    @property
    def had_effect(self) -> bool:
        return bool(self.delivered or self.started or self.held)

    @property
    def has_failed(self) -> bool:
        return bool(self.failed or self.not_started)


def publish(
    *,
    name: str,
    keys: Mapping[str, str],
    payload: dict[str, Any],
    individual: Individual | None,
    now: datetime,
    message: InboxMessage | None = None,
    sender: ProcessInstance | None = None,
    is_replay: bool = False,
) -> Published:
    """Deliver to those who wait by one of the keys; else start what the message starts. Call inside a transaction.

    An instance that cannot take it is left as it was, with a stopp, and the others get it all the same. What an
    instance wants for itself (`deliver = "one"`) starts nothing beside it. A replay starts nothing with the key of an
    ärende that has been.
    """
    result = Published()
    receivers = _receivers(name, keys, sender)
    for subscription in receivers:
        _deliver(result, subscription, payload, message, now=now)
    if result.had_effect and any(not row.deliver_to_all for row in receivers):
        return result
    taken = {instance.definition_id for instance in (*result.delivered, *result.failed, *result.held)}
    rows = StartSubscription.objects.filter(message_name=name).exclude(definition_id__in=taken)
    rows = versions.applying(rows, individual).select_related("version", "definition")
    for start in rows.defer(*(f"version__{column}" for column in HEAVY)):
        _start(result, start, keys, payload, individual, message, is_replay=is_replay, now=now)
    if not (result.had_effect or result.already or result.has_failed):
        result.ttl = time_to_live(name)
        result.already = _ended(keys)
    return result


def deliver_to(instance: ProcessInstance, message: InboxMessage, *, now: datetime) -> Published:
    """Give a message to one instance, where it waits for it by one of the message's keys."""
    result = Published()
    rows = MessageSubscription.objects.filter(_by_keys(message.keys), instance=instance, message_name=message.name)
    subscription = rows.order_by("pk").first()
    if subscription is not None:
        _deliver(result, subscription, message.payload or {}, message, now=now)
    return result


def keep(*, message: InboxMessage, keys: Mapping[str, str], ttl: str, now: datetime) -> None:
    """Keep an early message until someone waits for it or its time is out."""
    BufferedKey.objects.filter(message=message).delete()
    BufferedKey.objects.bulk_create(
        BufferedKey(message=message, message_name=message.name, key_name=key, key_value=value[:200])
        for key, value in keys.items()
        if value
    )
    message.expires_at = clock.due(ttl, now)


def time_to_live(name: str) -> str:
    """The longest time any förlopp that applies keeps the message; '' when none knows it."""
    rules = [rule for one in _applied() for rule in one.messages.values()]
    return max((rule.ttl for rule in rules if rule.arrives_as == name), key=_days, default="")


def group(name: str) -> str:
    """Who sees to one that nobody took: a profession of the förlopp that know it, when all of them are confined; ''
    when it is anybody's.
    """
    known = [one.config for one in _applied() if any(rule.arrives_as == name for rule in one.messages.values())]
    if not known or not all(confined.is_so(config) for config in known):
        return ""
    return next((role for config in known for role in config.get("visible_to", ())), "")


def _applied() -> list[published.Published]:
    return [published.of(key) for key in versions.anywhere().values_list("public_id", flat=True)]


def has_ended(keys: Mapping[str, str]) -> bool:
    """Whether the instances of these keys are over, so that a message to them comes too late to matter."""
    return bool(_ended(keys))


def _receivers(name: str, keys: Mapping[str, str], sender: ProcessInstance | None) -> list[MessageSubscription]:
    """One subscription per instance: all that want every message, and the oldest of those that share one."""
    condition = _by_keys(keys)
    if not condition:
        return []
    rows = MessageSubscription.objects.filter(condition, message_name=name, instance__state=InstanceState.ACTIVE)
    rows = rows.exclude(instance=sender) if sender else rows
    rows = rows.select_related("instance__definition").defer("instance__engine_state")
    first: dict[int, MessageSubscription] = {}
    for row in rows.order_by("instance_id", "pk"):
        first.setdefault(row.instance_id, row)
    broad = [row for row in first.values() if row.deliver_to_all]
    narrow: dict[int, MessageSubscription] = {}
    for row in first.values():
        if not row.deliver_to_all:
            narrow.setdefault(row.instance.definition_id, row)
    # Always in the same order, so that two messages to the same instances cannot lock each other out.
    return sorted([*broad, *narrow.values()], key=lambda row: row.instance_id)


def _by_keys(keys: Mapping[str, str]) -> Q:
    condition = Q()
    for key, value in keys.items():
        if value:
            condition |= Q(key_name=key, key_value=value[:200])
    return condition


def _deliver(
    result: Published,
    subscription: MessageSubscription,
    payload: dict[str, Any],
    message: InboxMessage | None,
    *,
    now: datetime,
) -> None:
    def act(execution: engine.Execution) -> None:
        execution.deliver(subscription.engine_task_id, subscription.catch_name, payload, now=now)

    instance = subscription.instance
    if message is not None and MessageDelivery.objects.filter(message=message, instance=instance).exists():
        result.delivered.append(instance)
        return
    try:
        steps.take(instance_id=instance.pk, act=act, by=None, now=now)
    except (steps.InstanceEnded, engine.NotWaiting):
        return
    except steps.Suspended:
        if message is not None:
            HeldMessage.objects.get_or_create(message=message, instance=instance, defaults={"at": now})
        result.held.append(instance)
        return
    except engine.EngineError as error:
        incidents.from_engine(instance_id=instance.pk, error=error, now=now)
        result.failed.append(instance)
        return
    _record(instance, subscription.element_id, subscription.catch_name, message, now=now)
    result.delivered.append(instance)


def _record(
    instance: ProcessInstance, element_id: str, name: str, message: InboxMessage | None, *, now: datetime
) -> None:
    history.write_message(instance, element_id, name, by_id=by_hand.registrar(message), now=now)
    if message is not None:
        statements.insert_once(MessageDelivery(message=message, instance=instance, element_id=element_id, at=now))


def _start(
    result: Published,
    start: StartSubscription,
    keys: Mapping[str, str],
    payload: dict[str, Any],
    individual: Individual | None,
    message: InboxMessage | None,
    *,
    is_replay: bool,
    now: datetime,
) -> None:
    if individual is None:
        return
    definition = start.definition
    rule = published.of(start.version.public_id).messages.get(start.message_name)
    business_key = _business_key(rule, keys)
    earlier = _same_key(definition, business_key, once=is_replay or bool(rule and rule.once))
    if earlier is not None:
        result.already.append(earlier)
        return
    try:
        instance = instances.start(
            definition_key=definition.key,
            individual=individual,
            by=None,
            now=now,
            start_event=start.start_event,
            answers=payload,
            business_key=business_key,
        )
    except instances.AlreadyRunning as error:
        result.already.extend([error.instance] if error.instance else [])
        return
    except instances.NotPublished:
        return  # taken back from the person's area in this very moment
    except engine.EngineError as error:
        result.not_started.append(error)
        return
    _record(instance, start.start_event, start.message_name, message, now=now)
    result.started.append(instance)


def _business_key(rule: published.MessageRule | None, keys: Mapping[str, str]) -> str:
    value = keys.get(rule.key_name, "") if rule else ""
    return f"{rule.key_name}:{value}"[:250] if rule and value else ""


def _same_key(definition: ProcessDefinition, business_key: str, *, once: bool) -> ProcessInstance | None:
    if not business_key:
        return None
    rows = ProcessInstance.objects.filter(definition=definition, business_key=business_key)
    return (rows if once else rows.filter(state=InstanceState.ACTIVE)).order_by("-pk").first()


def _ended(keys: Mapping[str, str]) -> list[ProcessInstance]:
    """Instances of these keys that are over: a message to them comes too late to matter."""
    wanted = [f"{key}:{value}"[:250] for key, value in keys.items() if value]
    rows = ProcessInstance.objects.filter(business_key__in=wanted)
    if rows.filter(state=InstanceState.ACTIVE).exists():
        return []
    return list(rows.order_by("-pk")[:1])


def _days(ttl: str) -> float:
    if not ttl:
        return 0.0
    duration = clock.parse_duration(ttl)
    return duration.months * 30 + duration.days + duration.seconds / 86_400
