"""Every text that a diagram lets someone write is FEEL and is evaluated here, over one set of variables.

An instance has one flat dictionary of variables, shared by all branches. `task.data` holds only what is local to the
instance of a multi-instance step or to the sub-process around a task, and lies on top.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from workflows import feel
from workflows.engine.errors import EngineError

MAX_NOTES = 50
MAX_EXCERPT = 200


@dataclass(frozen=True)
class Note:
    """Why an expression of the diagram gave nothing: for the process owner, so it holds no values."""

    element_id: str
    expression: str
    position: int
    message: str


@dataclass(frozen=True)
class Decided:
    """The answer of a decision; how it came about, as strict JSON; and what its expressions had to say."""

    value: Any
    explanation: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


# A plain value is an answer that nobody can explain.
Decide = Callable[[str, Mapping[str, Any], datetime], Decided | Any]


class FeelEnvironment:
    """The variables of one instance, the moment it is, and what its steps ask of and tell the world around."""

    def __init__(self, variables: dict[str, Any], decide: Decide) -> None:
        self.variables = variables
        self.decide = decide
        self.now: datetime | None = None
        self.requests: dict[UUID, tuple[str, dict[str, Any]]] = {}
        self.thrown: list[tuple[str, str, dict[str, Any]]] = []
        self.signals: list[tuple[str, str, Any, bool]] = []
        self.explained: dict[UUID, dict[str, Any]] = {}
        self.notes: dict[Note, None] = {}
        self.missed: dict[str, int] = {}  # by element: how many times a repeated time has passed unnoticed
        self.has_changed = False  # a variable has been set since conditions were looked at

    def value(self, expression: str, context: Mapping[str, Any], element: str) -> Any:
        """The plain value of a FEEL expression; null where it goes wrong, and then the reasons are noted.

        Raises FeelError when it does not parse or a limit stops it.
        """
        value, reasons = self._value(expression, context)
        if _lacks_something(value) and not all(map(_only_missing, reasons)):
            self._note_all(element, expression, reasons)
        return value

    def holds(self, expression: str, context: Mapping[str, Any], element: str) -> bool:
        """Whether a condition is true; neither true nor false counts as no, and is noted. Raises FeelError."""
        value, reasons = self._value(expression, context)
        if not isinstance(value, bool):
            self._note_all(element, expression, reasons)
            self.note(element, expression, 0, "Villkoret gav varken ja eller nej och räknades som nej.")
        return value is True

    def run(self, script: str, context: dict[str, Any], element: str) -> None:
        """Carry out a script; inside a multi-instance step its variables are the step's own. Raises FeelError."""
        result = self.value(script, context, element)
        if not isinstance(result, dict):
            text = "Skriptet gav inget FEEL-kontext, till exempel { antal: 1 }, och har ingen resultatvariabel."
            raise EngineError(element, "script-not-context", text)
        self.has_changed = True
        (context or self.variables).update(result)

    def note(self, element: str, expression: str, position: int, message: str) -> None:
        """Keep what the process owner should know, once; a loop cannot fill the memory."""
        if len(self.notes) < MAX_NOTES:
            self.notes[Note(element, expression.strip()[:MAX_EXCERPT], position, message)] = None

    def assign(self, task: Any, name: str, value: Any) -> None:
        """Set a variable; inside a multi-instance step it is the step's own."""
        self.has_changed = True
        if task.data:
            task.data[name] = value
        else:
            self.variables[name] = value

    def seen_by(self, task: Any) -> dict[str, Any]:
        """The variables as one task sees them."""
        return {**self.variables, **task.data}

    def _value(self, expression: str, context: Mapping[str, Any]) -> tuple[Any, list[feel.Diagnostic]]:
        if self.now is None:
            raise RuntimeError("the engine was asked to evaluate outside a step")
        reasons: list[feel.Diagnostic] = []
        value = feel.evaluate(expression, {**self.variables, **context}, now=self.now, diagnostics=reasons)
        return feel.to_plain(value), reasons

    def _note_all(self, element: str, expression: str, reasons: list[feel.Diagnostic]) -> None:
        for reason in reasons:
            self.note(element, expression, reason.position, reason.message_sv)


class FeelEngine:
    """Evaluates what stands on the element of a task; what goes wrong is told of that element."""

    def __init__(self, environment: FeelEnvironment) -> None:
        self.environment = environment

    def evaluate(self, task: Any, expression: str) -> Any:
        """The plain value of an expression of this task's element. Raises EngineError."""
        name = task.task_spec.bpmn_id
        try:
            return self.environment.value(expression, task.data, name)
        except feel.FeelError as error:
            raise EngineError(name, "expression", f"Uttrycket gick inte att räkna ut: {error}") from None

    def holds(self, task: Any, expression: str) -> bool:
        """Whether a condition on this task's element is true. Raises EngineError."""
        name = task.task_spec.bpmn_id
        try:
            return self.environment.holds(expression, task.data, name)
        except feel.FeelError as error:
            raise EngineError(name, "expression", f"Villkoret gick inte att räkna ut: {error}") from None

    def execute(self, task: Any, script: str) -> None:
        name = task.task_spec.bpmn_id
        try:
            self.environment.run(script, task.data, name)
        except feel.FeelError as error:
            raise EngineError(name, "script", f"Skriptet gick inte att köra: {error}") from None


def _only_missing(reason: feel.Diagnostic) -> bool:
    """A name that is not there yet is null, and so it is written: `if hembesok != null then …`."""
    return reason.message_sv.endswith("finns inte.")


def _lacks_something(value: Any) -> bool:
    """Null, or a context with a null in it: what a script or a parameter was to give is not there."""
    return value is None or (isinstance(value, dict) and any(_lacks_something(item) for item in value.values()))
