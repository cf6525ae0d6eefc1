"""Runs one instance from wait state to wait state: plain data in, plain data out.

    execution = Execution.start(definition, start="...", variables={...}, payload=None, now=now, decide=decide)
    execution.complete(task_id, answers, now=now)
    execution.waiting()   # what it waits for
    execution.happened    # what has happened since it was created
    execution.dump()      # state to store

An Execution that has raised is half advanced: throw it away, the stored state is as before the action.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from workflows import feel
from workflows.diagram import Element
from workflows.engine import elements as ours
from workflows.engine import state as stored
from workflows.engine.errors import EngineError, NotWaiting
from workflows.engine.expressions import Decide, FeelEngine, FeelEnvironment, Note
from workflows.engine.parsing import Definition
from workflows.engine.rewrite import START_PREFIX

STEP_BUDGET = 500
OUTCOME_PREFIX = "end_"
MAX_TOLD = 3


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
class WaitingTimer:
    id: UUID
    element_id: str
    due_at: datetime


@dataclass(frozen=True)
class Waiting:
    """Everything an instance waits for."""

    user_tasks: list[WaitingTask]
    service_tasks: list[WaitingTask]
    messages: list[WaitingMessage]
    timers: list[WaitingTimer]


@dataclass(frozen=True)
class Happened:
    """One element of the author's diagram completed (or was cancelled); a decision tells how it came about."""

    element: Element
    cancelled: bool = False
    explanation: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Thrown:
    """A message to other instances."""

    element_id: str
    name: str
    payload: dict[str, Any]


