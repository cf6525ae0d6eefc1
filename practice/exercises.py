"""Guided exercises: read from bpmn/*/exercises, begun by a made-up message, ticked off by what has really been done.

Nothing is stored about them: an exercise that someone has begun is the message that began it, known by its id.
"""

from __future__ import annotations

import json
import logging
import re
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from people import invented
from people.models import Assignment, Staff
from workflows import definitions
from workflows.models import InboxMessage, MessageDelivery, ProcessInstance, TaskState, UserTask
from workflows.services import inbox, user_tasks

log = logging.getLogger(__name__)

FOLDER = "exercises"
MARK = "ovning"
SHOWN = 20
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T.+)?")


@dataclass(frozen=True, kw_only=True)
class Step:
    """`task` is the element whose completion ticks it off."""

    task: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """`role` is the profession that does it; `colleagues` a scenario whose answers they give before the first step."""

    folder: Path
    key: str
    title: str
    role: str
    about: str
    steps: tuple[Step, ...]
    source: str
    sample: str
    changes: dict[str, Any] = field(default_factory=dict)
    colleagues: str = ""

    @property
    def role_name(self) -> str:
        return dict(invented.PROFESSIONS).get(self.role, self.role).lower()

    @property
    def process_title(self) -> str:
        return definitions.read(self.folder).title

    @cached_property
    def prelude(self) -> tuple[datetime | None, dict[str, dict[str, Any]]]:
        """What colleagues answer before the first step, by task, and the day on which the scenario has them do so."""
        if not self.colleagues:
            return None, {}
        told = tomllib.loads((self.folder / "scenarios" / f"{self.colleagues}.toml").read_text(encoding="utf-8"))
        answers: dict[str, dict[str, Any]] = {}
        for step in told["step"]:
            if step.get("complete") == self.steps[0].task:
                break
            if "complete" in step:
                answers[step["complete"]] = step.get("answers", {})
        return datetime.fromisoformat(told["now"]), answers


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """An exercise that someone has begun; `done` are its steps that are, `next` the open task that is theirs to do."""

    exercise: Exercise
    begun_at: datetime
    done: frozenset[str]
    next: UserTask | None
    individual: str

    @property
    def is_finished(self) -> bool:
        return all(step.task in self.done for step in self.exercise.steps)


@lru_cache(maxsize=1)
def all_of_them() -> tuple[Exercise, ...]:
    paths = sorted(Path(settings.FORLOPP_BPMN_DIR).glob(f"*/{FOLDER}/*.toml"))
    return tuple(sorted((read(path) for path in paths), key=lambda one: (one.role, one.title)))


def read(path: Path) -> Exercise:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    start = told["start"]
    return Exercise(
        folder=path.parent.parent,
        key=f"{path.parent.parent.name}.{path.stem}",
        title=told["title"],
        role=told["role"],
        about=told["about"],
        steps=tuple(Step(**step) for step in told["step"]),
        source=start["source"],
        sample=start["sample"],
        changes=start.get("set", {}),
        colleagues=start.get("colleagues", ""),
    )


def begin(exercise: Exercise, *, by: Staff, now: datetime) -> None:
    """Let the message come, about the next of the invented people."""
    count = InboxMessage.objects.filter(message_id__startswith=f"{MARK}:{exercise.key}:").count()
    message_id = f"{MARK}:{exercise.key}:{by.pk}:{uuid.uuid4()}"
    raw = json.dumps(_message(exercise, count, now), ensure_ascii=False).encode()
    inbox.receive(source=exercise.source, message_id=message_id, raw=raw, now=now)


def attempts(staff: Staff) -> list[Attempt]:
    """Those that someone has begun, the latest first."""
    known = {exercise.key: exercise for exercise in all_of_them()}
    begun = InboxMessage.objects.filter(message_id__startswith=f"{MARK}:", message_id__contains=f":{staff.pk}:")
    latest = begun.select_related("individual").order_by("-received_at")[:SHOWN]
    return [_attempt(row, known[key]) for row in latest if (key := row.message_id.split(":")[1]) in known]


