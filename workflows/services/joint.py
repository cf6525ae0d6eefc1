"""Joint tasks: several professions sign what stands in one, and it is done when all that are needed have.

A signature is on the answers as they were. When somebody changes them those before it lapse, and that is told.
They raise user_tasks.NotAllowed, InvalidAnswers, AlreadyCompleted, TaskGone, steps.Suspended, steps.InstanceEnded,
settle.Conflict and engine.EngineError.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from people import statements
from people.models import Staff
from workflows.forms import answers as form_answers
from workflows.forms import signing as forms
from workflows.models import Ended, HistoryKind, Signature, TaskState, UserTask
from workflows.services import steps, turns, user_tasks, waits


@dataclass(frozen=True)
class Signed:
    """The task as it became, and whose signatures no longer hold since its answers were changed."""

    task: UserTask
    lapsed: list[str] = field(default_factory=list)


def signing_as(task: UserTask, signatures: list[Signature], by: Staff) -> str:
    """The profession that somebody signs for: one that has not signed before one that has; '' for none."""
    mine = [key for key in task.signers.split() if key in by.professions]
    taken = {row.profession for row in signatures}
    return next((key for key in mine if key not in taken), next(iter(mine), ""))


@turns.again
def sign(
    *,
    task: UserTask,
    answers: dict[str, Any],
    agreement: Mapping[str, Any] | None = None,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID | None = None,
    also: Callable[[], object] | None = None,
) -> Signed:
    """Sign these answers; the last signature that is needed completes the task. `also` is done with it.

    `agreement` is the individual's own, answers to `forms.signing`: needed of the first who signs when it is asked for.
    A second signature of the same person on the same answers changes nothing.
    """
    user_tasks.require_right(task, by)
    with transaction.atomic():
        row = _locked(task)
        if not row.is_open:
            return Signed(user_tasks.earlier(row, action_id))
        if row.instance.is_suspended:
            raise steps.Suspended
        cleaned = user_tasks.checked(row, answers, now=now)
        live = _live(row)
        lapsed = live if row.answers is not None and row.answers != cleaned else []
        _end(row, lapsed, Ended.CHANGED, by=by, now=now)
        live = [one for one in live if one not in lapsed]
        if profession := _profession(row, live, by):
            live += _written(row, live, profession, agreement, by=by, now=now)
        _put(row, cleaned, live, now=now)
        if row.signed >= row.to_sign:
            _complete(row, cleaned, by=by, now=now, action_id=action_id)
        if also is not None:
            also()
    return Signed(row, [str(one.by) for one in lapsed if not one.agreement and one.by != by])


@turns.again
def withdraw(*, task: UserTask, by: Staff, now: datetime) -> UserTask:
    """Take back one's own, as long as the task is not done."""
    user_tasks.require_right(task, by)
    with transaction.atomic():
        row = _locked(task)
        if not row.is_open:
            user_tasks.raise_lost(row)
        live = _live(row)
        mine = [one for one in live if one.by_id == by.pk and not one.agreement]
        _end(row, mine, Ended.WITHDRAWN, by=by, now=now)
        _put(row, row.answers, [one for one in live if one not in mine], now=now)
    return row


def _locked(task: UserTask) -> UserTask:
    instance = steps.locked(task.instance_id)
    row = user_tasks.fresh(task)
    row.instance = instance
    return row


def _live(task: UserTask) -> list[Signature]:
    return list(task.signatures.filter(ended_at=None).select_related("by"))


def _profession(task: UserTask, live: list[Signature], by: Staff) -> str:
    """'' when they have signed. Raises NotAllowed for one who may do the task, as when it is late, but not sign it."""
    if any(one.by_id == by.pk and not one.agreement for one in live):
        return ""
    found = signing_as(task, live, by)
    if not found:
        raise user_tasks.NotAllowed
    return found


def _written(
    task: UserTask,
    live: list[Signature],
    profession: str,
    agreement: Mapping[str, Any] | None,
    *,
    by: Staff,
    now: datetime,
) -> list[Signature]:
    new = [Signature(task=task, by=by, profession=profession, at=now)]
    if task.asks_individual and not any(one.agreement for one in live):
        said = form_answers.clean(forms.agreement(), agreement or {}, {}, now=now)
        if said.errors:
            raise user_tasks.InvalidAnswers(said.errors)
        reason = said.answers.get(forms.REASON) or ""
        new.append(Signature(task=task, by=by, at=now, agreement=said.answers[forms.AGREEMENT], reason=reason))
    statements.insert(new)
    user_tasks.record(task, HistoryKind.SIGNED, by=by, now=now)
    return new


def _end(task: UserTask, ending: list[Signature], why: Ended, *, by: Staff, now: datetime) -> None:
    keys = [one.pk for one in ending]
    Signature.objects.filter(pk__in=keys).update(ended_at=now, ended_by=by, ended_why=why)
    for one in ending:
        if not one.agreement:
            detail = {"of": str(one.by), "reason": str(why.label)}
            user_tasks.record(task, HistoryKind.UNSIGNED, by=by, now=now, detail=detail)


def _put(task: UserTask, answers: dict[str, Any] | None, live: list[Signature], *, now: datetime) -> None:
    """The answers that are signed and how many professions have; whose turn it is shows in their lists."""
    by_profession = {one.profession: one.by_id for one in live if not one.agreement}
    told = {"signed": len(by_profession), "changed_at": now}
    put = {"answers": answers if live else None, **told}
    for name, value in put.items():
        setattr(task, name, value)
    statements.update(UserTask, {"id": task.pk}, put)
    statements.update(UserTask, {"joint_of_id": task.pk}, told)
    invited = UserTask.objects.filter(joint_of=task)
    for one in invited:
        if one.is_open and one.group in by_profession:
            _close(one, by_profession[one.group], now)
        elif one.state == TaskState.COMPLETED and one.group not in by_profession:
            invited.filter(pk=one.pk).update(
                state=TaskState.OPEN,
                ended_at=None,
                completed_by=None,
                claimed_by=None,
                claimed_at=None,
                on_behalf_of="",
                answers=None,
            )


def _close(invited: UserTask, by_id: int, now: datetime) -> None:
    done = {"state": TaskState.COMPLETED, "ended_at": now, "answers": {}}
    who = {"completed_by_id": by_id, "claimed_by_id": by_id}
    statements.update(UserTask, {"id": invited.pk}, done | who)


def _complete(
    task: UserTask, answers: dict[str, Any], *, by: Staff, now: datetime, action_id: uuid.UUID | None
) -> None:
    # Who had taken it only told that they were writing: it is everyone's.
    statements.update(UserTask, {"id": task.pk}, {"claimed_by_id": None, "claimed_at": None, "on_behalf_of": ""})
    if not user_tasks.ended(task, TaskState.COMPLETED, answers, by=by, now=now, action_id=action_id):
        raise user_tasks.TaskGone
    waits.withdraw_invitations([task], now=now)
    user_tasks.go_on(task, answers, by=by, now=now)
