"""Runs one instance from wait state to wait state: plain data in, plain data out.

    execution = Execution.start(definition, start="...", variables={...}, payload=None, now=now, decide=decide)
    execution.complete(task_id, answers, now=now)
    execution.waiting()   # what it waits for
    execution.happened    # what has happened since it was created
    execution.dump()      # state to store

An Execution that has raised is half advanced: throw it away, the stored state is as before the action.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from workflows.diagram import EVERYONE, Element
from workflows.engine import activities, events, folding, mending, not_done
from workflows.engine import state as stored
from workflows.engine.definition import Definition
from workflows.engine.errors import EngineError, NotWaiting
from workflows.engine.expressions import Decide, FeelEngine, FeelEnvironment, Note
from workflows.engine.gateways import EventGateway, Join
from workflows.engine.plain import check_json
from workflows.engine.step import Step
from workflows.engine.tokens import Instance, Token, remove
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

MOST_VISITS = 5000
"""Of one element in one action: five times the largest multi-instance."""
OUTCOME_PREFIX = "end_"


class Execution:
    """One instance in memory. Not for sharing between threads."""

    def __init__(self, definition: Definition, variables: dict[str, Any], decide: Decide) -> None:
        self.definition = definition
        self.environment = FeelEnvironment(variables, decide)
        self.instance: Instance
        self.happened: list[Happened] = []
        self.completed: set[UUID] = set()  # tasks that someone outside has completed or answered
        self.outcome = ""
        self.stored: Mapping[str, Any] = {}  # the variables as they are stored
        self.let_be: set[UUID] = set()  # tokens whose step is skipped: it is not done, so nothing is told of it

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
        start = definition.start(start_event)
        arende = {**variables.get("arende", {}), "start": start.id if start else ""}
        execution = cls(definition, {**variables, "arende": arende}, decide)
        with execution._stepping(now):
            plan = definition.plans[definition.process]
            execution._hold(Instance(plan, definition.plans, FeelEngine(execution.environment)))
            if start and (payload is not None or start.message):
                waited, *_ = plan.task_specs[start.id].compiled.get("events") or [{}]
                name = waited.get("into") or start.message or ("" if start.signal else start.id)
                execution.environment.variables |= {name: payload or {}} if name else {}
            execution.instance.begin([start.id] if start else None)
            execution._run()
        return execution

    @classmethod
    def restore(cls, definition: Definition, state: Mapping[str, Any], *, decide: Decide) -> Execution:
        """The instance as `dump` left it."""
        execution = cls(definition, dict(state["variables"]), decide)
        execution.outcome = state["outcome"]
        execution.stored = state["variables"]
        execution._hold(stored.load(definition, state, FeelEngine(execution.environment)))
        return execution

    def _hold(self, instance: Instance) -> None:
        self.instance = instance
        instance.note = self._note

    def dump(self) -> dict[str, Any]:
        """Strict JSON; raises EngineError when a variable cannot be stored."""
        known = self.stored
        check_json({name: value for name, value in self.variables.items() if value is not known.get(name)})
        return {**stored.dump(self.instance), "variables": self.environment.variables, "outcome": self.outcome}

    @property
    def variables(self) -> dict[str, Any]:
        return self.environment.variables

    @property
    def is_completed(self) -> bool:
        return bool(self.instance.completed)

    @property
    def stuck_at(self) -> str:
        """The gateway that waits for a flow that cannot come, when nothing else is going on; '' when all is well.

        BPMN lets such an instance wait for ever. That an event sub-process still listens does not help it.
        """
        joins = []
        if self.instance.folded:
            return ""
        for token in self.instance.known.values():
            node = token.task_spec
            if isinstance(node, Join) or token.has_state(TaskState.FUTURE):
                joins.append(node.bpmn_id)
            elif not node.is_listener and isinstance(node, activities.PersonsTask | activities.Service | events.Catch):
                return ""
        return joins[0] if joins else ""

    def thrown(self) -> list[Thrown]:
        """Messages to other instances since the execution was created."""
        return [Thrown(*item) for item in self.environment.thrown]

    def signalled(self) -> list[Signalled]:
        """Signals that reach beyond this instance, since the execution was created."""
        return [Signalled(*item) for item in self.environment.signals]

    def notes(self) -> list[Note]:
        """What expressions had to say since the execution was created, each once."""
        return list(self.environment.notes)

    def missed(self) -> dict[str, int]:
        """Repeated times that had passed unnoticed before the one that came now, by element."""
        return dict(self.environment.missed)

    def seen_by(self, task_id: UUID) -> dict[str, Any]:
        """The variables as one waiting task sees them."""
        return self.environment.seen_by(self._task(task_id))

    def calls_around(self, task_id: UUID) -> list[str]:
        """The ids of the call activities that a task is in, the innermost first."""
        return self._task(task_id).calls_around(self.definition.elements)

    def complete(self, task_id: UUID, answers: dict[str, Any], *, now: datetime) -> None:
        """A person is done with a user task; the answers become the variable named as the element."""
        task = self._waiting_for(task_id, activities.PersonsTask)
        with self._stepping(now):
            not_done.forget(task)
            task.task_spec.give(task, answers)
            task.run()
            self.completed.add(task_id)
            self._run()

    def tell(self, task_id: UUID, code: str, said: dict[str, Any], *, now: datetime) -> None:
        """A person says that a user task could not be done (it waits on) or is not needed (it ends without answers)."""
        task = self._waiting_for(task_id, activities.PersonsTask)
        with self._stepping(now):
            self.let_be.add(task_id)
            not_done.tell(task, code, said)
            self._run()

    def answer(self, task_id: UUID, result: dict[str, Any], *, now: datetime) -> None:
        """A system, or a person in its place, has done what a service task asked for."""
        task = self._waiting_for(task_id, activities.Service)
        with self._stepping(now):
            task.task_spec.give(task, result)
            task.complete()
            self.completed.add(task_id)
            self._run()

    def refuse(self, task_id: UUID, code: str, *, now: datetime) -> bool:
        """The system said no: True when an error event with that code took over."""
        task = self._waiting_for(task_id, activities.Service)
        with self._stepping(now):
            matches = events.coded("error", code)
            if not (events.throw_at_edge(task, matches) or events.throw(task, matches)):
                return False
            self._run()
        return True

    def deliver(self, task_id: UUID, name: str, payload: dict[str, Any], *, now: datetime) -> None:
        """A message arrived for an element that waits for it."""
        token = self._task(task_id)
        choices = token.children if isinstance(token.task_spec, EventGateway) else [token]
        for choice in choices:
            for definition in events.waited_for(choice, "message"):
                if definition.get("name") == name:
                    with self._stepping(now):
                        choice.task_spec.happen(choice, definition, payload)
                        self._run()
                    return
        raise NotWaiting(token.task_spec.bpmn_id)

    def hear(self, name: str, payload: Any, *, now: datetime, task_ids: Collection[UUID] | None = None) -> None:
        """A signal from outside reaches all that wait for it, or those of them that are told. Raises NotWaiting."""
        with self._stepping(now):
            if not events.broadcast(self.instance, name, payload, task_ids):
                raise NotWaiting
            self._run()

    def fire(self, *, now: datetime) -> None:
        """Let time pass: everything that is due at `now` happens."""
        with self._stepping(now):
            self._run()

    def cancel(self, *, now: datetime) -> None:
        """Stop everything."""
        with self._stepping(now):
            self.instance.completed = True
            for token in self.instance.roots():
                remove(token)

    def skip(self, task_id: UUID, *, now: datetime) -> None:
        """A person says that a step that waits is not to be done: it gives no value and the instance goes on."""
        token = self._task(task_id)
        with self._stepping(now):
            self.let_be.add(task_id)
            mending.skip(token)
            self._run()

    def pass_by(self, element_id: str, *, now: datetime) -> None:
        """A person says that a step that fails is not to be done the next time a token comes to it."""
        if not any(node.bpmn_id == element_id and mending.can_pass(node) for node in self._nodes()):
            raise EngineError(element_id, "no-skip", "Det steget går inte att hoppa över.")
        with self._stepping(now):
            self.instance.passing.add(element_id)
            self._run()

    def move(self, task_id: UUID, target: str, *, now: datetime) -> None:
        """A person puts the token of a step that waits at another step in the same scope."""
        token = self._task(task_id)
        with self._stepping(now):
            mending.move(token, target)
            self._run()

    def change(self, values: Mapping[str, Any], *, now: datetime | None) -> None:
        """A person changes variables that all share. Without `now` nothing follows of it yet."""
        self.environment.variables.update(values)
        self.environment.has_changed = True
        if now is not None:
            self.fire(now=now)

    def places(self) -> list[Place]:
        """Where a person can step in."""
        return list(mending.places(self.instance.tokens(), self.definition.elements))

    def waiting(self) -> Waiting:
        """What the instance waits for now."""
        users: list[WaitingTask] = []
        services: list[WaitingTask] = []
        for token in self.instance.known.values():
            for node, token_id in folding.waiting(token):
                found = services if isinstance(node, activities.Service) else users
                found.append(self._waiting(node, token_id))
            if token.state == token.task_spec.waits_as:
                found = services if isinstance(token.task_spec, activities.Service) else users
                found.append(self._waiting(token.task_spec, token.id))
        timers_ = [
            WaitingTimer(token.id, token.task_spec.bpmn_id, datetime.fromisoformat(token.internal_data["due"]))
            for token in self._with_timers()
        ]
        return Waiting(users, services, self.messages(), timers_, self.signals())

    def changed(self) -> Changed:
        """The tasks that it waits for and did not as stored, and those that it did and does not."""
        came = [item for item in self.instance.came.values() if item.state == item.task_spec.waits_as]
        left = self.instance.left
        calls = {item.id for item in left if isinstance(item.task_spec, activities.Service)}
        gone = {item.id for item in left if isinstance(item.task_spec, activities.PersonsTask)}
        users, services = (
            [self._waiting(item.task_spec, item.id) for item in came if isinstance(item.task_spec, kind)]
            for kind in (activities.PersonsTask, activities.Service)
        )
        return Changed(users, services, gone, calls)

    def messages(self) -> list[WaitingMessage]:
        """The messages that it waits for."""
        return [
            WaitingMessage(token.id, token.task_spec.bpmn_id, definition.get("name", ""))
            for token in self.instance.listening.values()
            for definition in events.waited_for(token, "message")
        ]

    def signals(self) -> list[WaitingSignal]:
        """The signals that it waits for from other instances."""
        return [
            WaitingSignal(token.id, token.task_spec.bpmn_id, definition["name"], definition["reach"] == EVERYONE)
            for token in self.instance.listening.values()
            for definition in events.waited_for(token, "signal")
            if "reach" in definition
        ]

    def dues(self) -> dict[str, tuple[str, str]]:
        """The timers that it waits for: by the id of what waits, the element and the moment."""
        found = self._with_timers()
        return {str(token.id): (token.task_spec.bpmn_id, token.internal_data["due"]) for token in found}

    # -- inside ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        """To the next wait states, and again while a time has come, a condition become true or a join is complete."""
        visits: Counter[str] = Counter()
        while True:
            while self.instance.agenda:
                events.after_a_change(self.instance)
                token = self.instance.agenda.popleft()
                if not token.is_alive or not token.has_state(TaskState.READY):
                    continue
                visits[token.task_spec.bpmn_id] += 1
                if visits[token.task_spec.bpmn_id] > MOST_VISITS:
                    text = f"Steget gjordes mer än {MOST_VISITS} gånger utan att vänta på någon: diagrammet går runt."
                    raise EngineError(token.task_spec.bpmn_id, "endless", text)
                if token.task_spec.bpmn_id in self.instance.passing and mending.can_pass(token.task_spec):
                    self._pass(token)
                else:
                    token.run()
            if not events.look_around(self.instance) and not self._join():
                return

    def _pass(self, token: Token) -> None:
        """Let be, once."""
        self.instance.passing.discard(token.task_spec.bpmn_id)
        self.let_be.add(token.id)
        token.complete()

    def _nodes(self) -> Iterator[Any]:
        for plan in self.definition.plans.values():
            yield from plan.task_specs.values()

    def _join(self) -> bool:
        """Let one inclusive join go on that no other token can reach any more."""
        return any(
            gateway.try_to_join(scope)
            for scope in list(self.instance.scopes())
            for gateway in scope.plan.inclusive_joins
        )

    def _note(self, token: Token) -> None:
        element = self.definition.elements.get(token.task_spec.bpmn_id)
        if element is None or token.task_spec.is_loop or token.id in self.let_be:
            return
        explanation = self.environment.explained.pop(token.id, {})
        flows = self.instance.ways[token.id] = []
        self.happened.append(Happened(element, explanation, flows))
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

    def _with_timers(self) -> list[Token]:
        waiting = [token for token in self.instance.watched.values() if "due" in token.internal_data]
        return [token for token in waiting if events.waited_for(token, "timer")]

    def _waiting(self, node: Any, token_id: UUID) -> WaitingTask:
        operation, params = self.environment.requests.get(token_id, (getattr(node, "operation", ""), {}))
        return WaitingTask(token_id, self.definition.elements[node.bpmn_id], operation, params)

    def _waiting_for(self, task_id: UUID, kind: type[activities.Activity]) -> Token:
        token = self._task(task_id)
        if not isinstance(token.task_spec, kind) or not token.has_state(token.task_spec.waits_as):
            raise NotWaiting(token.task_spec.bpmn_id)
        return token

    def _task(self, task_id: UUID) -> Token:
        token = self.instance.find(task_id)
        if token is None:
            raise NotWaiting
        return token

    def _stepping(self, now: datetime) -> Step:
        return Step(self.environment, now)
