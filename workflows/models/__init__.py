"""Durable state, one file per noun."""

from workflows.models.amendment import OF_TASKS, AmendedPart, Amendment, AmendmentKind
from workflows.models.attachment import Attachment, AttachmentState
from workflows.models.definition import AreaVersion, Papers, ProcessDefinition, ProcessVersion, StartSubscription
from workflows.models.event import Event, EventKind, Listener
from workflows.models.history import MENDING, HistoryEntry, HistoryKind
from workflows.models.incident import Incident, IncidentState
from workflows.models.instance import InstanceState, ProcessInstance
from workflows.models.migration import InstanceMove, Migration, MigrationState, MoveState, Trial
from workflows.models.operating import Replay, ReplayState, SystemPause
from workflows.models.queue import (
    INTERNAL,
    BufferedKey,
    Correction,
    HeldMessage,
    InboxMessage,
    InboxState,
    MessageDelivery,
    OutboxMessage,
    OutboxState,
)
from workflows.models.signal import Heard, Signal, SignalDelivery, SignalStart, SignalState, SignalSubscription
from workflows.models.signature import Agreement, Ended, Signature
from workflows.models.waiting import MessageSubscription, TaskKind, TaskState, TimerJob, UserTask

__all__ = [
    "INTERNAL",
    "MENDING",
    "OF_TASKS",
    "Agreement",
    "AmendedPart",
    "Amendment",
    "AmendmentKind",
    "AreaVersion",
    "Attachment",
    "AttachmentState",
    "BufferedKey",
    "Correction",
    "Ended",
    "Event",
    "EventKind",
    "Heard",
    "HeldMessage",
    "HistoryEntry",
    "HistoryKind",
    "InboxMessage",
    "InboxState",
    "Incident",
    "IncidentState",
    "InstanceMove",
    "InstanceState",
    "Listener",
    "MessageDelivery",
    "MessageSubscription",
    "Migration",
    "MigrationState",
    "MoveState",
    "OutboxMessage",
    "OutboxState",
    "Papers",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessVersion",
    "Replay",
    "ReplayState",
    "Signal",
    "SignalDelivery",
    "SignalStart",
    "SignalState",
    "SignalSubscription",
    "Signature",
    "StartSubscription",
    "SystemPause",
    "TaskKind",
    "TaskState",
    "TimerJob",
    "Trial",
    "UserTask",
]