class Execution:
    """One instance in memory. Not for sharing between threads."""

    def __init__(self, definition: Definition, variables: dict[str, Any], decide: Decide) -> None:
        self.definition = definition
        self.environment = FeelEnvironment(variables, decide)
        self.workflow: BpmnWorkflow
        self.happened: list[Happened] = []
        self.completed: set[UUID] = set()  # tasks that someone outside has completed or answered
        self.outcome = ""
        self._steps = 0

    @classmethod
    def start(
        cls,
        definition: Definition,
        *,
        variables: dict[str, Any],
        now: datetime,
        decide: Decide,
        start_event: str = "",
        payload: dict[str, Any] | None = None,
    ) -> Execution:
        """A new instance, run to its first wait states.

        `start_event` is the start event's id ('' for the only one); `payload` the starting message's content or
        the start form's answers. Raises EngineError.
        """
        start = cls._start_element(definition, start_event)
        arende = {**variables.get("arende", {}), "start": start.id}
        execution = cls(definition, {**variables, "arende": arende}, decide)
        with execution._stepping(now):
            execution.workflow = BpmnWorkflow(
                definition.spec, definition.subprocesses, script_engine=FeelEngine(execution.environment)
            )
            if not start.message and payload is not None:
                execution.environment.variables[start.id] = payload
            execution._run()
            execution._fire_start(start, payload)
        return execution

    @classmethod
    def restore(cls, definition: Definition, state: Mapping[str, Any], *, decide: Decide) -> Execution:
        """The instance as `dump` left it."""
        execution = cls(definition, dict(state["variables"]), decide)
        execution.outcome = state["outcome"]
        execution.workflow = stored.load(definition, state, FeelEngine(execution.environment))
        return execution

    def dump(self) -> dict[str, Any]:
        """Strict JSON; raises EngineError when a variable cannot be stored."""
        stored.check_json(self.environment.variables)
        return {**stored.dump(self.workflow), "variables": self.environment.variables, "outcome": self.outcome}

    @property
    def variables(self) -> dict[str, Any]:
        return self.environment.variables

    @property
    def is_completed(self) -> bool:
        return bool(self.workflow.completed)

    def thrown(self) -> list[Thrown]:
        """Messages to other instances since the execution was created."""
        return [Thrown(*item) for item in self.environment.thrown]

    def notes(self) -> list[Note]:
        """What expressions had to say since the execution was created, each once."""
        return list(self.environment.notes)

    def seen_by(self, task_id: UUID) -> dict[str, Any]:
        """The variables as one waiting task sees them."""
        return self.environment.seen_by(self._task(task_id))

    def complete(self, task_id: UUID, answers: dict[str, Any], *, now: datetime) -> None:
        """A person is done with a user task; the answers become the variable named as the element."""
        task = self._task(task_id)
        if not task.has_state(TaskState.READY) or not task.task_spec.manual:
            raise NotWaiting(task.task_spec.name)
        with self._stepping(now):
            variable = getattr(task.task_spec, "variable", None) or task.task_spec.bpmn_id
            self.environment.assign(task, variable, answers)
            task.run()
            self.completed.add(task_id)
            self._note(task)
            self._run()

    def answer(self, task_id: UUID, result: dict[str, Any], *, now: datetime) -> None:
        """A system, or a person in its place, has done what a service task asked for."""
        task = self._task(task_id)
        if not task.has_state(TaskState.STARTED) or not isinstance(task.task_spec, ours.ServiceTask):
            raise NotWaiting(task.task_spec.name)
        with self._stepping(now):
            self.environment.assign(task, task.task_spec.result_variable, result)
            task.complete()
            self.completed.add(task_id)
            self._note(task)
            self._run()

    def refuse(self, task_id: UUID, code: str, *, now: datetime) -> bool:
        """The system said no: True when an error boundary event with that code took over."""
        task = self._task(task_id)
        if not task.has_state(TaskState.STARTED):
            raise NotWaiting(task.task_spec.name)
        boundary = self._error_boundary(task, code)
        if boundary is None:
            return False
        with self._stepping(now):
            self._deliver(boundary, BpmnEvent(boundary.task_spec.event_definition, payload=None))
            self._run()
        return True

    def deliver(self, task_id: UUID, name: str, payload: dict[str, Any], *, now: datetime) -> None:
        """A message arrived for an element that waits for it."""
        task = self.workflow.event_manager.tasks.get(task_id)
        if task is None:
            raise NotWaiting
        event = BpmnEvent(ours.Message(name, []), payload=payload)
        if not task.task_spec.event_definition.catches(task, event):
            raise NotWaiting(task.task_spec.name)
        with self._stepping(now):
            self._deliver(task, event)
            self._run()

    def fire(self, *, now: datetime) -> None:
        """Let time pass: everything that is due at `now` happens."""
        with self._stepping(now):
            self.workflow.refresh_timers()
            self._run()

    def cancel(self, *, now: datetime) -> None:
        """Stop everything."""
        with self._stepping(now):
            self.workflow.cancel()

    def waiting(self) -> Waiting:
        """What the instance waits for now."""
        users, services = [], []
        if not self.is_completed:
            for task in self.workflow.get_tasks(state=TaskState.READY | TaskState.STARTED):
                if task.has_state(TaskState.READY) and task.task_spec.manual:
                    users.append(WaitingTask(task.id, self._element(task)))
                elif task.has_state(TaskState.STARTED) and isinstance(task.task_spec, ours.ServiceTask):
                    services.append(self._service(task))
        return Waiting(users, services, self._messages(), self._timers())

    # -- inside ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        """To the next wait states, and again while a new timer is due already."""
        self.workflow.do_engine_steps(did_complete_task=self._count)
        while any(not task.task_spec.manual for task in self.workflow.get_tasks(state=TaskState.READY)):
            self.workflow.do_engine_steps(did_complete_task=self._count)

    def _count(self, task: Any) -> None:
        self._steps += 1
        self._note(task)
        if self._steps > STEP_BUDGET:
            text = f"Mer än {STEP_BUDGET} steg i rad utan att vänta på någon: diagrammet går runt."
            raise EngineError(task.task_spec.name, "endless", text)

    def _note(self, task: Any) -> None:
        element = self.definition.elements.get(task.task_spec.bpmn_id or "")
        if element is None or not task.has_state(TaskState.COMPLETED):
            return
        explanation = self.environment.explained.pop(task.id, {})
        self.happened.append(Happened(element, explanation=explanation))
        if element.type == "endEvent" and self._decides_outcome(element):
            # The plain end of a side branch says nothing when a named one has been reached.
            is_named = element.id.startswith(OUTCOME_PREFIX)
            self.outcome = element.id.removeprefix(OUTCOME_PREFIX) if is_named else self.outcome or element.id

    def _decides_outcome(self, element: Element) -> bool:
        """Ends of the process itself, and of its event sub-processes that interrupt everything else."""
        known = self.definition.elements
        if element.scope == self.definition.process:
            return True
        scope = known.get(element.scope)
        if scope is None or not scope.is_event_subprocess or scope.scope != self.definition.process:
            return False
        return any(
            item.type == "startEvent" and item.is_interrupting for item in known.values() if item.scope == scope.id
        )

    def _deliver(self, task: Any, event: BpmnEvent) -> None:
        task.task_spec.catch(task, event)
        task.task_spec._update(task)

    def _fire_start(self, start: Element, payload: dict[str, Any] | None) -> None:
        several = any(name.startswith(START_PREFIX) for name in self._waiting_names())
        if not start.message and not several:
            return
        name = start.message or START_PREFIX + start.id
        for task in list(self.workflow.event_manager.tasks.values()):
            if task.task_spec.bpmn_id == start.id:
                self._deliver_start(task, name, payload or {}, is_message=bool(start.message))
                self._run()
                return
        raise NotWaiting(start.id)

    def _deliver_start(self, task: Any, name: str, payload: dict[str, Any], *, is_message: bool) -> None:
        self._deliver(task, BpmnEvent(ours.Message(name, []), payload=payload if is_message else None))

    def _waiting_names(self) -> list[str]:
        return [message.name for message in self._messages()]

    def _messages(self) -> list[WaitingMessage]:
        return [
            WaitingMessage(task.id, task.task_spec.bpmn_id or "", definition.name)
            for task in self.workflow.event_manager.tasks.values()
            for definition in _definitions(task)
            if isinstance(definition, ours.Message)
        ]

    def _timers(self) -> list[WaitingTimer]:
        found = []
        for task in self.workflow.event_manager.tasks.values():
            moments = [
                moment
                for definition in _definitions(task)
                if isinstance(definition, ours.Timer | ours.Cycle) and (moment := definition.next_due(task))
            ]
            if moments:
                found.append(WaitingTimer(task.id, task.task_spec.bpmn_id or "", min(moments)))
        return found

    def _service(self, task: Any) -> WaitingTask:
        for asked, operation, params in self.environment.requests:
            if asked is task:
                return WaitingTask(task.id, self._element(task), operation, params)
        return WaitingTask(task.id, self._element(task), task.task_spec.operation_name)

    def _error_boundary(self, task: Any, code: str) -> Any:
        siblings = task.parent.children if task.parent is not None else []
        for sibling in siblings:
            definition = getattr(sibling.task_spec, "event_definition", None)
            if not isinstance(definition, ours.Error) or definition.code not in (None, code):
                continue
            if sibling.has_state(TaskState.WAITING):
                return sibling
        return None

    def _element(self, task: Any) -> Element:
        return self.definition.elements[task.task_spec.bpmn_id]

    def _task(self, task_id: UUID) -> Any:
        for workflow in (self.workflow, *self.workflow.subprocesses.values()):
            if task_id in workflow.tasks:
                return workflow.tasks[task_id]
        raise NotWaiting

    def _stepping(self, now: datetime) -> _Step:
        return _Step(self.environment, now)

    @staticmethod
    def _start_element(definition: Definition, start_event: str) -> Element:
        starts = [
            element
            for element in definition.elements.values()
            if element.type == "startEvent" and element.scope == definition.process
        ]
        for element in starts:
            if element.id == start_event or (not start_event and len(starts) == 1):
                return element
        raise EngineError(start_event, "no-start", "Det finns ingen sådan start i förloppet.")


