"""Durable state, one file per noun."""

from workflows.models.definition import ProcessDefinition, ProcessVersion, StartSubscription
from workflows.models.history import HistoryEntry, HistoryKind
from workflows.models.incident import Incident, IncidentState
from workflows.models.instance import InstanceState, ProcessInstance
from workflows.models.queue import (
    BufferedKey,
    InboxMessage,
    InboxState,
    MessageDelivery,
    OutboxMessage,
    OutboxState,
)
from workflows.models.waiting import MessageSubscription, TaskKind, TaskState, TimerJob, UserTask

__all__ = [
    "BufferedKey",
    "HistoryEntry",
    "HistoryKind",
    "InboxMessage",
    "InboxState",
    "Incident",
    "IncidentState",
    "InstanceState",
    "MessageDelivery",
    "MessageSubscription",
    "OutboxMessage",
    "OutboxState",
    "ProcessDefinition",
    "ProcessInstance",
    "ProcessVersion",
    "StartSubscription",
    "TaskKind",
    "TaskState",
    "TimerJob",
    "UserTask",
]
