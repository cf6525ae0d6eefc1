"""Reads what holds now of what has been corrected, what stood before, and what has been done on it meanwhile."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from people import reading
from people.models import Agreement, Consent, Contact, Goal, Individual
from people.plan import Revision
from people.reading import Reading
from workflows import connectors, definitions, engine, published
from workflows.models import (
    AmendedPart,
    Amendment,
    AmendmentKind,
    Attachment,
    HistoryEntry,
    HistoryKind,
    OutboxMessage,
    OutboxState,
    UserTask,
)
from workflows.models.waiting import in_place_of

ROWS = Reading(Amendment, "amendment", by=("first_name", "last_name", "username"))
IS_AMENDED = "EXISTS (SELECT 1 FROM workflows_amendment one WHERE one.task_id = task.id)"
"""For a list of tasks: whether it is worth asking."""
FILE_NAME = """(SELECT one.text FROM workflows_amendment one WHERE one.part = 'file' AND one.kind = 'corrected'
    AND one.key = CAST(attachment.id AS varchar(40)) ORDER BY one.number DESC LIMIT 1)"""
"""For a list of files: the name as corrected, '' when it was added by mistake, NULL when nobody has corrected it."""
PLANS: dict[str, type[Revision]] = {"mal": Goal, "kontakt": Contact, "samtycke": Consent, "overenskommelse": Agreement}


@dataclass(frozen=True, kw_only=True)
class Read:
    """Who reads a question that was answered otherwise; `is_done` where that was done since."""

    name: str
    is_done: bool


@dataclass(kw_only=True)
class Followed:
    """What has been done on what stood: what the ärende still knows, which steps read it, what was sent and written."""

    known: list[str] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)
    plans: list[tuple[str, Revision]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.known or self.read or self.sent or self.plans)


def of_task(task: UserTask) -> list[Amendment]:
    """Of its answers, comments and files, in the order they were made."""
    return ROWS.rows("WHERE amendment.task_id = %s ORDER BY amendment.id", [task.pk])


def of_tasks(tasks: Collection[UserTask]) -> dict[int, list[Amendment]]:
    """By task, for a list that brought with it whether there are any (`IS_AMENDED`)."""
    keys = [task.pk for task in tasks if vars(task).get("is_amended")]
    found: dict[int, list[Amendment]] = {}
    if keys:
        rest = f"WHERE amendment.task_id IN ({reading.places(keys)}) ORDER BY amendment.id"
        for row in ROWS.rows(rest, keys):
            found.setdefault(row.task_id or 0, []).append(row)
    return found


def of_plan(individual: Individual, part: str, key: UUID) -> list[Amendment]:
    """Of something that is the person's own."""
    rest = "WHERE amendment.part = %s AND amendment.key = %s AND amendment.individual_id = %s ORDER BY amendment.id"
    return ROWS.rows(rest, [part, str(key), individual.pk])


def count(part: str, key: str) -> int:
    """How many there are of the same thing."""
    return Amendment.objects.filter(part=part, key=key).count()


def about(rows: Sequence[Amendment], part: str, key: str) -> list[Amendment]:
    return [row for row in rows if row.part == part and row.key == key]


def answers(task: UserTask, rows: Sequence[Amendment]) -> dict[str, Any] | None:
    """What holds: as corrected last, else as answered. None when there is none, or it was written by mistake."""
    held: dict[str, Any] | None = task.answers
    for _, after in changes(task, rows):
        held = after
    return held


