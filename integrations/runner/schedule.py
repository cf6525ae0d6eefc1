"""Keeps Prefect's deployments in step with the jobs, without undoing what IT has changed in its pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, DeploymentUpdate, WorkPoolCreate
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, State, StateType
from prefect.client.schemas.responses import DeploymentResponse
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectAlreadyExists, ObjectNotFound
from prefect.states import Crashed
from prefect.workers.process import ProcessWorker

from integrations.jobs import Scheduled
from integrations.runner import house

POOL = "integrations"
ENTRYPOINT = "integrations.runner.flows.run_job"
# The version of the deployments' shape; a code change needs none, for the flows are imported from the checkout.
VERSION = "1"
# A run whose process was killed keeps its state for ever, and with a limit of one it would block all that follow.
LONGEST = {StateType.PENDING: timedelta(seconds=60), StateType.RUNNING: timedelta(minutes=2)}


@dataclass(frozen=True)
class Plan:
    """How IT wants a job done now. `seconds` is None when its schedule is no plain interval; then `next_at` is told."""

    deployment_id: UUID
    is_active: bool
    seconds: float | None
    next_at: datetime | None = None


async def sync(jobs: list[Scheduled]) -> dict[str, Plan]:
    """Create what is missing, update version and parameters of what is there; the plans by the jobs' keys."""
    async with get_client() as client:
        await _ensure_pool(client)
        return {job.key: _plan(await _ensure_deployment(client, job)) for job in jobs}


async def read(plans: dict[str, Plan]) -> dict[str, Plan]:
    """The plans as IT has left them."""
    async with get_client() as client:
        found = {key: _plan(await client.read_deployment(plan.deployment_id)) for key, plan in plans.items()}
        return {key: replace(plan, next_at=await _next(client, plan)) for key, plan in found.items()}


async def _next(client: PrefectClient, plan: Plan) -> datetime | None:
    """When it goes next; not asked for an interval, which counts from the last time."""
    if plan.seconds is not None or not plan.is_active:
        return None
    runs = await client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[plan.deployment_id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))
        ),
        sort=FlowRunSort.EXPECTED_START_TIME_ASC,
        limit=1,
    )
    return runs[0].expected_start_time if runs else None


async def bury_zombies(plans: dict[str, Plan]) -> int:
    """Mark as crashed the runs that have been in a state for longer than any run may; how many."""
    deployments = DeploymentFilter(id=DeploymentFilterId(any_=[plan.deployment_id for plan in plans.values()]))
    alive = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(LONGEST))))
    async with get_client() as client:
        runs = await client.read_flow_runs(deployment_filter=deployments, flow_run_filter=alive)
        dead = [run for run in runs if run.state is not None and _is_dead(run.state)]
        for run in dead:
            await client.set_flow_run_state(run.id, Crashed(message="Processen är borta."), force=True)
    return len(dead)


def _is_dead(state: State[Any]) -> bool:
    return datetime.now(UTC) - state.timestamp > LONGEST[state.type]


async def _ensure_pool(client: PrefectClient) -> None:
    try:
        await client.read_work_pool(POOL)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        try:
            await client.create_work_pool(WorkPoolCreate(name=POOL, type="process", base_job_template=template))
        except ObjectAlreadyExists:
            return


async def _ensure_deployment(client: PrefectClient, job: Scheduled) -> DeploymentResponse:
    try:
        known = await client.read_deployment_by_name(job.key)
    except ObjectNotFound:
        return await client.read_deployment(await _create(client, job))
    # Only what is set here is sent: schedules, pauses and limits stay as IT has them.
    told = DeploymentUpdate(version=VERSION, entrypoint=ENTRYPOINT, parameters=_parameters(job))
    await client.update_deployment(known.id, told)
    return known


async def _create(client: PrefectClient, job: Scheduled) -> UUID:
    return await client.create_deployment(
        await client.create_flow_from_name(job.system.key),
        job.job.key,
        version=VERSION,
        description=f"{job.system.title}: {job.job.title}.",
        schedules=[DeploymentScheduleCreate(schedule=_schedule(job), active=True, slug="schema")],
        # A late run does the work of all that are later still.
        concurrency_limit=1,
        concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        work_pool_name=POOL,
        entrypoint=ENTRYPOINT,
        parameters=_parameters(job),
        # For a stock process worker, which starts elsewhere.
        job_variables={"working_dir": str(house.checkout())},
        tags=["integration", job.system.key],
    )


def _parameters(job: Scheduled) -> dict[str, str]:
    return {"system": job.system.key, "job": job.job.key}


def _schedule(job: Scheduled) -> IntervalSchedule | CronSchedule:
    if job.seconds is not None:
        return IntervalSchedule(interval=timedelta(seconds=job.seconds))
    return CronSchedule(cron=job.schedule["cron"], timezone=settings.TIME_ZONE)


def _plan(deployment: DeploymentResponse) -> Plan:
    active = [schedule.schedule for schedule in deployment.schedules if schedule.active]
    intervals = [item.interval.total_seconds() for item in active if isinstance(item, IntervalSchedule)]
    return Plan(
        deployment_id=deployment.id,
        is_active=bool(active) and not deployment.paused,
        seconds=min(intervals) if len(intervals) == len(active) and intervals else None,
    )
