"""Whom IT lets in, for the pages that show them: staff, a system whose receiver does not answer, one shut out."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from api.models import Delivery, DeliveryState, Subscription
from api.services import clients, subscriptions, telling
from people.models import Staff
from tests import api


def addresses() -> dict[str, str]:
    now = timezone.now()
    client, _ = api.added("vardsystem")
    clients.rotate(client=client, expires_at=now + timedelta(days=20), now=now)
    clients.revoke(client=api.added("gammalt")[0], now=now)
    receiver = "https://vardsystemet.larkommunen.example.se/forlopp"
    told = subscriptions.subscribe(client=client, url=receiver, kinds=["arende.startat"], definitions=[], now=now)
    for fault, state in (("", "done"), ("Svar 403", "refused"), ("Inget svar (ConnectTimeout)", "pending")):
        telling.try_out(subscription=told, now=now)
        row = Delivery.objects.latest("pk")
        row.fault, row.state, row.tried_at = fault, DeliveryState(state), now
        row.ended_at = None if state == "pending" else now
        row.save()
    Subscription.objects.filter(pk=told.pk).update(failures=3, rests_until=now + timedelta(hours=1))
    return {
        "accounts": "/konton/",
        "account": f"/konton/{Staff.objects.get(username='bo').public_id}/",
        "clients": "/integrationer/api/",
        "client": "/integrationer/api/klient/vardsystem/",
        "client, shut out": "/integrationer/api/klient/gammalt/",
        "new client": "/integrationer/api/ny/",
        "client, changed": "/integrationer/api/klient/vardsystem/andra/",
        "subscribing": "/integrationer/api/klient/vardsystem/prenumerera/",
        "subscription": f"/integrationer/api/prenumeration/{told.public_id}/",
    }
