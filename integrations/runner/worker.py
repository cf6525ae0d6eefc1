"""A Prefect worker that runs the polls in its own, warm process.

Measured on two cores with Prefect 3.8.8: the stock process worker starts a Python for every run, 7 s from submission to
body and as much CPU; with two mailboxes every 15 s it never rests, and as a run holds its slot while it starts, an
interval of 10 s became one of 16. Here a run begins within about a second. Pool, deployments, schedules and pages are
those of a process pool, so production may put stock process, Docker or Kubernetes workers on it instead.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import anyio.abc
from prefect.flow_engine import run_flow_async
from prefect.flows import load_flow_from_flow_run
from prefect.workers.process import ProcessJobConfiguration, ProcessWorker, ProcessWorkerResult

if TYPE_CHECKING:
    from prefect.client.schemas.objects import FlowRun


with warnings.catch_warnings():
    # It is a process worker to Prefect, in its own way; in this process it replaces the stock one, which is the point.
    warnings.filterwarnings("ignore", message="Type 'WarmWorker'")

    class WarmWorker(ProcessWorker):
        """Only for our own short, asynchronous flows: a run cannot be killed without killing the worker."""

        async def run(
            self,
            flow_run: FlowRun,
            configuration: ProcessJobConfiguration,  # noqa: ARG002 - nothing is started that it could describe
            task_status: anyio.abc.TaskStatus[int] | None = None,
        ) -> ProcessWorkerResult:
            flow = await load_flow_from_flow_run(flow_run, ignore_storage=True, use_placeholder_flow=False)
            if task_status is not None:
                # Kept as the run's "process"; -1 is none that anyone could kill.
                task_status.started(-1)
            await run_flow_async(flow, flow_run=flow_run, parameters=flow_run.parameters, return_type="state")
            return ProcessWorkerResult(status_code=0, identifier=self.name)
