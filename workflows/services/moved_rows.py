"""The rows of a moved instance that stay: they are called what the new version calls them, and keep who took them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from people import statements
from workflows import engine, published, rights
from workflows.diagram import Element
from workflows.models import OutboxMessage, ProcessInstance, TaskKind, TaskState, TimerJob, UserTask
from workflows.services import offers

SHOWN = ("formKey", "prioritet", "varfor", "signeras_av", "signeras_minst")
TIMES = ("forfaller", "eskaleras_till", "eskalera_efter")


@dataclass(frozen=True)
class Differences:
    """What two versions say differently, by the id in the one that is moved to: looked at once for all instances."""

    renamed: frozenset[str]
    shown: frozenset[str]
    times: frozenset[str]
    messages: frozenset[str]  # by the name that the diagram gives it
    rules: dict[str, published.MessageRule]

    @classmethod
    def between(
        cls, old: published.Published, new: published.Published, pairs: Iterable[tuple[str, str]]
    ) -> Differences:
        before, after = old.definition.elements, new.definition.elements
        known = [(before[key], after[other]) for key, other in pairs if key in before and other in after]
        return cls(
            frozenset(other.id for one, other in known if one.id != other.id),
            frozenset(other.id for one, other in known if _shown(one) != _shown(other)),
            frozenset(other.id for one, other in known if _settings(one, TIMES) != _settings(other, TIMES)),
            frozenset(name for name, rule in new.messages.items() if old.messages.get(name) != rule),
            dict(new.messages),
        )


Offered = Mapping[UUID, tuple[int, datetime, str]]
"""The key of each open task, when it was offered and to whom, which only a move changes."""


def offered(instances: Sequence[int]) -> Offered:
    """Of the open tasks of many instances, in one query; by the engine's id."""
    rows = UserTask.objects.filter(instance__in=instances, state=TaskState.OPEN)
    return {row[0]: row[1:] for row in rows.values_list("engine_task_id", "pk", "created_at", "group")}


class Renamed:
    """What tasks are to be called: those that are to be called the same are written at once."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._keys: dict[tuple[tuple[str, Any], ...], list[int]] = {}

    def add(self, key: int, values: Mapping[str, Any]) -> None:
        self._keys.setdefault(tuple(values.items()), []).append(key)

    def write(self) -> None:
        for values, keys in self._keys.items():
            rows = UserTask.objects.filter(pk__in=keys, state=TaskState.OPEN)
            rows.update(**dict(values), changed_at=self.now)


def rename(
    instance: ProcessInstance,
    execution: engine.Execution,
    differences: Differences,
    known: Offered,
    renamed: Renamed,
) -> None:
    """Bring the rows of what an instance waits for in step with its version, its tasks when `renamed` is written.

    Call after `settle`.
    """
    waiting = execution.waiting()
    touched = differences.renamed | differences.shown | differences.times
    for task in (item for item in waiting.user_tasks if item.element.id in touched):
        _user_task(instance, execution, task, differences, known, renamed)
    for task in (item for item in waiting.service_tasks if item.element.id in touched):
        _call(instance, task)
    for timer in (item for item in waiting.timers if item.element_id in differences.renamed):
        TimerJob.objects.filter(instance=instance, engine_task_id=timer.id).update(element_id=timer.element_id)
    for signal in (item for item in waiting.signals if item.element_id in differences.renamed):
        instance.signal_subscriptions.filter(engine_task_id=signal.id).update(element_id=signal.element_id)
    for message in waiting.messages:
        if message.element_id in differences.renamed or message.name in differences.messages:
            _subscription(instance, message, differences)


def _user_task(
    instance: ProcessInstance,
    execution: engine.Execution,
    task: engine.WaitingTask,
    differences: Differences,
    known: Offered,
    renamed: Renamed,
) -> None:
    """Whoever has taken it keeps it, unless it has gone to another profession than theirs."""
    found = known.get(task.id) or offered([instance.pk]).get(task.id)
    if found is None:
        return
    key, created_at, group = found
    new = offers.user_task(instance, execution, task, now=created_at)
    names = ["element_id", "name", "form_key", "why", "group"]
    if task.element.id in differences.shown:
        names.append("priority")
        _invite_anew(key, new, now=renamed.now)
    if group != new.group or task.element.id in differences.times:
        names += ["due_at", "due_sort", "escalate_at", "escalation_group", "escalated_to"]
    renamed.add(key, {name: getattr(new, name) for name in names})
    if group != new.group:
        _release(UserTask.objects.filter(pk=key, state=TaskState.OPEN), new.group)


def _invite_anew(key: int, new: UserTask, *, now: datetime) -> None:
    """Who is to sign is as the new version says, until somebody has signed: then it stays with those it began with,
    since the signatures are on that, and the page says so.
    """
    signing = {"signers": new.signers, "to_sign": new.to_sign, "asks_individual": new.asks_individual}
    rows = UserTask.objects.filter(pk=key, state=TaskState.OPEN, signed=0)
    invited = UserTask.objects.filter(joint_of=key, state=TaskState.OPEN)
    if not (new.to_sign or rows.exclude(to_sign=0).exists()) or not rows.update(**signing):
        return
    new.pk = key
    invited.update(state=TaskState.CANCELLED, ended_at=now, changed_at=now)
    statements.insert(offers.invitations(new))


def _release(rows: QuerySet[UserTask], group: str) -> None:
    row = rows.select_related("claimed_by").first()
    if row is not None and row.claimed_by is not None and not rights.holds(row.claimed_by, group):
        rows.update(claimed_by=None, claimed_at=None, on_behalf_of="")


def _call(instance: ProcessInstance, task: engine.WaitingTask) -> None:
    element = task.element
    OutboxMessage.objects.filter(instance=instance, engine_task_id=task.id).update(element_id=element.id)
    by_hand = UserTask.objects.filter(instance=instance, engine_task_id=task.id, kind=TaskKind.FALLBACK)
    by_hand.filter(state=TaskState.OPEN).update(element_id=element.id, name=offers.by_hand(element))


def _subscription(instance: ProcessInstance, message: engine.WaitingMessage, differences: Differences) -> None:
    rule = differences.rules.get(message.name)
    if rule is not None:
        instance.subscriptions.filter(engine_task_id=message.id, message_name=rule.arrives_as).update(
            element_id=message.element_id,
            catch_name=rule.catch_name,
            key_name=rule.key_name,
            deliver_to_all=rule.deliver_to_all,
        )


def _shown(element: Element) -> tuple[Any, ...]:
    return (element.name, element.lane, _settings(element, SHOWN))


def _settings(element: Element, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(element.properties.get(name, "") for name in names)
