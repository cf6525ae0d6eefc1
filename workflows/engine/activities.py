"""Activities: what people, systems, scripts and decisions do, and sub-processes; and events that are thrown."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.diagram import EVERYONE
from workflows.engine import compensation, events, refusals
from workflows.engine.errors import EngineError
from workflows.engine.events import Definition
from workflows.engine.expressions import Decided
from workflows.engine.nodes import Node, engine, environment, holds, instance, now
from workflows.engine.tokens import Plan, Scope, Token, remove


class Activity(Node):
    """Something done. What it gives is a variable, and lies in the data objects it is drawn to."""

    @property
    def variable(self) -> str:
        return str(self.compiled.get("result") or self.bpmn_id)

    def give(self, token: Token, value: Any) -> None:
        """What the activity gives becomes a variable, inside a multi-instance activity the instance's own."""
        for name in (self.variable, *self.compiled.get("data", ())):
            environment(token).assign(token, name, value)

    def before_leaving(self, token: Token) -> None:
        compensation.remember(token)


class PersonsTask(Activity):
    """A user task or a manual task: waits for a person."""

    waits_as = rests_as = TaskState.READY

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        self.manual = True


class Receive(events.Catch):
    """A receive task: an event that is waited for, and an activity that can be undone."""

    def before_leaving(self, token: Token) -> None:
        compensation.remember(token)


class Script(Activity):
    """A FEEL context, whose entries become variables; or an expression and the variable its value goes to."""

    def _run_hook(self, my_task: Token) -> bool:
        script = self.compiled.get("script", "")
        if self.compiled.get("result"):
            self.give(my_task, engine(my_task).evaluate(my_task, script))
            return True
        engine(my_task).execute(my_task, script)
        return True


class Decision(Activity):
    """A business rule task: the decision's result becomes a variable named as the decision."""

    @property
    def decision(self) -> str:
        return str(self.compiled.get("decision", ""))

    @property
    def variable(self) -> str:
        return str(self.compiled.get("result") or self.decision)

    def _run_hook(self, my_task: Token) -> bool:
        world = environment(my_task)
        try:
            found = world.decide(self.decision, world.seen_by(my_task), now(my_task))
        except EngineError as error:
            raise EngineError(self.bpmn_id, error.code, error.message) from None
        decided = found if isinstance(found, Decided) else Decided(found)
        world.explained[my_task.id] = decided.explanation
        for message in decided.notes:
            world.note(self.bpmn_id, self.decision, 0, message)
        self.give(my_task, decided.value)
        return True


class Service(Activity):
    """Asks for an operation and waits for the answer; the call itself is made after commit, by others."""

    waits_as = rests_as = TaskState.STARTED

    @property
    def operation(self) -> str:
        return str(self.compiled.get("operation", ""))

    @property
    def variable(self) -> str:
        return str(self.compiled.get("result") or f"spiff__{self.bpmn_id.replace('-', '_')}_result")

    def _run_hook(self, my_task: Token) -> None:
        params = {
            name: engine(my_task).evaluate(my_task, text) for name, text in self.compiled.get("params", {}).items()
        }
        environment(my_task).requests[my_task.id] = (self.operation, params)


class SubProcess(Activity):
    """A sub-process of any kind, or a called process: open while anything in it is."""

    rests_as = TaskState.STARTED

    def _run_hook(self, my_task: Token) -> bool | None:
        scope = instance(my_task).open(my_task, self.compiled.get("called") or self.bpmn_id)
        if scope.plan.has_own_data:
            seen = environment(my_task).seen_by(my_task)
            scope.local = dict.fromkeys(scope.plan.returns) | {name: seen.get(name) for name in scope.plan.takes}
        scope.begin()
        if not scope.completed and scope.is_empty():
            scope.end()
        return None

    def scope_ended(self, token: Token, scope: Scope) -> None:
        compensation.remember_scope(token, scope)
        self._return(token, {name: scope.local.get(name) for name in scope.plan.returns})
        token.complete()

    def _return(self, token: Token, returned: dict[str, Any]) -> None:
        """What a called process returns: where the associations say, else variables of the same names."""
        if self.compiled.get("outs"):
            token.own |= returned
            return
        for name, value in returned.items():
            environment(token).assign(token, name, value)


LEFT = "left"


