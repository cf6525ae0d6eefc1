"""What the person says and decides: stored with what follows before anybody is thanked, once however often sent."""

from __future__ import annotations

import contextlib
import datetime
import json
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.models import Agreement, Consent, Reply, Visit
from people.own import BAD, ReplyKind
from people.plan import ConsentKind, Ground, How, current
from people.services import own, plan
from plan.shown import Next
from workflows.services import arrivals, promptly, signals

SOURCE = "min_plan"
MOST_A_DAY = 20
WITHDRAWN = "samtycke_aterkallat"
"""The signal that every förlopp with something to stop listens for."""


class TooMuch(Exception):
    """So many in a day are nobody's answers."""


class Changed(Exception):
    """It is another than the one that was read."""


class NotTheirs(Exception):
    """Only the person decides this, or who may decide in their place."""


def answer(*, visit: Visit, step: Next, text: str, now: datetime.datetime, action_id: uuid.UUID) -> Reply:
    """Before a step that asks the person. Raises TooMuch."""
    told = {"kind": ReplyKind.ANSWER, "task": step.task, "instance": step.instance}
    return _said(visit, now, action_id, text=text.strip()[:4000], question=step.question[:500], **told)


def rate_week(*, visit: Visit, rating: int, text: str, now: datetime.datetime, action_id: uuid.UUID) -> Reply:
    """From 1 to 5; a bad one is a message of its own, for the förlopp that waits for it. Raises TooMuch."""
    return _said(visit, now, action_id, kind=ReplyKind.WEEK, rating=rating, text=text.strip()[:4000])


def consent(*, visit: Visit, kind: str, scope: str, now: datetime.datetime, action_id: uuid.UUID) -> None:
    """Say yes. Raises NotTheirs."""
    _decides(visit)
    told = {
        "slag": ConsentKind(kind).value,
        "grund": Ground.CONSENT.value,
        "omfattning": scope.strip()[:500],
        "hur": _how(visit),
        "lamnat_av": visit.called[:200],
        "lamnat": timezone.localdate(now).isoformat(),
    }
    plan.add(
        Consent,
        individual=visit.individual,
        told=told,
        by=None,
        now=now,
        action_id=action_id,
        as_whom=visit.called,
        reason=_reason(visit),
    )


def take_back(*, visit: Visit, thread: uuid.UUID, now: datetime.datetime, action_id: uuid.UUID) -> bool:
    """Take a consent back: what is shared by it stops at once, and those who share are told. False: there is none."""
    _decides(visit)
    rows = current(Consent).filter(individual=visit.individual, thread=thread, ground=Ground.CONSENT)
    row = rows.select_related("individual").first()
    if row is None:
        return False
    if row.withdrawn_on is None:
        with transaction.atomic():
            told = {"aterkallat": max(timezone.localdate(now), row.given_on).isoformat()}
            plan.change(row, told=told, **_signed(visit, now, action_id))
            _tell_those_who_share(visit, now)
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
    try:
        with transaction.atomic():
            plan.change(row, told=told, **_signed(visit, now, action_id))
            own.noted(visit, action="sign", object_type="agreement", object_id=thread, now=now)
    except plan.Changed:
        raise Changed from None


# -- inside ------------------------------------------------------------------------------------------------------------


def _said(visit: Visit, now: datetime.datetime, action_id: uuid.UUID, **told: Any) -> Reply:
    """The row, the message of it and the log in one transaction; the same click again is the same row."""
    if (same := Reply.objects.filter(action_id=action_id, individual=visit.individual).first()) is not None:
        return same
    today = Reply.objects.filter(individual=visit.individual, at__gte=now - datetime.timedelta(days=1))
    if today.count() >= MOST_A_DAY:
        raise TooMuch
    with transaction.atomic():
        row, is_new = Reply.objects.get_or_create(
            action_id=action_id,
            defaults={"individual": visit.individual, "mandate": visit.mandate, "at": now, **told},
        )
        if is_new:
            own.noted(visit, action="add", object_type="reply", object_id=row.public_id, now=now)
            raw = json.dumps(_message(row), sort_keys=True, ensure_ascii=False).encode()
            receipt = arrivals.store(source=SOURCE, message_id=str(row.public_id), raw=raw, now=now)
            transaction.on_commit(lambda: promptly.handle([receipt.message], now=now))
    return row


def _message(row: Reply) -> dict[str, Any]:
    """As `plan.connector` reads it."""
    told: dict[str, Any] = {
        "typ": "dalig_vecka" if row.rating is not None and row.rating <= BAD else "enskild_svar",
        "svar_id": str(row.public_id),
        "person_ref": str(row.individual.ref),
        "skickad_dt": row.at.isoformat(),
        "slag": str(row.kind),
        "svarat_av": "personen" if row.mandate is None else str(row.mandate.kind),
        "text": row.text,
    }
    more: dict[str, Any] = {"fraga": row.question} if row.rating is None else {"betyg": row.rating}
    return told | more


def _tell_those_who_share(visit: Visit, now: datetime.datetime) -> None:
    with contextlib.suppress(signals.NobodyHears):
        signals.send(name=WITHDRAWN, individuals=[visit.individual], reason=_reason(visit), by=None, now=now)


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
