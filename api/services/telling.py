"""Events on their way: put on each subscription's list in order, sent at least once, and what became of it.

What is called is done elsewhere (api/teller.py); these verbs are all that happens to the rows. A receiver that does not
answer rests, longer each time, and nothing of its list is lost; one that says no to an event gets it a few times more,
and then people are told and the rest goes on.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q

from api.caller import Caller
from api.models import Delivery, DeliveryState, Subscription
from api.reach import Reach
from api.services import subscriptions
from people.backends import working
from workflows.models import Event, Incident, Listener
from workflows.services import incidents

LEASE = timedelta(seconds=90)
SHORTEST, LONGEST = timedelta(seconds=5), timedelta(hours=1)
REFUSED = [timedelta(seconds=seconds) for seconds in (30, 300, 3600, 6 * 3600)]
FAILURES_BEFORE_STOP = 6
AT_ONCE = 4
JITTER = random.SystemRandom()
OF_TASK, OF_STOP = "uppgift", "stopp"
SILENT = "webhook-svarar-inte"
TRIAL = "prov"


@dataclass(frozen=True)
class Claimed:
    """An event that is yours to send until the lease ends. `payload` has opaque ids and kinds and nothing else."""

    delivery_id: int
    subscription_id: int
    token: uuid.UUID
    url: str
    secrets: list[str]
    message_id: str
    payload: dict[str, Any]
    claimed_at: datetime


def hand_out(*, now: datetime, limit: int = 500) -> int:
    """Put new events on the lists of those who may know of them, in order; how many. One worker at a time does it."""
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        if not Listener.objects.select_for_update(skip_locked=skip).filter(name=subscriptions.NAME):
            return 0
        rows = Event.objects.filter(is_handed_out=False).select_related("instance__definition", "instance__individual")
        fresh = list(rows.defer("instance__engine_state").order_by("pk")[:limit])
        if not fresh:
            return 0
        for subscription in Subscription.objects.filter(ended_at=None, client__revoked_at=None).select_related(
            "client"
        ):
            _list(subscription, fresh, now=now)
        Event.objects.filter(pk__in=[event.pk for event in fresh]).update(is_handed_out=True)
    return len(fresh)


def try_out(*, subscription: Subscription, now: datetime) -> None:
    """Send an event that tells of nothing, by the same way as all others and at once, to see whether it is taken."""
    with transaction.atomic():
        event = Event.objects.create(kind=TRIAL, at=now, is_handed_out=True)
        Delivery.objects.create(subscription=subscription, event=event, next_try_at=now)
        Subscription.objects.filter(pk=subscription.pk).update(rests_until=None)


def claim(*, now: datetime, limit: int, busy: Collection[int] = ()) -> list[Claimed]:
    """What is due of each subscription that does not rest, but for the `busy`: of an ärende only the oldest."""
    found: list[Claimed] = []
    awake = Q(rests_until=None) | Q(rests_until__lte=now) | Q(rests_until__gt=now + 2 * LONGEST)
    rows = Subscription.objects.filter(awake, ended_at=None, client__revoked_at=None).exclude(pk__in=busy)
    rows = rows.select_related("client")
    waiting = Delivery.objects.filter(subscription=OuterRef("pk"), state=DeliveryState.PENDING, next_try_at__lte=now)
    for subscription in rows.filter(Exists(waiting)).order_by("?"):
        # One that has not answered is asked with one event, until it answers.
        most = min(limit - len(found), 1 if subscription.failures else AT_ONCE)
        if most > 0:
            found += _claim(subscription, most, now=now)
    return found


def succeed(claimed: Claimed, *, now: datetime) -> None:
    """The receiver has it."""
    with transaction.atomic():
        taken = {"state": DeliveryState.DONE, "ended_at": now, "tried_at": now, "fault": "", "lease_until": None}
        if _mine(claimed).update(**taken) != 1:
            return
        ailing = Subscription.objects.filter(pk=claimed.subscription_id, failures__gt=0)
        if ailing.update(failures=0, rests_until=None):
            stops = Incident.objects.filter(code=SILENT, element_id=_place(claimed.subscription_id))
            incidents.close(stops, by=None, now=now, note="Mottagaren svarar igen.")


def unanswered(claimed: Claimed, *, fault: str, now: datetime, wait: timedelta = timedelta()) -> None:
    """It did not answer, or was busy (`wait` is what it asked for): it rests, and the event waits."""
    with transaction.atomic():
        _mine(claimed).update(lease_until=None, lease_token=None, tried_at=now, fault=fault[:60])
        # Several that were sent together have failed once.
        rows = Subscription.objects.filter(pk=claimed.subscription_id)
        row = rows.filter(Q(rests_until=None) | Q(rests_until__lte=claimed.claimed_at)).select_for_update().first()
        if row is None:
            return
        row.failures += 1
        row.rests_until = now + max(_rest(row.failures), min(wait, LONGEST))
        row.save(update_fields=["failures", "rests_until"])
        if row.failures == FAILURES_BEFORE_STOP:
            _stop(row, SILENT, "svarar inte. Händelserna sparas och skickas när den svarar igen.", now=now)


def refused(claimed: Claimed, *, status: int, now: datetime) -> None:
    """It understood and said no: some times more, and then the rest goes on without it."""
    with transaction.atomic():
        row = _mine(claimed).select_related("subscription", "event").select_for_update(of=("self",)).first()
        if row is None:
            return
        row.attempt, row.lease_until, row.lease_token = row.attempt + 1, None, None
        row.tried_at, row.fault = now, f"Svar {status}"
        if row.event.kind == TRIAL:
            # Whoever sent it looks at what became of it.
            row.state, row.ended_at = DeliveryState.REFUSED, now
        elif row.attempt > len(REFUSED):
            row.state, row.ended_at = DeliveryState.REFUSED, now
            text = f"avvisar en händelse (svar {status}). Den skickas inte igen av sig själv; övriga skickas."
            _stop(row.subscription, "webhook-avvisad", text, now=now)
        else:
            row.next_try_at = now + REFUSED[row.attempt - 1] * JITTER.uniform(0.8, 1.2)
        row.save()
        Subscription.objects.filter(pk=row.subscription_id).update(failures=0, rests_until=None)


def gone(claimed: Claimed, *, now: datetime) -> None:
    """The receiver says that it is no more (410)."""
    with transaction.atomic():
        row = Subscription.objects.select_related("client__staff").get(pk=claimed.subscription_id)
        if row.ended_at is None:
            subscriptions.end(subscription=row, now=now)
            _stop(row, "webhook-borta", "finns inte längre (svar 410), så prenumerationen är avslutad.", now=now)


# -- inside ------------------------------------------------------------------------------------------------------------


def _list(subscription: Subscription, fresh: list[Event], *, now: datetime) -> None:
    reach = _reach(subscription)
    wanted = [event for event in fresh if reach is not None and _wants(subscription, event, reach)]
    Delivery.objects.bulk_create(
        [
            Delivery(subscription=subscription, event=event, instance_id=event.instance_id, next_try_at=now)
            for event in wanted
        ],
        ignore_conflicts=True,
    )


def _reach(subscription: Subscription) -> Reach | None:
    """None when its client may be told of nothing."""
    staff = working(subscription.client.staff_id)
    may_listen = staff is not None and "handelser:read" in subscription.client.scopes
    return Reach(Caller(subscription.client, staff)) if staff is not None and may_listen else None


def _wants(subscription: Subscription, event: Event, reach: Reach) -> bool:
    """What is about no ärende only they are told of who reach every one."""
    if subscription.kinds and event.kind not in subscription.kinds:
        return False
    if event.instance is None:
        return not subscription.definitions and reach.is_whole
    key = event.instance.definition.key
    return (not subscription.definitions or key in subscription.definitions) and reach.sees(event.instance)


def _claim(subscription: Subscription, most: int, *, now: datetime) -> list[Claimed]:
    earlier = Delivery.objects.filter(
        subscription=subscription,
        instance=OuterRef("instance"),
        state=DeliveryState.PENDING,
        event_id__lt=OuterRef("event_id"),
    )
    free = Q(lease_until=None) | Q(lease_until__lte=now) | Q(lease_until__gt=now + 2 * LEASE)
    with transaction.atomic():
        rows = Delivery.objects.filter(free, subscription=subscription, state=DeliveryState.PENDING)
        rows = rows.filter(~Exists(earlier), next_try_at__lte=now).order_by("event_id")
        skip = connection.features.has_select_for_update_skip_locked
        rows = rows.select_for_update(skip_locked=skip, of=("self",), no_key=True)
        rows = rows.select_related("event__instance__definition", "event__instance__individual")
        due = _still_told(subscription, list(rows.defer("event__instance__engine_state")[:most]))
        for row in due:
            row.lease_token, row.lease_until = uuid.uuid4(), now + LEASE
        Delivery.objects.bulk_update(due, ["lease_token", "lease_until"])
    signing = subscriptions.secrets(subscription, now=now)
    return [
        Claimed(
            delivery_id=row.pk,
            subscription_id=subscription.pk,
            token=row.lease_token or uuid.UUID(int=0),
            url=subscription.url,
            secrets=signing,
            message_id=f"msg_{row.event.public_id.hex}",
            payload=payload(row.event),
            claimed_at=now,
        )
        for row in due
    ]


def _still_told(subscription: Subscription, due: list[Delivery]) -> list[Delivery]:
    """What it may know of as it is sent; what it may know of no more is forgotten."""
    reach = _reach(subscription) if due else None
    kept = [
        row for row in due if reach is not None and (row.event.kind == TRIAL or _wants(subscription, row.event, reach))
    ]
    if len(kept) < len(due):
        Delivery.objects.filter(pk__in={row.pk for row in due} - {row.pk for row in kept}).delete()
    return kept


def payload(event: Event) -> dict[str, Any]:
    """What is told, as Standard Webhooks has it."""
    about: dict[str, str] = {}
    if event.instance is not None:
        about = {"arende": str(event.instance.public_id), "forlopp": event.instance.definition.key}
    if event.subject is not None:
        about[OF_STOP if event.kind.startswith(OF_STOP) else OF_TASK] = str(event.subject)
    return {"type": event.kind, "timestamp": event.at.isoformat(), "data": about}


def _mine(claimed: Claimed) -> Any:
    return Delivery.objects.filter(pk=claimed.delivery_id, lease_token=claimed.token, state=DeliveryState.PENDING)


def _rest(failures: int) -> timedelta:
    """Twice as long each time, and not all at the same moment."""
    rest: timedelta = min(SHORTEST * int(2 ** min(failures - 1, 20)), LONGEST)
    return rest * JITTER.uniform(0.8, 1.2)


def _place(subscription_id: int) -> str:
    """Where the stopp is, since it is in no ärende."""
    return f"prenumeration {subscription_id}"


def _stop(subscription: Subscription, code: str, text: str, *, now: datetime) -> None:
    whose = f"Mottagaren av händelser hos {subscription.client.staff} {text}"
    incidents.open_incident(code=code, text=whose, group=incidents.IT, element_id=_place(subscription.pk), now=now)