class _Step:
    """While a step is taken the environment has a clock; what SpiffWorkflow raises becomes an EngineError."""

    def __init__(self, environment: FeelEnvironment, now: datetime) -> None:
        self.environment = environment
        self.now = now

    def __enter__(self) -> None:
        self.environment.now = self.now

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self.environment.now = None
        if isinstance(error, SpiffWorkflowException):
            element = getattr(getattr(error, "task_spec", None), "name", "") or ""
            raise EngineError(element, "engine", self._why(error, element)) from error
        if isinstance(error, feel.FeelError):
            raise EngineError("", "expression", f"Ett uttryck gick inte att räkna ut: {error}") from error

    def _why(self, error: SpiffWorkflowException, element: str) -> str:
        if not str(error).startswith("No conditions satisfied"):
            return f"Motorn kom inte vidare: {type(error).__name__}."
        noted = [note for note in self.environment.notes if note.element_id == element]
        told = "".join(f" I villkoret ”{note.expression}”: {note.message}" for note in noted[:MAX_TOLD])
        return f"Inget villkor efter grinden stämde, och den har inget standardflöde.{told}"


def _definitions(task: Any) -> list[Any]:
    definition = task.task_spec.event_definition
    return list(definition.event_definitions) if isinstance(definition, MultipleEventDefinition) else [definition]
