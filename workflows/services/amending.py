"""Corrects what has been written once, adds to it, and keeps why a correction that was asked for was not made.

What stood there stays (PDL 2008:355 3 kap. 14 §, GDPR article 16). Each verb is one transaction with the row, its line
in the history of the ärende and in the access log; the same `action_id` again (a double click) gives the earlier row.
They raise NotAllowed, Unclear (which control, and why), Changed (a colleague was first), user_tasks.InvalidAnswers.
"""

from __future__ import annotations

import json
import unicodedata
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from people import selectors as people
from people.models import Individual, Staff
from people.plan import R
from people.services import access, plan
from workflows import amended, published
from workflows.forms import answers as form_answers
from workflows.models import AmendedPart, Amendment, AmendmentKind, HistoryKind, TaskState, UserTask
from workflows.models.amendment import MOST_REASON, MOST_TEXT
from workflows.services import steps, user_tasks

ACTIONS = {AmendmentKind.CORRECTED: "correct", AmendmentKind.ADDED: "complement", AmendmentKind.REFUSED: "refuse"}
OBJECTS = {AmendedPart.ANSWERS: "user_task", AmendedPart.COMMENT: "comment", AmendedPart.FILE: "attachment"}


class NotAllowed(Exception):
    """Du får inte rätta det här."""


class Changed(Exception):
    """En kollega har rättat samma sak."""


class Unclear(Exception):
    """Något saknas eller kan inte sparas: vilket fält, och varför."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"unclear {field}")
        self.field = field
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Why:
    """`is_asked`: the person asked for it, and `view` is what they say is so. `seen` is how many there were then."""

    reason: str
    seen: int
    is_asked: bool = False
    view: str = ""
    action_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is amended: answers, a comment or a file of a task, or what is the person's own."""

    part: AmendedPart
    key: str
    individual: Individual
    task: UserTask | None = None
    sphere: str = ""


def correct_answers(*, task: UserTask, answers: Mapping[str, Any], why: Why, by: Staff, now: datetime) -> Amendment:
    """All the answers as they should have been. What the ärende did on the earlier ones it has done."""
    target = of_task(task)
    earlier = _begun(target, why, by)
    if earlier is not None:
        return earlier
    if task.state != TaskState.COMPLETED:
        raise NotAllowed
    cleaned = _checked(task, answers)
    held = amended.of_task(task)
    if json.dumps(cleaned, sort_keys=True) == json.dumps(amended.answers(task, held), sort_keys=True):
        raise Unclear("", "Du har inte ändrat något svar.")
    return _written(target, AmendmentKind.CORRECTED, why, by=by, now=now, answers=cleaned)


def correct_text(*, target: Target, text: str, why: Why, by: Staff, now: datetime) -> Amendment:
    """A comment's text or a file's name as it should have been."""
    text = _text("text", text, MOST_TEXT, "Skriv hur det ska stå.")
    return _begun(target, why, by) or _written(target, AmendmentKind.CORRECTED, why, by=by, now=now, text=text)


def strike(*, target: Target, why: Why, by: Staff, now: datetime) -> Amendment:
    """All of it was written by mistake, as about another person: it is kept, and nothing should have stood."""
    return _begun(target, why, by) or _written(target, AmendmentKind.CORRECTED, why, by=by, now=now, is_mistake=True)


def correct_plan(*, row: R, told: Mapping[str, Any], why: Why, by: Staff, now: datetime, is_mistake: bool = False) -> R:
    """The person's own: the next revision, and why what stood was wrong. Also raises as `plan.change`."""
    target = of_plan(row)
    reason = _text("skal", why.reason, MOST_REASON, "Skriv varför det är fel.")
    with transaction.atomic():
        made = plan.change(
            row, told=told, by=by, now=now, reason=reason, action_id=why.action_id, is_mistake=is_mistake
        )
        if why.action_id is None or not Amendment.objects.filter(action_id=why.action_id).exists():
            _written(target, AmendmentKind.CORRECTED, why, by=by, now=now, is_mistake=is_mistake)
    return made


