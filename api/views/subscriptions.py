"""Subscriptions to events, which are sent as signed webhooks."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import partial

from django.utils import timezone
from ninja import Router
from ninja.responses import Status

from api import problems
from api.auth import ApiRequest, Needs
from api.edge import IdempotencyKey, leads_to, once
from api.models import Delivery, DeliveryState, Subscription
from api.reach import Reach
from api.services import subscriptions
from api.shapes import (
    EventKinds,
    ReplayedOut,
    ReplayIn,
    SecretOut,
    SubscriptionIn,
    SubscriptionOut,
    SubscriptionsOut,
)
from workflows.models import EventKind

router = Router(tags=["subscriptions"])
NEEDS = Needs("handelser:read")


@router.post(
    "/subscriptions",
    response={201: SecretOut},
    auth=NEEDS,
    summary="Subscribe to events",
    openapi_extra=leads_to(
        201, "subscription_id", "subscriptions_one", "subscriptions_secret", "subscriptions_replay", "subscriptions_end"
    ),
)
def subscribe(request: ApiRequest, body: SubscriptionIn, key: IdempotencyKey) -> Status[object]:
    """The answer has the secret by which the receiver checks the signature (Standard Webhooks)."""
    reach = Reach(request.auth)
    for place, definition in enumerate(body.definitions):
        if reach.definition(definition) is None:
            raise problems.invalid(f"/definitions/{place}", "Det finns inget sådant förlopp som klienten når.")

    def act() -> SubscriptionOut:
        try:
            made = subscriptions.subscribe(
                client=request.auth.client,
                url=body.url,
                kinds=body.types,
                definitions=body.definitions,
                now=timezone.now(),
            )
        except subscriptions.BadUrl as bad:
            raise problems.invalid("/url", str(bad.__doc__)) from None
        except subscriptions.TooMany as many:
            raise problems.conflict("for-manga", str(many.__doc__)) from None
        return _out(made)

    return _with_secret(once(request, key, act, status=201))


@router.get("/subscriptions", response=SubscriptionsOut, auth=NEEDS, summary="The client's subscriptions")
def listed(request: ApiRequest) -> SubscriptionsOut:
    """Those that have not ended."""
    rows = request.auth.client.subscriptions.filter(ended_at=None)
    return SubscriptionsOut(subscriptions=[_out(one) for one in rows])


@router.get("/subscriptions/{uuid:subscription_id}", response=SubscriptionOut, auth=NEEDS, summary="How one is")
def one(request: ApiRequest, subscription_id: uuid.UUID) -> SubscriptionOut:
    """Whether the receiver answers, and how much waits for it."""
    return _out(_found(request, subscription_id))


@router.delete("/subscriptions/{uuid:subscription_id}", response={204: None}, auth=NEEDS, summary="End a subscription")
def end(request: ApiRequest, subscription_id: uuid.UUID) -> Status[object]:
    """Nothing more is sent; what waits is not sent either."""
    subscriptions.end(subscription=_found(request, subscription_id), now=timezone.now())
    return Status(204, None)


@router.post("/subscriptions/{uuid:subscription_id}/secret", response=SecretOut, auth=NEEDS, summary="Another secret")
def secret(request: ApiRequest, subscription_id: uuid.UUID, key: IdempotencyKey) -> Status[object]:
    """For a day both sign."""
    found = _found(request, subscription_id)

    def act() -> SubscriptionOut:
        return _out(subscriptions.renew_secret(subscription=found, now=timezone.now()))

    return _with_secret(once(request, key, act, status=200))


@router.post(
    "/subscriptions/{uuid:subscription_id}/replay",
    response=ReplayedOut,
    auth=NEEDS,
    summary="Send what happened since a moment again",
)
def replay(request: ApiRequest, subscription_id: uuid.UUID, body: ReplayIn, key: IdempotencyKey) -> Status[object]:
    """In order and under the same ids, also what had been refused. Events are kept for thirty days."""
    found = _found(request, subscription_id)
    since = _moment(body.since)

    def act() -> ReplayedOut:
        return ReplayedOut(events=subscriptions.replay(subscription=found, since=since, now=timezone.now()))

    return once(request, key, act, status=200)


def _found(request: ApiRequest, subscription_id: uuid.UUID) -> Subscription:
    found = request.auth.client.subscriptions.filter(public_id=subscription_id, ended_at=None).first()
    if found is None:
        raise problems.missing()
    return found


def _moment(text: str) -> datetime:
    found: datetime | None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None or not 2000 <= found.year <= 2200:
        raise problems.invalid("/since", "Skriv tidpunkten med datum, klockslag och förskjutning från UTC.")
    return found


def _with_secret(answer: Status[object]) -> Status[object]:
    """Made anew from what it is derived of: the answer that is kept for a repeated call does not have it."""
    told = answer.value if isinstance(answer.value, dict) else {}
    row = Subscription.objects.get(public_id=told["id"])
    return Status(answer.status_code, told | {"secret": subscriptions.secret(row, row.generation)})


def _out(found: Subscription) -> SubscriptionOut:
    waiting = partial(Delivery.objects.filter, subscription=found)
    kinds: list[EventKinds] = [EventKind(kind).value for kind in found.kinds]  # type: ignore[misc]
    return SubscriptionOut(
        id=found.public_id,
        url=found.url,
        types=kinds,
        definitions=found.definitions,
        is_answering=found.failures == 0,
        waiting=waiting(state=DeliveryState.PENDING).count(),
        refused=waiting(state=DeliveryState.REFUSED).count(),
        created_at=found.created_at,
    )
