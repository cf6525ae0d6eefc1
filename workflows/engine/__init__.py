"""The engine, alone in importing SpiffWorkflow. Plain data in, plain data out; no clock, network or database."""

from workflows.diagram import Element
from workflows.engine.definition import Definition
from workflows.engine.errors import EngineError, NotCompilable, NotWaiting
from workflows.engine.execution import Execution
from workflows.engine.expressions import Decide, Decided, Note
from workflows.engine.graph import FORMAT, compile_process
from workflows.engine.migration import DROPPED, Immovable, Move, Reason, proposed, waits
from workflows.engine.refusals import refused
from workflows.engine.state import seen_in, task_ids
from workflows.engine.waiting import (
    Changed,
    Happened,
    Place,
    Signalled,
    Thrown,
    Waiting,
    WaitingMessage,
    WaitingSignal,
    WaitingTask,
    WaitingTimer,
)
from workflows.engine.ways import Ways, ways

__all__ = [
    "DROPPED",
    "FORMAT",
    "Changed",
    "Decide",
    "Decided",
    "Definition",
    "Element",
    "EngineError",
    "Execution",
    "Happened",
    "Immovable",
    "Move",
    "NotCompilable",
    "NotWaiting",
    "Note",
    "Place",
    "Reason",
    "Signalled",
    "Thrown",
    "Waiting",
    "WaitingMessage",
    "WaitingSignal",
    "WaitingTask",
    "WaitingTimer",
    "Ways",
    "compile_process",
    "proposed",
    "refused",
    "seen_in",
    "task_ids",
    "waits",
    "ways",
]