class AdHoc(SubProcess):
    """The team chooses: everything that no flow leads to is there to be done, in any order.

    Without a condition it ends when all is done. With one it ends when that holds; until then all is offered anew
    each time there is nothing left to do.
    """

    def something_done(self, token: Token, scope: Scope) -> None:
        plan = scope.plan
        is_enough = bool(plan.until) and self._holds(scope, plan.until)
        if is_enough and not plan.cancels_rest:
            scope.is_interrupted = True
            self._withdraw(scope)
        if plan.goes_in_turn and not is_enough and not scope.is_interrupted and self._takes_turns(token, scope):
            return
        if (is_enough and plan.cancels_rest) or (scope.is_empty() and (not plan.until or scope.is_interrupted)):
            scope.end()
        elif scope.is_empty():
            for name in plan.entry:
                plan.task_specs[name].arrive(scope)

    def _takes_turns(self, token: Token, scope: Scope) -> bool:
        """While what came of one step goes on nothing else is offered; then the rest is, again. Whether it is now."""
        goes_on = [item for item in scope.roots() if not item.task_spec.is_listener and not self._is_offered(item)]
        left: list[str] = token.internal_data.setdefault(LEFT, [])
        if goes_on:
            left += self._withdraw(scope)
            return True
        again = token.internal_data.pop(LEFT)
        for name in again:
            scope.plan.task_specs[name].arrive(scope)
        return bool(again)

    @staticmethod
    def _is_offered(token: Token) -> bool:
        is_untouched = bool(token.has_state(TaskState.READY | TaskState.WAITING))
        return is_untouched and token.task_spec.name in token.workflow.plan.entry

    def _withdraw(self, scope: Scope) -> list[str]:
        """Take back what nobody has begun with."""
        offered = [token for token in scope.roots() if self._is_offered(token)]
        for token in offered:
            remove(token)
        return [token.task_spec.name for token in offered]

    def _holds(self, scope: Scope, condition: str) -> bool:
        inside = Token(scope, self, state=TaskState.STARTED)
        try:
            return holds(inside, condition)
        finally:
            remove(inside)


def _when_thrown(event: Definition) -> bool:
    """What is waited for, or ends more than its branch, is thrown last."""
    return event["kind"] in refusals.LAST


class Throw(Activity):
    """An event that is thrown, a send task, or an end."""

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        self.events: list[dict[str, Any]] = sorted(compiled.get("events", ()), key=_when_thrown)

    @property
    def cancels(self) -> bool:
        """Whether it cancels its transaction."""
        return any(event["kind"] == "cancel" for event in self.events)

    def _run_hook(self, my_task: Token) -> bool | None:
        waits = False
        for event in self.events:
            act = getattr(self, f"_{event['kind']}", None)
            waits = act is not None and act(my_task, event) is False
            if not my_task.is_alive:
                if my_task.has_state(TaskState.CANCELLED):
                    instance(my_task).note(my_task)  # what it threw has interrupted its own scope
                return None
        return None if waits else True

    def child_done(self, token: Token, child: Token) -> None:
        compensation.next_handler(token)

    def _payload(self, token: Token, event: Definition) -> Any:
        return engine(token).evaluate(token, event["payload"]) if "payload" in event else None

    def _message(self, token: Token, event: Definition) -> None:
        payload = self._payload(token, event) if "payload" in event else {}
        if not isinstance(payload, dict):
            raise EngineError(self.bpmn_id, "payload", "Meddelandets innehåll är inget FEEL-kontext.")
        if "name" in event:
            environment(token).thrown.append((self.bpmn_id, event["name"], payload))

    def _signal(self, token: Token, event: Definition) -> None:
        payload, reach = self._payload(token, event), event.get("reach", "")
        if reach:
            environment(token).signals.append((self.bpmn_id, event["name"], payload, reach == EVERYONE))
        events.broadcast(instance(token), event["name"], payload)

    def _escalation(self, token: Token, event: Definition) -> None:
        events.throw(token, self._meant(event), self._payload(token, event))

    def _error(self, token: Token, event: Definition) -> None:
        """An error that nobody takes ends the whole instance."""
        if not events.throw(token, self._meant(event), self._payload(token, event)):
            self._end_all(token, instance(token))

    def _meant(self, event: Definition) -> tuple[events.Match, events.Match]:
        return events.coded(event["kind"], event.get("code", ""), event.get("ref", ""))

    def _terminate(self, token: Token, _event: Definition) -> None:
        self._end_all(token, token.workflow)

    def _end_all(self, token: Token, scope: Scope) -> None:
        token._set_state(TaskState.COMPLETED)
        instance(token).note(token)
        scope.end()

    def _cancel(self, token: Token, event: Definition) -> bool:
        """Cancel the transaction: all else in it stops, what is done is undone, and then its edge goes on."""
        scope = token.workflow
        for other in scope.roots():
            if other is not token:
                remove(other)
        return self._compensate(token, event)

    def _compensate(self, token: Token, event: Definition) -> bool:
        activity = event.get("activity", "")
        if event.get("beside"):
            compensation.beside(token.workflow, activity)
            return True
        compensation.begin(token, activity)
        return compensation.next_handler(token)
