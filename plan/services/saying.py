"""What the person says and decides: it holds, and is told to staff, before anybody is thanked; once however often."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.models import Agreement, Consent, Mandate, Reply, Visit
from people.own import MandateKind, ReplyKind
from people.plan import ConsentKind, Ground, How, current
from people.services import own, plan
from plan.services import telling
from plan.shown import Next
from web import swedish
from workflows.models import UserTask
from workflows.services import sharing


class Changed(Exception):
    """It is another than the one that was read."""


class NotTheirs(Exception):
    """Only the person decides this, or who may decide in their place."""


def answer(*, visit: Visit, step: Next, text: str, now: datetime.datetime, action_id: uuid.UUID) -> Reply:
    """To what a step asks the person. Where it waits it shows the answer itself; where it is done meanwhile somebody
    is told. Raises telling.TooMuch.
    """
    task = UserTask.objects.select_related("instance").defer("instance__engine_state").get(public_id=step.task)
    told: dict[str, Any] = {"kind": ReplyKind.ANSWER, "step": task, "question": step.question, "text": text}
    return telling.tell(visit=visit, now=now, action_id=action_id, is_read=task.is_open, **told)


def rate_week(*, visit: Visit, rating: int, text: str, now: datetime.datetime, action_id: uuid.UUID) -> Reply:
    """From 1 to 5; a bad one, and one with words, is somebody's to read. Raises telling.TooMuch."""
    told: dict[str, Any] = {"kind": ReplyKind.WEEK, "rating": rating, "text": text}
    return telling.tell(visit=visit, now=now, action_id=action_id, is_read=not text.strip(), **told)


def consent(*, visit: Visit, kind: str, scope: str, now: datetime.datetime, action_id: uuid.UUID) -> None:
    """Say yes. Raises NotTheirs."""
    _decides(visit)
    given = ConsentKind(kind)
    told = {
        "slag": given.value,
        "grund": Ground.CONSENT.value,
        "omfattning": scope.strip()[:500],
        "hur": _how(visit),
        "lamnat_av": visit.called[:200],
        "lamnat": timezone.localdate(now).isoformat(),
    }
    signed = _signed(visit, now, action_id)
    with transaction.atomic():
        plan.add(Consent, individual=visit.individual, told=told, **signed)
        text = ". ".join(filter(None, (f"Ja: {given.label}", scope.strip()[:500])))
        telling.tell(visit=visit, now=now, action_id=action_id, kind=ReplyKind.CONSENT, text=text)


def take_back(*, visit: Visit, thread: uuid.UUID, now: datetime.datetime, action_id: uuid.UUID) -> bool:
    """Take a consent back, however many times it was given: what is shared by it stops at once, and those who share are
    told. False: there is none.

    Raises NotTheirs.
    """
    _decides(visit)
    rows = current(Consent).filter(individual=visit.individual, thread=thread, ground=Ground.CONSENT)
    row = rows.select_related("individual").first()
    if row is None:
        return False
    today = timezone.localdate(now)
    if row.withdrawn_on is None or row.withdrawn_on > today:
        same = current(Consent).filter(individual=visit.individual, ground=Ground.CONSENT, withdrawn_on=None)
        same = same.filter(kind=row.kind, scope=row.scope).exclude(thread=thread)
        with transaction.atomic():
            for one in (row, *same.select_related("individual")):
                told = {"aterkallat": max(today, one.given_on).isoformat()}
                signed = _signed(visit, now, uuid.uuid5(action_id, str(one.thread)))
                plan.change(one, told=told, **signed)
            text = f"Nej, inte längre: {row.get_kind_display()}"
            # Where an ärende has something to stop, its own task says so.
            is_read = sharing.taken_back(row, by=None, reason=_reason(visit), now=now)
            telling.tell(visit=visit, now=now, action_id=action_id, kind=ReplyKind.CONSENT, text=text, is_read=is_read)
    return True


def sign(*, visit: Visit, thread: uuid.UUID, number: int, now: datetime.datetime, action_id: uuid.UUID) -> None:
    """Approve the agreement as it was read, by e-legitimation. Raises NotTheirs, Changed."""
    _decides(visit)
    if not visit.is_sure:
        raise NotTheirs
    rows = current(Agreement).filter(individual=visit.individual, thread=thread, ended_on=None)
    row = rows.select_related("individual").first()
    if row is None or row.number != number or row.signed_on is not None:
        raise Changed
    told = {"undertecknad": timezone.localdate(now).isoformat(), "hur": How.DIGITAL.value}
    text = f"Överenskommelsen från {swedish.date(row.agreed_on)}, som den stod då"
    try:
        with transaction.atomic():
            plan.change(row, told=told, **_signed(visit, now, action_id))
            own.noted(visit, action="sign", object_type="agreement", object_id=thread, now=now)
            telling.tell(visit=visit, now=now, action_id=action_id, kind=ReplyKind.AGREEMENT, text=text, is_read=True)
    except plan.Changed:
        raise Changed from None


def let_read(
    *,
    visit: Visit,
    name: str,
    number: str,
    valid_to: datetime.date | None,
    now: datetime.datetime,
    action_id: uuid.UUID,
) -> Mandate:
    """Let a relative read and answer, until a day; not while one's identity is protected.

    Raises NotTheirs, own.NotFilled, identity.InvalidIdentity.
    """
    if visit.mandate is not None or visit.individual.is_protected:
        raise NotTheirs
    given: dict[str, Any] = {"individual": visit.individual, "kind": MandateKind.RELATIVE, "name": name}
    with transaction.atomic():
        row = own.give(**given, number=number, valid_to=valid_to, by=None, visit=visit, now=now, action_id=action_id)
        text = f"Låter {row.name} läsa till och med {swedish.date(row.valid_to)}"
        telling.tell(visit=visit, now=now, action_id=action_id, kind=ReplyKind.RELATIVE, text=text, is_read=True)
    return row


def let_no_more(*, visit: Visit, public_id: uuid.UUID, now: datetime.datetime, action_id: uuid.UUID) -> bool:
    """End what the person gave; what staff recorded by law is theirs to end. False: there is none such."""
    rows = Mandate.objects.filter(individual=visit.individual, kind=MandateKind.RELATIVE)
    found = rows.select_related("individual").filter(public_id=public_id).first()
    if found is None or visit.mandate is not None:
        return False
    if found.revoked_at is None:
        with transaction.atomic():
            own.take_back(mandate=found, by=None, visit=visit, now=now)
            text = f"Låter inte {found.name} läsa längre"
            telling.tell(visit=visit, now=now, action_id=action_id, kind=ReplyKind.RELATIVE, text=text, is_read=True)
    return True


# -- inside ------------------------------------------------------------------------------------------------------------


def _decides(visit: Visit) -> None:
    if not visit.may_decide:
        raise NotTheirs


def _how(visit: Visit) -> str:
    """A code on paper was handed over by somebody who knew to whom."""
    return (How.DIGITAL if visit.is_sure else How.WRITTEN).value


def _signed(visit: Visit, now: datetime.datetime, action_id: uuid.UUID) -> dict[str, Any]:
    return {"by": None, "now": now, "action_id": action_id, "as_whom": visit.called, "reason": _reason(visit)}


def _reason(visit: Visit) -> str:
    return f"I Min plan, av {visit.called[0].lower()}{visit.called[1:]}"
