"""Lets notices come to a browser, until its owner removes it, signs out of it or somebody else signs in there."""

from __future__ import annotations

import datetime
import uuid
from dataclasses import asdict, dataclass

from django.db import transaction

from people.models import Device, Staff

MOST = 10
"""For each member of staff; the one that was added first gives way."""


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """As the browser told it, and the key of ours that it was made with."""

    endpoint: str
    p256dh: str
    auth: str
    made_with: str


@transaction.atomic
def add(
    *, by: Staff, subscription: Subscription, name: str, now: datetime.datetime, instead_of: uuid.UUID | None = None
) -> Device:
    """A browser is one device whoever used it before; `instead_of` is what it says that it was."""
    Staff.objects.select_for_update(no_key=True).get(pk=by.pk)
    Device.objects.filter(endpoint=subscription.endpoint).delete()
    leave(public_id=instead_of)
    values = asdict(subscription) | {"name": name, "added_at": now, "try_after": now}
    device = Device.objects.create(staff=by, **values)
    newest = Device.objects.filter(staff=by).order_by("-added_at", "-id")
    Device.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[MOST:])).delete()
    return device


def renew(*, public_id: uuid.UUID, subscription: Subscription) -> bool:
    """The browser has made its subscription anew by itself; False when it is no device of ours any longer."""
    others = Device.objects.filter(endpoint=subscription.endpoint).exclude(public_id=public_id)
    if others.exists():
        return False
    return Device.objects.filter(public_id=public_id).update(**asdict(subscription), failures=0) == 1


def remove(*, public_id: uuid.UUID, by: Staff) -> bool:
    """One of one's own."""
    return Device.objects.filter(public_id=public_id, staff=by).delete()[0] > 0


def leave(*, public_id: uuid.UUID | None, unless: Staff | None = None) -> None:
    """Nothing more comes to the browser: somebody has signed out of it, or one who is not `unless` had it."""
    if public_id is not None:
        there = Device.objects.filter(public_id=public_id)
        (there if unless is None else there.exclude(staff=unless)).delete()
