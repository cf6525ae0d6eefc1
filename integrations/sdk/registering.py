"""A person says whom a message is about: the ärende that asked gets its answer, or a new one takes care of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from integrations import reading
from integrations.sdk import stored
from integrations.sdk.messages import MESSAGE, REPLY
from people.models import Individual, Staff
from workflows.connectors import PersonData
from workflows.models import InboxMessage, ProcessInstance, StartSubscription
from workflows.services import attachments, inbox, turns
from workflows.services.inbox import Said


class NotTaken(Exception):
    """Inget förlopp tar emot SDK-meddelanden. Be processägaren publicera ”SDK-meddelande”."""


@turns.again
def register(
    *, message: InboxMessage, individual: Individual, instance: ProcessInstance | None, by: Staff, now: datetime
) -> ProcessInstance:
    """The ärende that has it now. `instance` is one of the person's that it belongs to.

    One that waits for an answer gets it; else a new ärende begins, which knows where it belongs. Raises NotTaken,
    connectors.Unreadable and incidents.AlreadyResolved.
    """
    waits = instance is not None and instance.subscriptions.filter(message_name=REPLY).exists()
    if not waits and not StartSubscription.objects.filter(message_name=MESSAGE).exists():
        raise NotTaken
    said = _said(message, individual, instance, name=REPLY if waits else MESSAGE)
    with transaction.atomic():
        answers = instance if waits else None
        done = inbox.match(message=message, individual=individual, instance=answers, said=said, by=by, now=now)
        delivery = done.deliveries.select_related("instance").order_by("pk").first()
        if delivery is None:
            raise NotTaken
        attachments.hand_over(message=done, to=delivery.instance, by=by, now=now)
    return delivery.instance


def _said(message: InboxMessage, individual: Individual, instance: ProcessInstance | None, *, name: str) -> Said:
    """Free text as every ärende has it: without the person's name, and without anything that looks like a number."""
    told, who = stored.of(message), _identity(individual)
    payload = {key: who.stripped(told[key]) for key in ("amne", "text")}
    if instance is not None:
        payload |= {"hor_till": instance.definition.title, "hor_till_ref": str(instance.public_id)}
    return Said(name, payload)


def _identity(individual: Individual) -> reading.Identity:
    return reading.Identity.of(
        PersonData(
            identity_type=individual.identity_type,
            identity_number=individual.identity_number,
            given_name=individual.given_name,
            family_name=individual.family_name,
            street_address=individual.street_address,
            phone=individual.phone,
        )
    )