def let_colleagues_work(*, now: datetime) -> bool:
    """Do one task that colleagues have before the first step of an exercise; whether there was one."""
    for exercise in all_of_them():
        day, answers = exercise.prelude
        if day is None:
            continue
        tasks = UserTask.objects.filter(
            instance__in=_instances(f"{MARK}:{exercise.key}:"), state=TaskState.OPEN, element_id__in=answers
        )
        for task in tasks[:1]:
            shifted = _shifted(answers[task.element_id], timezone.localdate(now) - day.date())
            try:
                user_tasks.complete(task=task, answers=shifted, by=_colleague(task.group, now), now=now)
            except user_tasks.InvalidAnswers:
                log.exception("the answers of %s no longer fit %s", exercise.colleagues, task.element_id)
            else:
                return True
    return False


def _colleague(profession: str, now: datetime) -> Staff:
    """An invented one who holds it."""
    held = Assignment.objects.current(timezone.localdate(now)).filter(profession__key=profession)
    return held.filter(staff__is_invented=True).select_related("staff")[:1].get().staff


def _attempt(row: InboxMessage, exercise: Exercise) -> Attempt:
    tasks = list(UserTask.objects.filter(instance__in=_instances(row.message_id)).order_by("pk"))
    steps = {step.task for step in exercise.steps}
    waits = (task for task in tasks if task.state == TaskState.OPEN and task.element_id in steps)
    return Attempt(
        exercise=exercise,
        begun_at=row.received_at,
        done=frozenset(task.element_id for task in tasks if task.state == TaskState.COMPLETED),
        next=next(waits, None),
        individual=f"{row.individual.given_name} {row.individual.family_name}" if row.individual else "",
    )


def _instances(message_id: str) -> Any:
    """Of the messages whose id begins so."""
    deliveries = MessageDelivery.objects.filter(message__message_id__startswith=message_id)
    return ProcessInstance.objects.filter(pk__in=deliveries.values("instance")).values("pk")


def _message(exercise: Exercise, count: int, now: datetime) -> dict[str, Any]:
    """The sample as if it had been sent now: its days and moments moved, and what the exercise wants set."""
    text = (exercise.folder / "samples" / f"{exercise.sample}.json").read_text(encoding="utf-8")
    told = json.loads(text)
    sent = max(moments) if (moments := list(_moments(told))) else now
    message: dict[str, Any] = _moved(told, now - sent)
    for name, value in exercise.changes.items():
        _set(message, name.split("."), value[count % len(value)] if isinstance(value, list) else value, count)
    return message


def _set(message: dict[str, Any], path: list[str], value: Any, count: int) -> None:
    """`{id}` is a new one; `{person}` as a value puts one of the invented in the place of the sample's."""
    *outer, last = path
    for name in outer:
        message = message[name]
    if value == "{person}":
        person = _person(count)
        message[last] |= {"id": person.number, "namn": person.name, "adress": person.address}
    else:
        message[last] = value.replace("{id}", str(uuid.uuid4())) if isinstance(value, str) else value


def _person(count: int) -> invented.InventedPerson:
    """One after another of those whose course is the ordinary one."""
    home = settings.FORLOPP_MUNICIPALITY_CODE
    plain = [
        person
        for person in invented.PEOPLE
        if person.identity_type == "personnummer" and person.protection == "ingen" and person.municipality_code == home
    ]
    chosen = plain or [invented.PEOPLE[0]]
    return chosen[count % len(chosen)]


def _moments(value: Any) -> Iterator[datetime]:
    if isinstance(value, dict):
        for part in value.values():
            yield from _moments(part)
    elif isinstance(value, str) and "T" in value and _DAY.fullmatch(value):
        yield datetime.fromisoformat(value)


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(part, by) for key, part in value.items()}
    if not (isinstance(value, str) and _DAY.fullmatch(value)):
        return value
    if "T" in value:
        return timezone.localtime(datetime.fromisoformat(value) + by).isoformat(timespec="seconds")
    return (date.fromisoformat(value) + timedelta(days=by.days)).isoformat()


def _shifted(value: Any, by: timedelta) -> Any:
    """Answers of a scenario, in which days stand in lists too, as so many days later."""
    if isinstance(value, list):
        return [_shifted(part, by) for part in value]
    if isinstance(value, dict):
        return {key: _shifted(part, by) for key, part in value.items()}
    return _moved(value, by)
