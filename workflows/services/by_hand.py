"""Registers a message in the place of a system: stored as any other, with who registered it, who told it and why."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from people.models import Individual, Staff
from workflows import by_hand, connectors
from workflows.connectors import Json, PersonData
from workflows.models import InboxMessage, ProcessInstance
from workflows.services import inbox
from workflows.services.arrivals import Receipt


@dataclass(frozen=True, kw_only=True)
class Told:
    """How it became known: from whom, in which way, and what else is to be remembered."""

    by_whom: str
    how: str
    note: str = ""


def register(
    *,
    system: str,
    kind: str,
    content: Json,
    individual: Individual,
    instance: ProcessInstance | None,
    sent_at: datetime,
    told: Told,
    by: Staff,
    now: datetime,
    action_id: uuid.UUID,
) -> Receipt:
    """Call outside a transaction. `sent_at` is when it was said: the law's days are counted from it.

    The same `action_id` again changes nothing. Raises KeyError when the system has no such message.
    """
    known = InboxMessage.objects.filter(source=by_hand.SOURCE, message_id=str(action_id)).first()
    if known is not None:
        return Receipt(known, "duplicate")
    chosen = connectors.registrable()[system]
    keys = _keys(instance)
    message = chosen.write(
        kind, content, message_id=str(action_id), sent_at=sent_at, keys=keys, person=_person(individual)
    )
    raw = {
        "system": system,
        "message": message,
        "keys": keys,
        "individual_ref": str(individual.ref),
        "registered": {"by": by.pk, "told_by": told.by_whom, "how": told.how, "note": told.note},
    }
    stored = json.dumps(raw, ensure_ascii=False, sort_keys=True).encode()
    return inbox.receive(source=by_hand.SOURCE, message_id=str(action_id), raw=stored, now=now)


def _keys(instance: ProcessInstance | None) -> Mapping[str, str]:
    """What the ärende waits by, and what it began with."""
    if instance is None:
        return {}
    name, _, value = instance.business_key.partition(":")
    return {**({name: value} if value else {}), **dict(instance.subscriptions.values_list("key_name", "key_value"))}


def _person(individual: Individual) -> PersonData:
    return PersonData(
        identity_type=individual.identity_type,
        identity_number=individual.identity_number,
        given_name=individual.given_name,
        family_name=individual.family_name,
        street_address=individual.street_address,
        postal_code=individual.postal_code,
        city=individual.city,
        municipality_code=individual.municipality_code,
        protection=individual.protection,
    )
