"""Reads what one and one's colleagues have under way in a task: drafts, comments, and who may be called to it."""

# ruff: noqa: S608  the texts are made of names of our own; every value is a parameter

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils import timezone

from people import reading
from people import selectors as people
from people.models import COLLEAGUE, HELD_ON, Staff
from people.reading import Reading
from people.selectors import Presented
from tasks.menu import MOST_COUNTED
from tasks.models import Comment, CommentKind, Draft
from web import swedish
from web.addresses import url
from workflows import published, rights, selectors, sight, written
from workflows.models import TaskState, UserTask
from workflows.selectors import NAMED, TASKS
from workflows.services import user_tasks

MOST_MENTIONS = 20
CALLS = "seen_at IS NULL AND withdrawn_at IS NULL AND mentioned_id IS NOT NULL"
WORDS = {
    CommentKind.NOTE: "skrev till dig",
    CommentKind.HANDOVER: "lämnade över uppgiften till dig",
    CommentKind.QUESTION: "frågar dig",
    CommentKind.ANSWER: "svarade på din fråga",
}
RIGHTS = ("public_id", "name", "group", "escalated_to", "is_restricted", "signers", "individual_id")
# No more than a draft's way in asks: who may, which form, and whether somebody else was first.
FORM = Reading(
    UserTask,
    "task",
    (*RIGHTS, "form_key", "state"),
    individual=("protection",),
    instance=("version_id",),
    instance__version=("public_id",),
    completed_by=NAMED,
)
DRAFTS = Reading(Draft, "draft", by=NAMED)
COMMENTS = Reading(Comment, "comment", by=("public_id", *NAMED), mentioned=NAMED)
MENTIONS = Reading(
    Comment,
    "comment",
    ("at", "task_id", "by_id", "kind"),
    by=NAMED,
    task=RIGHTS,
    task__individual=("given_name", "family_name", "protection"),
)
# Whether they work where one works oneself: those are looked for first.
NEAR = f"""EXISTS (SELECT 1 FROM people_assignment held
    JOIN people_assignment own ON own.unit_id = held.unit_id AND own.staff_id = %s
    WHERE held.staff_id = staff.id AND {HELD_ON})"""
