"""Where something planned stands, in openEHR's words: what was called off before it began is told from what was left.

Our own words say why; these say what it came to, for those who compare with other systems. A task that was never taken
up and is not needed was `cancelled`; one that somebody had taken, or had tried to do, and that was then taken
away was `aborted`. What could not be done and is to be tried again is `postponed`.
"""

from __future__ import annotations

from enum import StrEnum

from workflows.models import InstanceState, TaskState


class Careflow(StrEnum):
    PLANNED = "planned"
    POSTPONED = "postponed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    CANCELLED = "cancelled"
    ABORTED = "aborted"
    COMPLETED = "completed"


OF_INSTANCE = {
    InstanceState.ACTIVE: Careflow.ACTIVE,
    InstanceState.COMPLETED: Careflow.COMPLETED,
    InstanceState.CANCELLED: Careflow.ABORTED,
}


def of_task(state: str, *, is_taken: bool, attempts: int) -> Careflow:
    """`is_taken`: somebody has it, or had it when it ended."""
    if state == TaskState.COMPLETED:
        return Careflow.COMPLETED
    if state == TaskState.NOT_NEEDED:
        return Careflow.CANCELLED
    if state == TaskState.CANCELLED:
        return Careflow.ABORTED if is_taken or attempts else Careflow.CANCELLED
    if is_taken:
        return Careflow.ACTIVE
    return Careflow.POSTPONED if attempts else Careflow.PLANNED


def of_instance(state: str, *, is_suspended: bool) -> Careflow:
    """An ärende is begun when it is started, so that one that is broken off was never just cancelled."""
    return Careflow.SUSPENDED if is_suspended else OF_INSTANCE[InstanceState(state)]
