"""What the person has said in Min plan, as staff read it: on their page, on tasks, and in full on a page of its own."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from people import reading
from people.models import Reply
from people.own import MESSAGES, ReplyKind
from people.reading import Reading
from web.addresses import url
from workflows import published
from workflows.models import MessageDelivery, UserTask
from workflows.selectors import READ_BY
from workflows.sight import Sight

PAGE = 20
FIRST = 4
"""So many on pages about something else; the rest are a link away."""
STEPS = Reading(
    UserTask, "task", ("public_id", "name", *READ_BY), instance=("public_id",), instance__version=("public_id",)
)
OWN_WORDS = (ReplyKind.ANSWER, ReplyKind.WEEK)
RATINGS = {1: "Mycket dålig", 2: "Dålig", 3: "Varken bra eller dålig", 4: "Bra", 5: "Mycket bra"}


@dataclass(frozen=True, kw_only=True)
class Said:
    """`about` is the step that it was an answer to, empty where the viewer may not read that; then `is_hidden` too."""

    key: int
    at: datetime.datetime
    by_name: str
    title: str
    question: str
    text: str
    is_bad: bool
    about: str = ""
    url: str = ""
    task: uuid.UUID | None = None
    is_hidden: bool = False


@dataclass(frozen=True, kw_only=True)
class Everything:
    """`older` is where the next page begins, 0 at the end."""

    rows: list[Said]
    older: int


def latest(sight: Sight, *, limit: int = FIRST) -> list[Said]:
    """What was said last."""
    return load(sight, limit=limit).rows


def load(sight: Sight, *, before: int = 0, limit: int = PAGE) -> Everything:
    """The latest, or what was said before a row."""
    rows = Reply.objects.filter(individual=sight.individual).select_related("mandate")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows.order_by("-at", "-pk")[: limit + 1])
    told = _shown(found[:limit], sight)
    return Everything(rows=told, older=found[limit - 1].pk if len(found) > limit else 0)


def to_task(sight: Sight, task: UserTask) -> list[Said]:
    """What the step is about, to one who reads it: answers to what it asked, and what made it. The latest first."""
    made_by = MessageDelivery.objects.filter(instance=task.instance_id, at=task.created_at, message__source=MESSAGES)
    ids = [uuid.UUID(one) for one in made_by.values_list("message__message_id", flat=True)]
    rows = Reply.objects.filter(Q(task=task.public_id) | Q(public_id__in=ids), individual=sight.individual)
    found = rows.select_related("mandate").order_by("-at", "-pk")[:FIRST]
    return [replace(_said(row, None), task=task.public_id) for row in found]


def title(kind: str, rating: int | None, text: str) -> str:
    """Of a decision what it was."""
    if rating is not None:
        return f"Veckan: {RATINGS[rating].lower()} ({rating} av 5)"
    return ReplyKind.ANSWER.label if kind == ReplyKind.ANSWER else text


# -- inside ------------------------------------------------------------------------------------------------------------


def _shown(rows: Sequence[Reply], sight: Sight) -> list[Said]:
    asked = [row.task for row in rows if row.task is not None]
    visible, values = sight.visible("instance")
    rest = f"WHERE task.public_id IN ({reading.places(asked)}) AND {visible}"
    steps = {task.public_id: task for task in STEPS.rows(rest, [*asked, *values])} if asked else {}
    # What was asked in an ärende that is not for the viewer is as if it were not there.
    seen = [row for row in rows if row.task is None or row.task in steps]
    return [_as_seen(row, steps[row.task] if row.task else None, sight) for row in seen]


def _as_seen(row: Reply, step: UserTask | None, sight: Sight) -> Said:
    """What was no answer to a step is for all who help the person."""
    if step is None:
        return _said(row, None)
    version = published.of(step.instance.version.public_id)
    if not sight.reads_task(step, version):
        return _hidden(row, sight.hidden(version, step.group, "ett svar i Min plan"))
    return _said(row, step)


def _said(row: Reply, step: UserTask | None) -> Said:
    return Said(
        key=row.pk,
        at=row.at,
        by_name=row.called,
        title=title(row.kind, row.rating, row.text),
        question=row.question,
        text=row.text if row.kind in OWN_WORDS else "",
        is_bad=row.is_bad_week,
        about=step.name if step else "",
        url=url("tasks:task", step.public_id) if step else "",
        task=row.task,
    )


def _hidden(row: Reply, words: str) -> Said:
    return Said(key=row.pk, at=row.at, by_name="", title=words, question="", text="", is_bad=False, is_hidden=True)