COLLEAGUES = Reading(Staff, "staff", ("public_id", *NAMED), extra={"away_on": "away.last_on", "near": NEAR})
ASKABLE = Reading(
    Staff, "staff", ("public_id", *NAMED), extra={"away_on": "away.last_on", "profession": "profession.name"}
)
AWAY = """LEFT JOIN people_absence away ON away.staff_id = staff.id AND away.ended_at IS NULL
    AND away.first_on <= %s AND away.last_on >= %s """


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """One's own, and those of colleagues in an open task, the latest first."""

    mine: Draft | None = None
    theirs: list[Draft] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What one and one's colleagues have under way in a task; `counted` are open tasks and stopp, for the menu."""

    drafts: Drafts
    comments: list[Comment]
    is_watched: bool
    has_goals: bool
    has_contacts: bool
    has_said: bool
    counted: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A task that a colleague calls one to."""

    key: int
    name: str
    url: str
    person: Presented
    by_name: str
    word: str
    at: datetime.datetime


def workable(staff: Staff, public_id: uuid.UUID) -> UserTask | None:
    """The task, if this member of staff may do it; None when missing or forbidden alike."""
    task = FORM.one("WHERE task.public_id = %s", [public_id])
    return task if task is not None and may_work(task, staff) else None


def may_work(task: UserTask, staff: Staff) -> bool:
    """As the service decides, and never about a person whom one may not see."""
    return user_tasks.may_work(task, staff) and not people.is_hidden(task.individual, viewer=staff)


def may_see(comment: Comment, staff: Staff) -> bool:
    """Whether it may call this member of staff: to do something with the task, or only to answer."""
    if comment.kind == CommentKind.QUESTION:
        return not people.is_hidden(comment.task.individual, viewer=staff)
    return may_work(comment.task, staff)


def asked_about(staff: Staff, public_id: uuid.UUID) -> UserTask | None:
    """A task that a colleague has asked this member of staff about, who may see its ärende: until it is done, and
    longer where the question waits for its answer.
    """
    asked = Comment.objects.filter(kind=CommentKind.QUESTION, mentioned=staff, withdrawn_at=None)
    asked = asked.filter(Q(seen_at=None) | Q(task__state=TaskState.OPEN))
    if not asked.filter(task__public_id=public_id).exists():
        return None
    task = selectors.TASK.one("WHERE task.public_id = %s", [public_id])
    return task if task and not rights.is_closed(staff, task) and rights.may_see(staff, task.instance) else None


def around(task: UserTask, staff: Staff) -> Around:
    """Whether anybody has written anything, one follows the task and what there is of the person: often nothing."""
    counting, counted = selectors.counting(staff, limit=MOST_COUNTED + 1)
    text = f"""SELECT EXISTS (SELECT 1 FROM tasks_draft WHERE task_id = %s),
        EXISTS (SELECT 1 FROM tasks_comment WHERE task_id = %s),
        EXISTS (SELECT 1 FROM tasks_watch WHERE by_id = %s AND task_id = %s),
        EXISTS (SELECT 1 FROM people_goal WHERE individual_id = %s),
        EXISTS (SELECT 1 FROM people_contact WHERE individual_id = %s),
        EXISTS (SELECT 1 FROM people_reply WHERE individual_id = %s), {counting}"""
    values = [task.pk, task.pk, staff.pk, task.pk, *[task.individual_id] * 3, *counted]
    found = reading.rows(text, values)[0]
    has_drafts, has_comments, is_watched, has_goals, has_contacts, has_said, *counts = found
    return Around(
        drafts=drafts(task, staff) if has_drafts else Drafts(),
        comments=_seen(comments(task), task, staff) if has_comments else [],
        is_watched=bool(is_watched),
        has_goals=bool(has_goals),
        has_contacts=bool(has_contacts),
        has_said=bool(has_said),
        counted=(counts[0], counts[1]),
    )


def drafts(task: UserTask, staff: Staff) -> Drafts:
    """Nothing for those who may see the task but not do it."""
    if not may_work(task, staff):
        return Drafts()
    found = DRAFTS.rows("WHERE draft.task_id = %s ORDER BY draft.changed_at DESC, draft.id", [task.pk])
    mine = next((draft for draft in found if draft.by_id == staff.pk), None)
    theirs = [draft for draft in found if draft is not mine and task.is_open]
    is_closed = written.of(staff, task.individual_id).is_by
    return Drafts(mine=mine, theirs=[draft for draft in theirs if not is_closed(draft.by_id, draft.changed_at)])


def _seen(found: list[Comment], task: UserTask, staff: Staff) -> list[Comment]:
    """Those that nobody of a unit wrote whose writing is closed to one; of a task of the other sphere, about which one
    has been asked, only what one has said and been told oneself.
    """
    seen, version = sight.of(staff, task.individual), published.of(task.instance.version.public_id)
    if not seen.reads_task(task, version):
        found = [one for one in found if staff.pk in (one.by_id, one.mentioned_id)]
    return [one for one in found if seen.reads_by(task, version, by=one.by_id, at=one.at)]


def comments(task: UserTask) -> list[Comment]:
    """As they were written, with what is left of those withdrawn."""
    return COMMENTS.rows("WHERE comment.task_id = %s ORDER BY comment.id", [task.pk])


def workable_among(staff: Staff, public_ids: Sequence[uuid.UUID]) -> list[UserTask]:
    """Those of the tasks that this member of staff may do, open or not."""
    if not public_ids:
        return []
    found = FORM.rows(f"WHERE task.public_id IN ({reading.places(public_ids)})", public_ids)
    return [task for task in found if may_work(task, staff)]


def colleagues(task: UserTask, staff: Staff) -> list[Staff]:
    """The others who may do the task today, by name; each with whether they are `near`."""
    is_secret = task.is_restricted or task.individual.is_protected
    return _holding({task.group, task.escalated_to}, staff, needs_right=is_secret)


def colleagues_of(tasks: Sequence[UserTask], staff: Staff) -> list[Staff]:
    """The others who may do some of the tasks today, by name; each with whether they are `near`."""
    return _holding({key for task in tasks for key in (task.group, task.escalated_to)}, staff, needs_right=False)


def _holding(professions: Collection[str], staff: Staff, *, needs_right: bool) -> list[Staff]:
    today, keys = timezone.localdate(), sorted(filter(None, professions))
    rest = f"""{AWAY} WHERE {COLLEAGUE} AND staff.id <> %s {"AND staff.may_see_protected" if needs_right else ""}
        AND staff.id IN (SELECT held.staff_id FROM people_assignment held
            JOIN people_profession profession ON profession.id = held.profession_id
            WHERE profession.key IN ({reading.places(keys)})
                AND {HELD_ON})
        ORDER BY staff.last_name, staff.first_name, staff.id"""
    near = [staff.pk, today, today]
    return _once(COLLEAGUES.rows(rest, [*near, today, today, staff.pk, *keys, today, today]))


def _once(found: Sequence[Staff]) -> list[Staff]:
    """Each the first time, with until when they are `away` in words: one may be handed and asked all the same."""
    kept: dict[int, Staff] = {}
    for one in found:
        kept.setdefault(one.pk, one)
    for one in kept.values():
        told = vars(one)
        day = told["away_on"]  # as the database has it: a date, or its text
        told["away"] = f"borta till {swedish.date(datetime.date.fromisoformat(str(day)))}" if day else ""
    return list(kept.values())


def askable(task: UserTask, staff: Staff) -> list[Staff]:
    """The others who may see the ärende today, by profession and name; each with the `profession` that gives it."""
    today = timezone.localdate()
    needs_right = "AND staff.may_see_protected" if task.is_restricted or task.individual.is_protected else ""
    seeing = published.of(task.instance.version.public_id).config.get("visible_to", ())
    named = reading.places(seeing)
    rest = f"""{AWAY} JOIN people_assignment held ON held.staff_id = staff.id
            AND {HELD_ON}
        JOIN people_profession profession ON profession.id = held.profession_id
        WHERE {COLLEAGUE} AND staff.id <> %s {needs_right} AND (profession.key IN ({named})
            OR profession.key IN (SELECT "group" FROM {TASKS} WHERE instance_id = %s)
            OR profession.key IN (SELECT escalated_to FROM {TASKS} WHERE instance_id = %s))
        ORDER BY profession.sort, profession.key, staff.last_name, staff.first_name, staff.id"""
    values = [today, today, today, today, staff.pk, *seeing, task.instance_id, task.instance_id]
    return _once(ASKABLE.rows(rest, values))


def calls(staff: Staff) -> tuple[str, list[Any]]:
    """SQL of how many calls wait for one and which is the last, NULL when none does; some of them may be about what one
    may see no more.
    """
    text = f"SELECT id FROM tasks_comment WHERE mentioned_id = %s AND {CALLS} ORDER BY id DESC LIMIT {MOST_MENTIONS}"
    return f"(SELECT count(*) || '.' || max(id) FROM ({text}) calls)", [staff.pk]


def mentions(staff: Staff) -> list[Mention]:
    """The tasks that colleagues call this member of staff to, until they are opened; each once, by its latest call."""
    seen, values = rights.seeing(staff, "task")
    rest = f"""WHERE comment.mentioned_id = %s AND {CALLS}
        AND (comment.kind <> 'question' OR task.state = 'open') AND {seen}
        ORDER BY comment.id DESC LIMIT {MOST_MENTIONS}"""
    found: dict[int, Comment] = {}
    for comment in MENTIONS.rows(rest, [staff.pk, *values]):
        if may_see(comment, staff):
            found.setdefault(comment.task_id, comment)
    return [
        Mention(
            key=comment.pk,
            name=comment.task.name,
            url=url("tasks:task", comment.task.public_id),
            person=people.named(comment.task.individual, viewer=staff),
            by_name=str(comment.by),
            word=WORDS[CommentKind(comment.kind)],
            at=comment.at,
        )
        for comment in found.values()
    ]
