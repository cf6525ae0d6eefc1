"""Who wants to be told of what, where, and signed by which secret."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Sequence
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.crypto import salted_hmac

from api.models import Client, Delivery, DeliveryState, Subscription
from web import outbound
from workflows.models import Event
from workflows.services import events

NAME = "api"
MOST = 20
BOTH = timedelta(hours=24)
LONGEST_URL = 500
BATCH = 1_000


class BadUrl(Exception):
    """Adressen ska börja med https:// och leda till en dator som vi får nå."""


class TooMany(Exception):
    """En klient har högst tjugo prenumerationer."""


def subscribe(
    *, client: Client, url: str, kinds: Sequence[str], definitions: Sequence[str], now: datetime
) -> Subscription:
    """From now on events are written and sent there. Raises BadUrl and TooMany."""
    if not is_possible(url):
        raise BadUrl
    with transaction.atomic():
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        if client.subscriptions.filter(ended_at=None).count() >= MOST:
            raise TooMany
        events.listen(NAME)
        return Subscription.objects.create(
            client=client, url=url, kinds=sorted(kinds), definitions=sorted(definitions), created_at=now
        )


def end(*, subscription: Subscription, now: datetime) -> None:
    """Nothing more is sent there. When nobody is left, no events are written."""
    with transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=now)
        subscription.deliveries.filter(state=DeliveryState.PENDING).delete()
        events.leave(NAME, unless=Subscription.objects.filter(ended_at=None).exists)


def renew_secret(*, subscription: Subscription, now: datetime) -> Subscription:
    """Another secret; the former one signs too for a day, so that the receiver can change in peace."""
    with transaction.atomic():
        row = Subscription.objects.select_for_update(no_key=True).get(pk=subscription.pk)
        row.generation, row.both_until = row.generation + 1, now + BOTH
        row.save(update_fields=["generation", "both_until"])
    return row


def replay(*, subscription: Subscription, since: datetime, now: datetime) -> int:
    """Send what happened since a moment once more, in order, under the same ids; how many events."""
    told = Event.objects.filter(at__gte=since, is_handed_out=True)
    with transaction.atomic():
        mine = Delivery.objects.filter(subscription=subscription, event__in=told)
        return mine.exclude(state=DeliveryState.PENDING).update(
            state=DeliveryState.PENDING, attempt=0, next_try_at=now, ended_at=None, lease_until=None
        )


def secrets(subscription: Subscription, *, now: datetime) -> list[str]:
    """Those that sign now, the latest first."""
    found = [secret(subscription, subscription.generation)]
    if subscription.both_until is not None and now < subscription.both_until:
        found.append(secret(subscription, subscription.generation - 1))
    return found


def secret(subscription: Subscription, generation: int) -> str:
    """As Standard Webhooks writes one; made of the installation's own, so that no copy of the database has it."""
    made = salted_hmac("api.subscription", f"{subscription.public_id}:{generation}", algorithm="sha256").digest()
    return "whsec_" + base64.b64encode(made).decode()


def is_possible(url: str) -> bool:
    """Whether it looks like an address that we could send to; where its name leads is judged when we do."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}') and "@" not in parts.netloc
    is_known = parts.scheme == "https" and port != 0 and len(host) > 0 and len(url) <= LONGEST_URL
    return is_plain and is_known and not parts.fragment and _is_no_inside(host)


def may_be(address: outbound.Address) -> bool:
    """On the internet, or in a network of our own that IT has named."""
    inside = [ipaddress.ip_network(network, strict=False) for network in settings.FORLOPP_WEBHOOK_NETWORKS]
    return outbound.is_anybodys(address) or any(address in network for network in inside)


def purge(*, now: datetime) -> None:
    """Forget events that everybody has, some at a time."""
    waiting = Delivery.objects.filter(state=DeliveryState.PENDING).values("event")
    old = Event.objects.filter(Q(is_handed_out=True), at__lt=now - timedelta(days=settings.FORLOPP_EVENT_DAYS))
    Event.objects.filter(pk__in=old.exclude(pk__in=waiting).order_by("at").values("pk")[:BATCH]).delete()


def _is_no_inside(host: str) -> bool:
    try:
        return may_be(ipaddress.ip_address(host))
    except ValueError:
        return host != "localhost" or may_be(ipaddress.IPv4Address("127.0.0.1"))
