"""Events that are waited for: intermediate and boundary events, receive tasks, starts of event sub-processes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any
from uuid import UUID

from SpiffWorkflow.util.task import TaskState

from workflows.engine import timers
from workflows.engine.gateways import EventGateway
from workflows.engine.nodes import Node, engine, environment, instance
from workflows.engine.tokens import Instance, Plan, Scope, Token, remove

Definition = dict[str, Any]


SEEN = "seen"


class Catch(Node):
    """Waits for the first of its events, or for all of them, then goes on."""

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        self.events: list[Definition] = compiled.get("events", [])
        self.needs_all: bool = compiled.get("all", False)
        self.kinds = {definition["kind"] for definition in self.events}

    def _update_hook(self, my_task: Token) -> bool:
        if not super()._update_hook(my_task):
            return False
        my_task._set_state(TaskState.WAITING)
        self.watch(my_task)
        for definition in self.of_kind("timer"):
            timers.begin(my_task, definition)
        self.look(my_task)
        return False

    def watch(self, token: Token) -> None:
        """Times and conditions are looked at after each step; who waits for a message or a signal is known."""
        if "timer" in self.kinds or "condition" in self.kinds:
            instance(token).watched[token.id] = token
        if "message" in self.kinds or "signal" in self.kinds:
            instance(token).listening[token.id] = token

    def of_kind(self, kind: str) -> list[Definition]:
        return [definition for definition in self.events if definition["kind"] == kind]

    def waits_for(self, token: Token) -> list[Definition]:
        """Those of its events that have not come."""
        seen = token.internal_data.get(SEEN, ())
        return [definition for number, definition in enumerate(self.events) if number not in seen]

    def look(self, token: Token, *kinds: str) -> bool:
        """Happen if a time has come or a condition become true, of the kinds asked for. Whether it did."""
        for definition in self.waits_for(token):
            if kinds and definition["kind"] not in kinds:
                continue
            if definition["kind"] == "timer" and timers.is_due(token, definition):
                if missed := timers.missed(token):
                    environment(token).missed[self.bpmn_id] = missed
                self.happen(token, definition)
                return True
            if definition["kind"] == "condition" and self._has_become_true(token, definition):
                self.happen(token, definition)
                return True
        return False

    def _has_become_true(self, token: Token, definition: Definition) -> bool:
        before = token.internal_data.get("was", False)
        # Not yet known is not yet true, and nothing to remark.
        is_true = engine(token).evaluate(token, definition["text"]) is True
        token.internal_data["was"] = is_true
        return is_true and not before

    def happen(self, token: Token, definition: Definition, payload: Any = None) -> None:
        """The event has come. What came with it becomes a variable."""
        name = definition.get("into") or (definition.get("name") if definition["kind"] == "message" else "")
        if name and payload is not None:
            environment(token).assign(token, name, payload)
        if self.needs_all and not self._has_come(token, definition):
            return
        self.go_on(token)

    def _has_come(self, token: Token, definition: Definition) -> bool:
        """One of several events has come. Whether it was the last of them, and it can begin anew."""
        seen: list[int] = token.internal_data.setdefault(SEEN, [])
        seen.append(next(number for number, known in enumerate(self.events) if known is definition))
        if self.waits_for(token):
            return False
        del token.internal_data[SEEN]
        return True

    def go_on(self, token: Token) -> None:
        gateway = token.parent
        if gateway is not None and isinstance(gateway.task_spec, EventGateway):
            _free(token)
            remove(gateway)
        token._ready()


class Boundary(Catch):
    """On the edge of an activity: interrupts it, or goes on beside it and listens again."""

    @property
    def interrupts(self) -> bool:
        return bool(self.compiled.get("interrupts", False)) or bool(self.of_kind("error") or self.of_kind("cancel"))

    def go_on(self, token: Token) -> None:
        host = token.parent
        if host is None:
            raise RuntimeError("a boundary event without its activity")
        if self.interrupts:
            _free(token)
            remove(host)
            token._ready()
            return
        if not timers.goes_again(token, self.events):
            _free(token)
            token._ready()
            return
        beside = Token(token.workflow, self, state=TaskState.WAITING)
        beside._ready()


class Listener(Catch):
    """The start of an event sub-process, which waits in the scope around it."""

    is_listener = True

    def __init__(self, plan: Plan, compiled: dict[str, Any]) -> None:
        events = compiled["events"]
        waited = {"type": "startEvent", "events": events, "all": compiled.get("all", False)}
        super().__init__(plan, compiled["start"], waited)
        self.handler: str = compiled["sub"]
        self.interrupts: bool = compiled.get("interrupts", False)

    def go_on(self, token: Token) -> None:
        scope = token.workflow
        if self.interrupts:
            scope.is_interrupted = True
            for other in scope.roots():
                remove(other)
        elif not timers.goes_again(token, self.events):
            remove(token)
        handler: Node = scope.plan.task_specs[self.handler]
        handler.arrive(scope)


def _free(token: Token) -> None:
    """Take a token out of the one it belonged to, so that it outlives it."""
    parent = token.parent
    if parent is not None:
        del parent._children[token.id]
        token.parent = None


Match = Callable[[Definition], bool]


def throw(token: Token, matches: tuple[Match, ...], payload: Any = None) -> bool:
    """Reach the nearest around a token that catches this: in its scope, on what holds the scope, and so on outwards.

    What an event sub-process throws on does not begin that sub-process once more.
    """
    scope: Scope | None = token.workflow
    through = ""
    while scope is not None:
        heard = [item for item in scope.roots() if getattr(item.task_spec, "handler", "") != through]
        if _caught(heard, Listener, matches, payload):
            return True
        if scope.holder is None:
            return False
        if throw_at_edge(scope.holder, matches, payload):
            return True
        through, scope = scope.holder.task_spec.name, scope.holder.workflow
    return False


def throw_at_edge(host: Token | None, matches: tuple[Match, ...], payload: Any = None) -> bool:
    """Reach a boundary event of an activity, or of the loop that it is an instance of."""
    while host is not None:
        if _caught(host.children, Boundary, matches, payload):
            return True
        host = host.parent
    return False


def _caught(tokens: list[Token], kind: type[Catch], matches: tuple[Match, ...], payload: Any) -> bool:
    waiting = [item for item in tokens if item.has_state(TaskState.WAITING) and isinstance(item.task_spec, kind)]
    for match in matches:
        for token in waiting:
            for definition in token.task_spec.waits_for(token):
                if match(definition):
                    token.task_spec.happen(token, definition, payload)
                    return True
    return False


def coded(kind: str, code: str, ref: str = "") -> tuple[Match, Match]:
    """An error or escalation with this code, or the one meant when it has none; or else whoever takes any."""

    def is_meant(item: Definition) -> bool:
        return item["kind"] == kind and bool(item.get("code") == code if code else ref and item.get("ref") == ref)

    return is_meant, lambda item: item["kind"] == kind and not item.get("code")


def of_kind(kind: str) -> tuple[Match]:
    """Whatever has this kind."""
    return (lambda item: item["kind"] == kind,)


def waited_for(token: Token, kind: str) -> list[Definition]:
    """The events of one kind that a token waits for."""
    node = token.task_spec
    if not isinstance(node, Catch) or not token.has_state(TaskState.WAITING):
        return []
    return [definition for definition in node.waits_for(token) if definition["kind"] == kind]


def broadcast(top: Instance, name: str, payload: Any, task_ids: Collection[UUID] | None = None) -> int:
    """A signal reaches everyone in the instance who waits for it now, or those who are told; how many."""
    heard = 0
    for waiting in list(top.listening.values()):
        if not waiting.is_alive or (task_ids is not None and waiting.id not in task_ids):
            continue
        for definition in waited_for(waiting, "signal"):
            if definition.get("name") == name:
                waiting.task_spec.happen(waiting, definition, payload)
                heard += 1
                break
    return heard


def look_around(top: Instance) -> bool:
    """Let every condition that has become true happen, and the first of the times that have come. Whether anything did.

    The times come one by one, in their order, also when nobody has looked for long.
    """
    found = _look(_conditional(top), "condition")
    due = {token: moment for token in top.watched.values() if (moment := timers.next_due(token)) is not None}
    first = min(due.values(), default=None)
    return _look([token for token, moment in due.items() if moment == first], "timer") or found


def after_a_change(top: Instance) -> None:
    """What a step has set may have made a condition true; what waits for that comes before the next step."""
    if top.script_engine.environment.has_changed:
        top.script_engine.environment.has_changed = False
        _look(_conditional(top), "condition")


def _conditional(top: Instance) -> list[Token]:
    return [token for token in top.watched.values() if token.task_spec.of_kind("condition")]


def _look(tokens: list[Token], kind: str) -> bool:
    found = False
    for token in tokens:
        if token.is_alive and token.has_state(TaskState.WAITING):
            found = token.task_spec.look(token, kind) or found
    return found
