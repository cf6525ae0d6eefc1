"""A job as Prefect runs it. Whoever the worker is, it imports this first: Django is set up in here."""

from __future__ import annotations

import asyncio
from uuid import UUID

from prefect import flow
from prefect.runtime import flow_run

from integrations.runner import house


@flow(name="jobb", persist_result=False, log_prints=False)
async def run_job(system: str, job: str) -> None:
    """Do a job of a system: empty its mailbox, read its folder. Returns nothing: Prefect would store it."""
    house.set_up()
    from integrations import jobs

    await asyncio.to_thread(jobs.run_alone, system, job, run_id=UUID(str(flow_run.get_id())))
