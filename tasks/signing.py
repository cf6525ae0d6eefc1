"""Reads who has signed a joint task, and what is still to be signed."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from people import selectors as people
from people.models import Staff
from people.reading import Reading
from tasks import together
from workflows import diagram, published
from workflows.models import Agreement, Ended, Signature, TaskState, UserTask
from workflows.selectors import NAMED
from workflows.services import joint

SIGNATURES = Reading(Signature, "signature", by=NAMED, ended_by=NAMED)


@dataclass(frozen=True, kw_only=True)
class Signed:
    """One signature, or with `word` how the person has agreed."""

    name: str
    profession: str
    at: datetime.datetime
    word: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Signatures:
    """Of a joint task; `mine` when this viewer has signed, `lapsed` when another's change has ended theirs.

    `asked` are the professions that have it in their lists and have not signed; others may sign all the same.

    `is_kept` when the ärende has gone to a version that asks others to sign, after somebody had signed.
    """

    by: list[Signed]
    individual: Signed | None
    asks_individual: bool
    signed: int
    needed: int
    asked: list[str]
    as_profession: str
    mine: bool
    lapsed: Signed | None
    is_kept: bool

    @property
    def left(self) -> int:
        return max(0, self.needed - self.signed)


def of(task: UserTask, viewer: Staff) -> Signatures | None:
    """None for a task that one person does: then nothing is asked of the database."""
    if not task.to_sign:
        return None
    rows = SIGNATURES.rows("WHERE signature.task_id = %s ORDER BY signature.id", [task.pk])
    names = people.profession_names()
    live = [row for row in rows if row.ended_at is None]
    signed = [row for row in live if not row.agreement]
    mine = [row for row in rows if row.by_id == viewer.pk and not row.agreement]
    last = mine[-1] if mine else None
    is_lapsed = last is not None and last.ended_why == Ended.CHANGED and last.ended_by_id != viewer.pk
    profession = joint.signing_as(task, signed, viewer) if together.may_work(task, viewer) else ""
    return Signatures(
        by=[_signed(row, names) for row in signed],
        individual=next((_signed(row, names) for row in live if row.agreement), None),
        asks_individual=task.asks_individual,
        signed=task.signed,
        needed=task.to_sign,
        asked=[names.get(key, key) for key in _asked(task, {row.profession for row in signed})],
        as_profession=names.get(profession, profession),
        mine=last is not None and last.ended_at is None,
        lapsed=_changed(last) if last is not None and is_lapsed else None,
        is_kept=_is_kept(task),
    )


def _asked(task: UserTask, taken: Collection[str]) -> list[str]:
    """In the order of the diagram."""
    if not task.is_open:
        return []
    invited = UserTask.objects.filter(joint_of=task, state=TaskState.OPEN).values_list("group", flat=True)
    return [key for key in task.signers.split() if key in {*invited, task.group} - set(taken)]


def _is_kept(task: UserTask) -> bool:
    element = published.of(task.instance.version.public_id).definition.elements.get(task.element_id)
    asked = diagram.signing(element.properties) if element is not None else None
    now = (" ".join(asked.professions), asked.needed, asked.with_individual) if asked else ("", 0, False)
    return task.is_open and now != (task.signers, task.to_sign, task.asks_individual)


def _signed(row: Signature, names: Mapping[str, str]) -> Signed:
    return Signed(
        name=str(row.by),
        profession=names.get(row.profession, row.profession),
        at=row.at,
        word=str(Agreement(row.agreement).label) if row.agreement else "",
        reason=row.reason,
    )


def _changed(row: Signature) -> Signed:
    return Signed(name=str(row.ended_by), profession="", at=row.ended_at or row.at)
