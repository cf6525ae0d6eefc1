"""A delivery as Prefect runs it, so that IT sees it: its only parameter is an opaque key."""

from __future__ import annotations

import asyncio
from collections.abc import MutableMapping
from uuid import UUID

from prefect import flow

from integrations.runner import house
from integrations.runner.attempt import Attempt

# The attempts of this process by key; what is to be delivered never passes through Prefect.
attempts: MutableMapping[UUID, Attempt] = {}


class DeliveryFailed(Exception):
    """Holds the kind of failure only: Prefect stores the text."""


@flow(name="leverans", persist_result=False, log_prints=False)
async def deliver(key: str) -> None:
    """Deliver one message of the outbox."""
    attempt = attempts.get(UUID(key))
    if attempt is None:
        return
    await asyncio.to_thread(_run, attempt)
    if attempt.failure:
        raise DeliveryFailed(attempt.failure) from None


def _run(attempt: Attempt) -> None:
    try:
        attempt.run()
    finally:
        house.close_connections()
