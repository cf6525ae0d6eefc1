"""Our versions of SpiffWorkflow's elements: they wait instead of acting, and tell instead of calling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent as SpiffBoundaryEvent
from SpiffWorkflow.bpmn.specs.defaults import EndEvent as SpiffEndEvent
from SpiffWorkflow.bpmn.specs.defaults import EventBasedGateway as SpiffEventBasedGateway
from SpiffWorkflow.bpmn.specs.event_definitions.simple import TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import CycleTimerEventDefinition, TimerEventDefinition
from SpiffWorkflow.bpmn.util import BpmnEvent, PendingBpmnEvent
from SpiffWorkflow.spiff.specs.defaults import ScriptTask as SpiffScriptTask
from SpiffWorkflow.spiff.specs.defaults import ServiceTask as SpiffServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    MessageEventDefinition,
)
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.util.task import TaskState

from workflows.engine import clock
from workflows.engine.errors import EngineError
from workflows.engine.expressions import Decided, FeelEngine, FeelEnvironment
from workflows.engine.rewrite import SHELL

USABLE = "Det ska ge ett datum, en tidpunkt eller en tidslängd som inte är negativ."


def environment(task: Any) -> FeelEnvironment:
    return _engine(task).environment


def _engine(task: Any) -> FeelEngine:
    found: FeelEngine = task.workflow.top_workflow.script_engine
    return found


class Message(MessageEventDefinition):  # type: ignore[misc]
    """A message in or out. What comes in becomes a variable at once and never lies in the engine's own data."""

    def catches(self, my_task: Any, event: Any) -> bool:
        return bool(self == event.event_definition)

    def catch(self, my_task: Any, event: Any = None) -> None:
        if event is not None and event.payload is not None:
            environment(my_task).assign(my_task, self.message_var or self.name, event.payload)
        my_task._set_internal_data(event_fired=True)

    def update_task_data(self, my_task: Any) -> None:
        """Nothing to do: `catch` has assigned the payload."""

    def update_task(self, my_task: Any) -> None:
        """Nothing to do: correlation is the services' work."""

    def reset(self, my_task: Any) -> None:
        my_task._set_internal_data(event_fired=False)

    def throw(self, my_task: Any) -> None:
        payload: Any = {}
        if self.expression:
            payload = my_task.workflow.script_engine.evaluate(my_task, self.expression)
        if not isinstance(payload, dict):
            raise EngineError(my_task.task_spec.name, "payload", "Meddelandets innehåll är inget FEEL-kontext.")
        environment(my_task).thrown.append((my_task.task_spec.name, self.name, payload))


class _NearestScope:
    """Errors and escalations are caught by the nearest scope around the throw, as BPMN says."""

    def throw(self, my_task: Any) -> None:
        expression: str | None = getattr(self, "expression", None)
        payload = my_task.workflow.script_engine.evaluate(my_task, expression) if expression else None
        my_task.workflow.top_workflow.catch(BpmnEvent(self, payload=payload, target=my_task.workflow))

    def update_task_data(self, my_task: Any) -> None:
        variable: str | None = getattr(self, "variable", None)
        if variable:
            environment(my_task).assign(my_task, variable, my_task.internal_data.pop(getattr(self, "name", ""), None))


class Error(_NearestScope, ErrorEventDefinition):  # type: ignore[misc]
    """An error; `code` is matched."""


class Escalation(_NearestScope, EscalationEventDefinition):  # type: ignore[misc]
    """An escalation; `code` is matched."""


class Timer(TimerEventDefinition):  # type: ignore[misc]
    """Fires once, at a moment or after a time. The due moment is worked out when the token arrives and then stands."""

    def _slot(self) -> str:
        return f"due:{self.name}"

    def due_at(self, my_task: Any) -> datetime:
        slot = self._slot()
        if slot not in my_task.internal_data:
            moment = clock.due(_text(my_task, self.expression), _now(my_task))
            my_task.internal_data[slot] = moment.isoformat()
        return datetime.fromisoformat(my_task.internal_data[slot])

    def has_fired(self, my_task: Any) -> bool:
        try:
            fired = my_task.internal_data.get("event_fired") or self.due_at(my_task) <= _now(my_task)
        except clock.BadTimer as error:
            raise _bad_time(my_task, self.expression, error) from None
        if fired:
            my_task.internal_data["event_fired"] = True
        return bool(fired)

    def next_due(self, my_task: Any) -> datetime | None:
        return self.due_at(my_task)

    def details(self, my_task: Any) -> Any:
        return PendingBpmnEvent(self.name, "Timer", my_task.internal_data.get(self._slot()))