def add(*, target: Target, text: str, why: Why, by: Staff, now: datetime) -> Amendment:
    """What was lacking; nothing that stood there is other than it was."""
    text = _text("text", text, MOST_TEXT, "Skriv det som ska läggas till.")
    return _begun(target, why, by) or _written(target, AmendmentKind.ADDED, why, by=by, now=now, text=text)


def refuse(*, target: Target, why: Why, by: Staff, now: datetime) -> Amendment:
    """The person holds it to be wrong and it is left as it is: their view stands beside it from now on."""
    _text("uppfattning", why.view, MOST_TEXT, "Skriv vad personen menar är fel, med personens egna ord.")
    return _begun(target, why, by) or _written(target, AmendmentKind.REFUSED, why, by=by, now=now)


def of_task(task: UserTask, part: AmendedPart = AmendedPart.ANSWERS, key: str = "") -> Target:
    return Target(part=part, key=key or str(task.pk), individual=task.individual, task=task)


def of_plan(row: R) -> Target:
    part = AmendedPart(row._meta.model_name or "")  # noqa: SLF001  a model tells its name by it
    return Target(part=part, key=str(row.thread), individual=row.individual, sphere=getattr(row, "sphere", ""))


# -- inside ------------------------------------------------------------------------------------------------------------


def _begun(target: Target, why: Why, by: Staff) -> Amendment | None:
    """What the same action wrote. Who may do a task may amend it; of the person's own its page decides."""
    if people.is_hidden(target.individual, viewer=by):
        raise NotAllowed
    if target.task is not None and not user_tasks.may_work(target.task, by):
        raise NotAllowed
    return Amendment.objects.filter(action_id=why.action_id).first() if why.action_id else None


def _checked(task: UserTask, answers: Mapping[str, Any]) -> dict[str, Any]:
    """By the task's form, as on the day it was done."""
    version = published.of(task.instance.version.public_id)
    if not version.has_form(task.form_key):
        raise NotAllowed
    variables = steps.variables_of(task.instance)
    cleaned = form_answers.clean(version.form(task.form_key), answers, variables, now=amended.done_at(task))
    if cleaned.errors:
        raise user_tasks.InvalidAnswers(cleaned.errors)
    return dict(cleaned.answers)


def _written(target: Target, kind: AmendmentKind, why: Why, *, by: Staff, now: datetime, **what: Any) -> Amendment:
    reason = _text("skal", why.reason, MOST_REASON, "Skriv varför.")
    view = _text("uppfattning", why.view, MOST_TEXT, "") if why.view.strip() else ""
    row = Amendment(
        individual=target.individual,
        task=target.task,
        part=target.part,
        key=target.key,
        number=why.seen + 1,
        kind=kind,
        is_asked=why.is_asked or kind == AmendmentKind.REFUSED,
        view=view,
        reason=reason,
        sphere=target.sphere,
        at=now,
        by=by,
        on_behalf_of=user_tasks.on_behalf_of(target.task, by) if target.task else "",
        action_id=why.action_id,
        **what,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _told(row, target, by=by, now=now)
    except IntegrityError:
        # The database lets one of two with the same number through; the same press twice is no other's.
        first = Amendment.objects.filter(action_id=why.action_id).first() if why.action_id else None
        if first is None:
            raise Changed from None
        return first
    return row


def _told(row: Amendment, target: Target, *, by: Staff, now: datetime) -> None:
    """In the history of the ärende and in the access log; why stands in the row alone."""
    if target.task is not None:
        detail = {"amendment": str(row.public_id), "task": str(target.task.public_id)}
        user_tasks.record(target.task, HistoryKind(row.kind), by=by, now=now, detail=detail)
    access.record(
        staff=by,
        individual=target.individual,
        action=ACTIONS[AmendmentKind(row.kind)],
        object_type=OBJECTS.get(target.part, str(target.part)),
        object_id=target.key,
        now=now,
    )


def _text(field: str, text: str, most: int, missing: str) -> str:
    """As it is kept."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).strip()
    if not text:
        raise Unclear(field, missing)
    if len(text) > most:
        raise Unclear(field, f"Texten är för lång: högst {most} tecken.")
    if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Unclear(field, "Texten innehåller tecken som inte kan sparas.")
    return text
