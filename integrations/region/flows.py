"""The region's mailbox as a Prefect flow."""

from __future__ import annotations

import asyncio

from prefect import flow

from integrations.runner import house


@flow(name="region", timeout_seconds=300, persist_result=False, log_prints=False)
async def poll_region() -> None:
    """Empties the region's mailbox. Takes no parameters and returns nothing: Prefect stores both."""
    house.set_up()
    from integrations import polling

    await asyncio.to_thread(polling.run_alone, "region")