def changes(task: UserTask, rows: Sequence[Amendment]) -> Iterator[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """For each correction of the answers, in order, what stood before and what it says."""
    before: dict[str, Any] | None = task.answers
    for row in rows:
        if changes_answers(row):
            yield before, row.answers
            before = row.answers


def changes_answers(row: Amendment) -> bool:
    return row.part == AmendedPart.ANSWERS and row.kind == AmendmentKind.CORRECTED


def note(task: UserTask, rows: Sequence[Amendment]) -> str:
    """What a reader of the answers that hold must know of them; '' when they are as they were written."""
    mine = about(rows, AmendedPart.ANSWERS, str(task.pk))
    corrected = [row for row in mine if row.kind == AmendmentKind.CORRECTED]
    if corrected and corrected[-1].is_mistake:
        return "Skrivet av misstag"
    if corrected:
        return "Rättat"
    return "Kompletterat eller ifrågasatt" if mine else ""


def file_name(file: Attachment) -> str:
    """As a list of files on paper tells it; `file` brought its corrected name with it (`FILE_NAME`)."""
    corrected = vars(file)["corrected"]
    if corrected == "":
        return f"{file.name} – tillagd av misstag"
    return f"{corrected} – hette förut {file.name}" if corrected else file.name


def done_by(row: Amendment) -> str:
    """Who, and in whose place."""
    return in_place_of(row.by, row.on_behalf_of)


def done_at(task: UserTask) -> datetime:
    """When it was done: what is asked of an answer is asked as of then."""
    return task.ended_at or task.created_at


def differing(one: dict[str, Any] | None, other: dict[str, Any] | None) -> list[str]:
    """The questions answered otherwise."""
    first, second = one or {}, other or {}
    return [key for key in dict.fromkeys([*first, *second]) if first.get(key) != second.get(key)]


def followed(task: UserTask, rows: Sequence[Amendment]) -> Followed:
    """Nothing of it is changed by the correction: who mends the ärende decides, with a reason of its own."""
    keys = set(differing(task.answers, answers(task, rows)))
    if not keys:
        return Followed()
    since, instance = done_at(task), task.instance
    told = Followed(known=_known(task, rows, keys), read=_read(task, keys, since))
    calls = OutboxMessage.objects.filter(instance=instance, created_at__gte=since, state=OutboxState.DONE)
    known = connectors.operations()
    names = dict.fromkeys(calls.order_by("pk").values_list("operation", flat=True))
    told.sent = [known[name].title if name in known else name for name in names]
    for name, model in PLANS.items():
        written = model._default_manager.filter(instance=instance.public_id, at=since)  # noqa: SLF001
        told.plans += [(name, row) for row in written]
    return told


# -- inside ------------------------------------------------------------------------------------------------------------


def _known(task: UserTask, rows: Sequence[Amendment], keys: Collection[str]) -> list[str]:
    """What the running ärende still knows otherwise than it should, by the labels of the questions."""
    if not task.instance.is_active:
        return []
    value = task.instance.engine_state["variables"].get(task.element_id)
    right = answers(task, rows) or {}
    if not isinstance(value, dict):
        return []
    version = published.of(task.instance.version.public_id)
    labels = {one.key: one.label for one in version.form(task.form_key).fields}
    return [labels.get(key, key) for key in sorted(keys) if value.get(key) != right.get(key)]


def _read(task: UserTask, keys: Collection[str], since: datetime) -> list[Read]:
    """The steps and choices of the förlopp that ask for these answers."""
    version = published.of(task.instance.version.public_id)
    done = HistoryEntry.objects.filter(instance=task.instance, kind=HistoryKind.COMPLETED, at__gte=since)
    after = set(done.values_list("element_id", flat=True)) - {task.element_id}
    choices = engine.ways(version.definition).choices
    chosen_at = {flow: element for element, flows in choices.items() for flow, _ in flows}
    has_decided = any(
        one.type == "businessRuleTask" and one.id in after for one in version.definition.elements.values()
    )
    checked, file = definitions.of_published(task.instance.version.public_id), published.form_file(task.form_key)
    found: dict[str, Read] = {}
    for use in checked.uses:
        place, _, key = use.place.partition("#")
        if place == file != use.file and key.partition(".")[0].strip("#") in keys:
            is_done = has_decided if use.file.endswith(".dmn") else chosen_at.get(use.element, use.element) in after
            name = checked.names.get((use.file, use.element), "")
            found[name] = Read(name=name, is_done=is_done or (name in found and found[name].is_done))
    return list(found.values())
