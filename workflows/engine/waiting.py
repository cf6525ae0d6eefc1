"""What an instance tells those outside: what it waits for, what has happened, what it throws."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from workflows.diagram import Element


@dataclass(frozen=True)
class WaitingTask:
    """A person's task, or a service task (`operation` set) with its parameters."""

    id: UUID
    element: Element
    operation: str = ""
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class WaitingMessage:
    id: UUID
    element_id: str
    name: str


@dataclass(frozen=True)
class WaitingSignal:
    """`for_all` when it is heard whomever it concerns, if it was sent to everyone."""

    id: UUID
    element_id: str
    name: str
    for_all: bool


@dataclass(frozen=True)
class WaitingTimer:
    id: UUID
    element_id: str
    due_at: datetime


@dataclass(frozen=True)
class Place:
    """Where a token stands, whether the step can be skipped, and the elements that the token can be moved to."""

    id: UUID
    element: Element
    can_skip: bool
    targets: list[Element]


@dataclass(frozen=True)
class Waiting:
    """Everything an instance waits for."""

    user_tasks: list[WaitingTask]
    service_tasks: list[WaitingTask]
    messages: list[WaitingMessage]
    timers: list[WaitingTimer]
    signals: list[WaitingSignal] = field(default_factory=list)


@dataclass(frozen=True)
class Changed:
    """The tasks that an instance has come to wait for, and the ids of those that it does not wait for any more."""

    user_tasks: list[WaitingTask]
    service_tasks: list[WaitingTask]
    gone: set[UUID]
    gone_calls: set[UUID]


@dataclass(frozen=True)
class Happened:
    """One element of the author's diagram completed; a decision tells how it came about.

    `flows` are those that were followed, where there was a choice.
    """

    element: Element
    explanation: dict[str, Any] = field(default_factory=dict)
    flows: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Signalled:
    """A signal to other instances of the same person, or of everyone."""

    element_id: str
    name: str
    payload: Any
    for_all: bool


@dataclass(frozen=True)
class Thrown:
    """A message to other instances."""

    element_id: str
    name: str
    payload: dict[str, Any]