class Cycle(CycleTimerEventDefinition):  # type: ignore[misc]
    """Fires again and again. After a long sleep it fires once and says how many times it missed."""

    def _slot(self) -> str:
        return f"cycle:{self.name}"

    def _state(self, my_task: Any) -> dict[str, Any]:
        slot = self._slot()
        if slot not in my_task.internal_data:
            try:
                cycle = clock.parse_cycle(_text(my_task, self.expression))
            except clock.BadTimer as error:
                raise _bad_time(my_task, self.expression, error) from None
            first = cycle.first or cycle.every.after(_now(my_task))
            every = [cycle.every.months, cycle.every.days, cycle.every.seconds]
            my_task.internal_data[slot] = {"left": cycle.count, "next": first.isoformat(), "every": every}
        state: dict[str, Any] = my_task.internal_data[slot]
        return state

    def has_fired(self, my_task: Any) -> bool:
        return bool(my_task.internal_data.get("event_fired", False))

    def cycle_complete(self, my_task: Any) -> bool:
        state = self._state(my_task)
        moment = datetime.fromisoformat(state["next"])
        passed = 0
        while moment <= _now(my_task) and state["left"] != 0:
            passed += 1
            moment = clock.Duration(*state["every"]).after(moment)
            state["left"] = None if state["left"] is None else state["left"] - 1
        state["next"] = moment.isoformat()
        if passed:
            state["missed"] = passed - 1
        if state["left"] == 0:
            my_task.internal_data["event_fired"] = True
        return passed > 0

    def next_due(self, my_task: Any) -> datetime | None:
        state = self._state(my_task)
        return None if state["left"] == 0 else datetime.fromisoformat(state["next"])

    def details(self, my_task: Any) -> Any:
        return PendingBpmnEvent(self.name, "Cycle", self._state(my_task)["next"])


class BoundaryEvent(SpiffBoundaryEvent):  # type: ignore[misc]
    """A non-interrupting boundary event listens again after it has fired, as BPMN says."""

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        if self.cancel_activity or isinstance(self.event_definition, TimerEventDefinition):
            return
        hosts = [task for task in my_task.parent.children if not isinstance(task.task_spec, SpiffBoundaryEvent)]
        if all(task.has_state(TaskState.FINISHED_MASK) for task in hosts):
            return  # the host ended in the same step as the event came: nobody is left to listen for
        again = my_task.parent._add_child(self, TaskState.MAYBE)
        again.triggered = True
        again._set_state(TaskState.WAITING)
        self._predict(again, mask=TaskState.NOT_FINISHED_MASK)
        self._update(again)


class EventGateway(SpiffEventBasedGateway):  # type: ignore[misc]
    """Forgets the event that decided, which cannot be stored and is not needed again."""

    def _run_hook(self, my_task: Any) -> bool:
        result = bool(super()._run_hook(my_task))
        my_task.internal_data.pop("seen_events", None)
        return result


class EndEvent(SpiffEndEvent):  # type: ignore[misc]
    """A terminate end ends the author's scope, also where that scope lies in shells of ours."""

    def _on_complete_hook(self, my_task: Any) -> None:
        super()._on_complete_hook(my_task)
        if not isinstance(self.event_definition, TerminateEventDefinition):
            return
        workflow = my_task.workflow
        while SHELL in workflow.spec.name and workflow.parent_workflow is not None:
            workflow = workflow.parent_workflow
            for task in workflow.get_tasks(state=TaskState.NOT_FINISHED_MASK, skip_subprocesses=True):
                task.cancel()
            workflow._mark_complete(my_task)
            workflow.completed_event(workflow)


class ServiceTask(SpiffServiceTask):  # type: ignore[misc]
    """Asks for an operation and waits for the answer; the call itself is made after commit, by others."""

    def _execute(self, task: Any) -> None:
        params = {name: param["value"] for name, param in self.evaluate_params(task).items()}
        environment(task).requests.append((task, self.operation_name, params))


class ScriptTask(SpiffScriptTask):  # type: ignore[misc]
    """A FEEL expression and the variable its value goes to; without one, a context whose entries become variables."""

    def __init__(self, wf_spec: Any, name: str, script: str, result_variable: str = "", **kwargs: Any) -> None:
        super().__init__(wf_spec, name, script, **kwargs)
        self.result_variable = result_variable

    def _execute(self, task: Any) -> bool:
        if not self.result_variable:
            return _engine(task).execute(task, self.script or "")
        environment(task).assign(task, self.result_variable, _engine(task).evaluate(task, self.script or ""))
        return True


class DecisionTask(SpiffBpmnTask):  # type: ignore[misc]
    """A business rule task: the decision's result becomes a variable named as the decision."""

    def __init__(self, wf_spec: Any, name: str, decision_id: str, result_variable: str = "", **kwargs: Any) -> None:
        super().__init__(wf_spec, name, **kwargs)
        self.decision_id = decision_id
        self.result_variable = result_variable or decision_id

    def _run_hook(self, my_task: Any) -> bool:
        env = environment(my_task)
        try:
            found = env.decide(self.decision_id, env.seen_by(my_task), _now(my_task))
        except EngineError as error:
            raise EngineError(self.name, error.code, error.message) from None
        decided = found if isinstance(found, Decided) else Decided(found)
        env.explained[my_task.id] = decided.explanation
        for message in decided.notes:
            env.note(self.name, self.decision_id, 0, message)
        env.assign(my_task, self.result_variable, decided.value)
        return True


def _now(task: Any) -> datetime:
    now = environment(task).now
    if now is None:
        raise RuntimeError("the engine was asked for the time outside a step")
    return now


def _text(task: Any, expression: str) -> str:
    """A timer's text: bare ISO 8601 as it stands, else the value of the FEEL expression."""
    if clock.is_literal(expression):
        return expression.strip()
    value = _engine(task).evaluate(task, expression)
    if not isinstance(value, str):
        raise EngineError(task.task_spec.name, "timer", "Tiden gick inte att räkna ut: uttrycket gav inget värde.")
    return value


def _bad_time(task: Any, expression: str, error: clock.BadTimer) -> EngineError:
    """What was computed may be about a person, so only what stands in the diagram is told."""
    text = str(error) if clock.is_literal(expression) else f"Uttrycket gav ingen tid som går att använda. {USABLE}"
    return EngineError(task.task_spec.name, "timer", text)
