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
from integrations.pools import Pool
from integrations.runner import house

# Imported by name, from a checkout or from an image: there is nothing for a worker to fetch.
ENTRYPOINT = "integrations.runner.job.run_job"
# The version of the deployments' shape; a code change needs none.
VERSION = "2"
# A run whose process was killed keeps its state for ever, and with a limit of one it would block all that follow.
# Others than our own worker start a process first, or fetch an image.
LONGEST_PENDING = {True: timedelta(minutes=1), False: timedelta(minutes=10)}
LONGEST_RUNNING = timedelta(minutes=2)


class OtherPool(Exception):
    """The pool is there already, of another type than integrations.toml says: give it another name there."""


@dataclass(frozen=True)
class Plan:
    """How IT wants a job done now. `seconds` is None when its schedule is no plain interval; then `next_at` is told.

    `cron` is its schedule when that is by the clock, in the time of the house.
    """

    deployment_id: UUID
    is_active: bool
    seconds: float | None
    cron: str = ""
    next_at: datetime | None = None


async def sync(jobs: list[Scheduled], pool: Pool) -> dict[str, Plan]:
    """Create what is missing, update what is ours of what is there; the plans by the jobs' keys. Raises OtherPool."""
    async with get_client() as client:
        await _ensure_pool(client, pool)
        return {job.key: _plan(await _ensure_deployment(client, job, pool)) for job in jobs}


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


async def bury_zombies(plans: dict[str, Plan], pool: Pool) -> int:
    """Mark as crashed the runs that have been in a state for longer than any run may; how many."""
    deployments = DeploymentFilter(id=DeploymentFilterId(any_=[plan.deployment_id for plan in plans.values()]))
    longest = {StateType.PENDING: LONGEST_PENDING[pool.has_own_worker], StateType.RUNNING: LONGEST_RUNNING}
    alive = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(longest))))
    async with get_client() as client:
        runs = await client.read_flow_runs(deployment_filter=deployments, flow_run_filter=alive)
        dead = [run for run in runs if run.state is not None and _is_dead(run.state, longest)]
        for run in dead:
            await client.set_flow_run_state(run.id, Crashed(message="Processen är borta."), force=True)
    return len(dead)


def _is_dead(state: State[Any], longest: dict[StateType, timedelta]) -> bool:
    return datetime.now(UTC) - state.timestamp > longest[state.type]


async def _ensure_pool(client: PrefectClient, pool: Pool) -> None:
    """Created once; what IT then changes of it in Prefect's pages stays."""
    try:
        found = await client.read_work_pool(pool.name)
    except ObjectNotFound:
        # Without a template the first worker of another kind fills in its own.
        usual = ProcessWorker.get_default_base_job_template() if pool.type == "process" else {}
        template = dict(pool.template or usual)
        try:
            await client.create_work_pool(WorkPoolCreate(name=pool.name, type=pool.type, base_job_template=template))
        except ObjectAlreadyExists:
            return
    else:
        if found.type != pool.type:
            raise OtherPool(f"{pool.name} is of type {found.type}, not {pool.type}")


async def _ensure_deployment(client: PrefectClient, job: Scheduled, pool: Pool) -> DeploymentResponse:
    try:
        known = await client.read_deployment_by_name(job.key)
    except ObjectNotFound:
        return await client.read_deployment(await _create(client, job, pool))
    # Only what is set here is sent: schedules, pauses and limits stay as IT has them.
    told = DeploymentUpdate(
        version=VERSION,
        entrypoint=ENTRYPOINT,
        parameters=_parameters(job),
        work_pool_name=pool.name,
        job_variables=job_variables(pool),
    )
    await client.update_deployment(known.id, told)
    return known


async def _create(client: PrefectClient, job: Scheduled, pool: Pool) -> UUID:
    return await client.create_deployment(
        await client.create_flow_from_name(job.system.key),
        job.job.key,
        version=VERSION,
        description=f"{job.system.title}: {job.job.title}.",
        schedules=[DeploymentScheduleCreate(schedule=_schedule(job), active=True, slug="schema")],
        # A late run does the work of all that are later still.
        concurrency_limit=1,
        concurrency_options=ConcurrencyOptions(collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        work_pool_name=pool.name,
        entrypoint=ENTRYPOINT,
        parameters=_parameters(job),
        job_variables=job_variables(pool),
        tags=["integration", job.system.key],
    )


def job_variables(pool: Pool) -> dict[str, Any]:
    """What each job is given. No secret: Prefect stores it as it is, so those come with the worker or the container."""
    # A stock process worker starts a job in an empty folder, from where our code is not found.
    start = {"working_dir": str(house.checkout())} if pool.type == "process" else {}
    return {**start, **pool.job, "env": {**house.SILENCE, **pool.job.get("env", {})}}


def _parameters(job: Scheduled) -> dict[str, str]:
    return {"system": job.system.key, "job": job.job.key}


def _schedule(job: Scheduled) -> IntervalSchedule | CronSchedule:
    if job.seconds is not None:
        return IntervalSchedule(interval=timedelta(seconds=job.seconds))
    return CronSchedule(cron=job.schedule["cron"], timezone=settings.TIME_ZONE)


def _plan(deployment: DeploymentResponse) -> Plan:
    active = [schedule.schedule for schedule in deployment.schedules if schedule.active]
    intervals = [item.interval.total_seconds() for item in active if isinstance(item, IntervalSchedule)]
    crons = [item.cron for item in active if isinstance(item, CronSchedule) and item.timezone == settings.TIME_ZONE]
    return Plan(
        deployment_id=deployment.id,
        is_active=bool(active) and not deployment.paused,
        seconds=min(intervals) if len(intervals) == len(active) and intervals else None,
        cron=crons[0] if len(crons) == len(active) == 1 else "",
    )
