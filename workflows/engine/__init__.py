"""The engine, alone in importing SpiffWorkflow. Plain data in, plain data out; no clock, network or database."""

from workflows.diagram import Element
from workflows.engine.definition import Definition
from workflows.engine.errors import EngineError, NotCompilable, NotWaiting
from workflows.engine.execution import Execution, Happened, Thrown, Waiting, WaitingMessage, WaitingTask, WaitingTimer
from workflows.engine.expressions import Decided, Note
from workflows.engine.graph import FORMAT, compile_process
from workflows.engine.refusals import refused
from workflows.engine.state import seen_in

__all__ = [
    "FORMAT",
    "Decided",
    "Definition",
    "Element",
    "EngineError",
    "Execution",
    "Happened",
    "NotCompilable",
    "NotWaiting",
    "Note",
    "Thrown",
    "Waiting",
    "WaitingMessage",
    "WaitingTask",
    "WaitingTimer",
    "compile_process",
    "refused",
    "seen_in",
]
