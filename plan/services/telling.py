"""What the person has said becomes a row, a line in the log and a message to förlopp, in one transaction.

The words stay in the row, where pages read them: a förlopp is told that there are some, by whom and about what.
"""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from people.models import Contact, Reply, Visit
from people.own import MESSAGES, ReplyKind
from people.plan import ContactKind, current
from people.services import own
from web.addresses import url
from workflows.models import MessageSubscription, StartSubscription, UserTask
from workflows.services import arrivals, inbox, incidents, promptly, user_tasks
from workflows.sight import is_now

HEARD, UNHEARD, BAD_WEEK = "enskild_svar", "enskild_sagt", "dalig_vecka"
"""What somebody reads in the normal course of work; what somebody must be given to read; a week to ask about."""
NOBODY = "Någon har sagt något i Min plan, och inget förlopp tar emot det. Läs det på personens sida."
MOST_A_DAY = 20
COUNTED = (ReplyKind.ANSWER, ReplyKind.WEEK)
"""A decision is never refused for being one too many."""


class TooMuch(Exception):
    """So many in a day are nobody's answers."""


def tell(
    *,
    visit: Visit,
    now: datetime.datetime,
    action_id: uuid.UUID,
    kind: ReplyKind,
    is_read: bool = False,
    step: UserTask | None = None,
    question: str = "",
    text: str = "",
    rating: int | None = None,
) -> Reply:
    """The same click again is the same row. `is_read`: staff see it without being told. Raises TooMuch."""
    individual = visit.individual
    if (same := Reply.objects.filter(action_id=action_id, individual=individual).first()) is not None:
        return same
    if kind in COUNTED:
        today = Reply.objects.filter(individual=individual, kind__in=COUNTED, at__gt=now - datetime.timedelta(days=1))
        if today.count() >= MOST_A_DAY:
            raise TooMuch
    told: dict[str, Any] = {"individual": individual, "mandate": visit.mandate, "kind": kind, "at": now}
    told |= {"question": question[:500], "text": text.strip()[:4000], "rating": rating}
    if step is not None:
        told |= {"task": step.public_id, "instance": step.instance.public_id}
    with transaction.atomic():
        row, is_new = Reply.objects.get_or_create(action_id=action_id, defaults=told)
        if is_new:
            own.noted(visit, action="add", object_type="reply", object_id=row.public_id, now=now)
            _send(row, step, is_read=is_read)
    return row


# -- inside ------------------------------------------------------------------------------------------------------------


def _send(row: Reply, step: UserTask | None, *, is_read: bool) -> None:
    if step is not None and step.is_open:
        user_tasks.touch(task=step, now=row.at)
    told = _message(row, step, is_read=is_read)
    if not _is_heard(told["typ"], told["person_ref"]):
        page = url("tasks:said", row.individual.ref)
        incidents.open_incident(code="min-plan", text=NOBODY, group=incidents.COORDINATOR, page=page, now=row.at)
        return
    raw = json.dumps(told, sort_keys=True, ensure_ascii=False).encode()
    receipt = arrivals.store(source=MESSAGES, message_id=str(row.public_id), raw=raw, now=row.at)
    transaction.on_commit(lambda: promptly.handle([receipt.message], now=row.at))


def _is_heard(name: str, person_ref: str) -> bool:
    """Whether some förlopp begins with it or one of the person's waits for it; of what staff see anyway nobody must."""
    waits = MessageSubscription.objects.filter(message_name=name, key_name=inbox.PERSON_KEY, key_value=person_ref)
    return name == HEARD or waits.exists() or StartSubscription.objects.filter(message_name=name).exists()


def _message(row: Reply, step: UserTask | None, *, is_read: bool) -> dict[str, Any]:
    """As `plan.connector` reads it."""
    around = _around(row)
    return {
        "typ": BAD_WEEK if row.is_bad_week else HEARD if is_read else UNHEARD,
        "svar_id": str(row.public_id),
        "person_ref": str(row.individual.ref),
        "skickad_dt": row.at.isoformat(),
        "slag": str(row.kind),
        "svarat_av": str(row.mandate.kind) if row.mandate else "personen",
        "har_text": bool(row.text),
        "har_omsorgskontakt": ContactKind.CARE in around,
        "har_vardkontakt": ContactKind.HEALTH in around,
        **({"steg": step.element_id, "stegets_roll": step.group, "fraga": row.question} if step else {}),
        **({} if row.rating is None else {"betyg": row.rating}),
    }


def _around(row: Reply) -> set[str]:
    """Which kinds of contacts the person has now: who it is that follows them."""
    rows = current(Contact).filter(individual=row.individual, kind__in=(ContactKind.CARE, ContactKind.HEALTH))
    return {one.kind for one in rows if is_now(one, on=timezone.localdate(row.at))}
