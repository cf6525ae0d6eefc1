"""What people, systems, messages and time did in finished ärenden, as it is stored: what it takes to play them again.

Nobody is told of in it: the person is an age and whether they are protected, and ids are others'. It is read when it is
played and kept nowhere; what it leads to is told as the way that was taken.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models.fields.json import KeyTransform

from workflows.diagram import COULD_NOT, DEVIATION, NOT_NEEDED
from workflows.models import (
    Heard,
    HistoryEntry,
    HistoryKind,
    MessageDelivery,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    SignalDelivery,
    TaskKind,
    TaskState,
    UserTask,
)

LAST = 2**63
UNFIT = {
    HistoryKind.MIGRATED: "Ärendet flyttades till en annan version.",
    HistoryKind.SKIPPED: "Någon hoppade över ett steg.",
    HistoryKind.MOVED: "Någon flyttade ärendet till ett annat steg.",
    HistoryKind.CHANGED: "Någon ändrade uppgifterna i ärendet.",
    HistoryKind.SUSPENDED: "Ärendet var pausat.",
}
"""What a draft says nothing of: a person stepped in."""
ANSWERED, BY_HAND, TOLD, SYSTEM, REFUSED, MESSAGE, SIGNAL = (
    "answered",
    "by_hand",
    "told",
    "system",
    "refused",
    "message",
    "signal",
)


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that came from outside: to an element, or by a name; `content` is what it said. What came at the same
    moment came in the `order` of history."""

    at: datetime
    order: int = LAST
    kind: str
    element: str = ""
    name: str = ""
    content: Any = None
    keys: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Passed:
    """An element that was done, by which of its flows it was left where there was a choice, and when."""

    element: str
    flows: tuple[str, ...] = ()
    at: datetime
    order: int


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One finished ärende; `variables` are what it knew at the end, `unfit` says why it cannot be played again."""

    pk: int
    started_at: datetime
    ended_at: datetime
    variables: Mapping[str, Any]
    payload: Any
    acts: tuple[Act, ...]
    passed: tuple[Passed, ...]
    unfit: str = ""

    @property
    def start(self) -> str:
        return str(self.variables.get("arende", {}).get("start", ""))


def read(instances: Sequence[int]) -> list[Recorded]:
    """As many statements however many ärenden there are."""
    rows = ProcessInstance.objects.filter(pk__in=instances).annotate(known=KeyTransform("variables", "engine_state"))
    history = _history(instances)
    acts: dict[int, list[Act]] = defaultdict(list)
    payloads: dict[int, Any] = {}
    for instance, act in (*_tasks(instances), *_calls(instances), *_told(history)):
        acts[instance].append(act)
    starts = {pk: known["arende"].get("start", "") for pk, known in rows.values_list("pk", "known")}
    for instance, act in (*_messages(instances), *_signals(instances)):
        if act.element == starts.get(instance) or act.element is STARTED:
            payloads.setdefault(instance, act.content)
        else:
            acts[instance].append(act)
    return [
        _recorded(pk, started, ended or started, known, history[pk], acts[pk], payloads)
        for pk, started, ended, known in rows.order_by("-pk").values_list("pk", "started_at", "ended_at", "known")
    ]


STARTED = "*"
"""In the place of the element, of a signal that started the ärende."""


def _recorded(
    pk: int,
    started: datetime,
    ended: datetime,
    known: dict[str, Any],
    history: Sequence[HistoryEntry],
    acts: list[Act],
    payloads: Mapping[int, Any],
) -> Recorded:
    reasons = [UNFIT[HistoryKind(row.kind)] for row in history if row.kind in UNFIT]
    passed = (
        Passed(element=row.element_id, flows=tuple(row.detail.get("flows", ())), at=row.at, order=row.pk)
        for row in history
        if row.kind == HistoryKind.COMPLETED
    )
    start = str(known.get("arende", {}).get("start", ""))
    places: dict[tuple[str, datetime], deque[int]] = defaultdict(deque)
    for row in history:
        places[row.element_id, row.at].append(row.pk)
    acts = [replace(act, order=_next(places[act.element, act.at])) for act in acts]
    return Recorded(
        pk=pk,
        started_at=started,
        ended_at=ended,
        variables=known,
        payload=payloads.get(pk, known.get(start)),
        acts=tuple(sorted(acts, key=lambda act: (act.at, act.order))),
        passed=tuple(passed),
        unfit=next(iter(reasons), ""),
    )


def _next(places: deque[int]) -> int:
    """Each of several alike has a place of its own."""
    return places.popleft() if places else LAST


def _history(instances: Iterable[int]) -> dict[int, list[HistoryEntry]]:
    kinds = [*UNFIT, HistoryKind.COMPLETED, HistoryKind.ATTEMPTED, HistoryKind.NOT_NEEDED]
    found: dict[int, list[HistoryEntry]] = defaultdict(list)
    for row in HistoryEntry.objects.filter(instance__in=instances, kind__in=kinds).order_by("pk"):
        found[row.instance_id].append(row)
    return found


def _tasks(instances: Iterable[int]) -> Iterator[tuple[int, Act]]:
    rows = UserTask.objects.filter(instance__in=instances, state=TaskState.COMPLETED).exclude(kind=TaskKind.SIGNATURE)
    for row in rows.order_by("ended_at", "pk"):
        kind = BY_HAND if row.kind == TaskKind.FALLBACK else ANSWERED
        if row.ended_at is not None:
            yield row.instance_id, Act(at=row.ended_at, kind=kind, element=row.element_id, content=row.answers or {})


def _told(history: Mapping[int, Sequence[HistoryEntry]]) -> Iterator[tuple[int, Act]]:
    """What could not be done and what was not needed, by the code that the ärende knows."""
    for instance, rows in history.items():
        tries: dict[str, int] = defaultdict(int)
        for row in rows:
            if row.kind in (HistoryKind.ATTEMPTED, HistoryKind.NOT_NEEDED):
                tries[str(row.detail.get("task"))] += row.kind == HistoryKind.ATTEMPTED
                code = COULD_NOT if row.kind == HistoryKind.ATTEMPTED else NOT_NEEDED
                known = {"skal": row.detail.get("code", ""), "forsok": tries[str(row.detail.get("task"))]}
                if row.detail.get(DEVIATION):
                    known[DEVIATION] = row.detail.get("text", "")
                yield instance, Act(at=row.at, kind=TOLD, element=row.element_id, name=code, content=known)


def _calls(instances: Iterable[int]) -> Iterator[tuple[int, Act]]:
    """What systems answered, and where they said no; what a person did instead is a task."""
    rows = OutboxMessage.objects.filter(instance__in=instances, state__in=[OutboxState.DONE, OutboxState.FAILED])
    by_hand = set(
        UserTask.objects.filter(instance__in=instances, kind=TaskKind.FALLBACK).values_list("engine_task_id", flat=True)
    )
    for row in rows.order_by("ended_at", "pk"):
        if row.ended_at is None or (row.state == OutboxState.FAILED and row.engine_task_id in by_hand):
            continue
        kind = SYSTEM if row.state == OutboxState.DONE else REFUSED
        content = row.result or {}
        yield (
            row.instance_id,
            Act(at=row.ended_at, kind=kind, element=row.element_id, name=row.error_code, content=content),
        )


def _messages(instances: Iterable[int]) -> Iterator[tuple[int, Act]]:
    rows = MessageDelivery.objects.filter(instance__in=instances).select_related("message").defer("message__raw")
    for row in rows.order_by("at", "pk"):
        name, content, keys = row.message.name, row.message.payload or {}, row.message.keys
        yield (
            row.instance_id,
            Act(at=row.at, kind=MESSAGE, element=row.element_id, name=name, content=content, keys=keys),
        )


def _signals(instances: Iterable[int]) -> Iterator[tuple[int, Act]]:
    rows = SignalDelivery.objects.filter(instance__in=instances, state__in=[Heard.HEARD, Heard.STARTED])
    for row in rows.select_related("signal").order_by("at", "pk"):
        element = STARTED if row.state == Heard.STARTED else ""
        keys = {"for_all": "ja"} if row.signal.for_all else {}
        name, content = row.signal.name, row.signal.payload
        if row.instance_id is not None:
            yield (
                row.instance_id,
                Act(at=row.at, kind=SIGNAL, element=element, name=name, content=content, keys=keys),
            )
