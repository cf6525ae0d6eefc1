"""Gateways count the tokens that have come on each flow; none of them looks at history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine.nodes import Flow, Node, holds
from workflows.engine.tokens import Plan, Scope, Token, remove

HAD = "had"
FOR_START = "waitingForStart"


class Exclusive(Node):
    """One flow: the first whose condition holds, else the default. What comes passes at once."""

    def choose(self, token: Token) -> Iterator[Flow]:
        for flow in self.flows:
            if flow.id != self.default and (not flow.condition or holds(token, flow.condition)):
                yield flow
                return
        if self.flows:
            yield self.default_flow(token)


class Join(Node):
    """Tokens wait here until enough have come; those that are not used wait for the next round."""

    rests_as = TaskState.WAITING

    def _update_hook(self, my_task: Token) -> bool:
        super()._update_hook(my_task)
        if len(self.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        self.came_to(my_task.workflow)
        return False

    def came_to(self, scope: Scope) -> None:
        """A token has come; one that must know what else can come is asked later."""

    def waiting(self, scope: Scope) -> dict[str, list[Token]]:
        """The tokens that wait, by the flow they came along."""
        found: dict[str, list[Token]] = {}
        for token in scope.tasks.values():
            if token.task_spec is self and token.has_state(TaskState.WAITING):
                found.setdefault(token.internal_data.get("flow", ""), []).append(token)
        return found

    def can_come(self, scope: Scope, flows: list[str], arrived: dict[str, list[Token]]) -> bool:
        """Whether a token can reach one of these flows that has none, and is not on its way to one that has.

        It may come by the edge of an activity; that it might leave by one is no reason not to wait for it.
        """
        to_empty = upstream(scope.plan, self, [flow for flow in flows if flow not in arrived])
        to_full = upstream(scope.plan, self, list(arrived), by_edges=False)
        places = {token.task_spec for token in scope.roots() if not token.task_spec.is_listener}
        return any(place.name in to_empty and place.name not in to_full for place in places if place is not self)

    def join(self, arrived: dict[str, list[Token]]) -> None:
        """Use one token of each flow: the last goes on, the others are gone."""
        first = [tokens[0] for tokens in arrived.values()]
        for token in first[:-1]:
            remove(token)
        first[-1]._ready()


class Parallel(Join):
    """Waits for a token on every flow, and sends one along every flow."""

    def came_to(self, scope: Scope) -> None:
        arrived = self.waiting(scope)
        if len(arrived) == len(self.incoming):
            self.join(arrived)

    def choose(self, token: Token) -> Iterator[Flow]:
        return iter(self.flows)


class Inclusive(Join):
    """Sends a token along each flow whose condition holds; waits for those that can still come."""

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        if len(self.incoming) > 1:
            plan.inclusive_joins.append(self)

    def try_to_join(self, scope: Scope) -> bool:
        """Go on when no other token can reach a flow that has none; asked when nothing else can move."""
        arrived = self.waiting(scope)
        if not arrived or self.can_come(scope, self.incoming, arrived):
            return False
        self.join(arrived)
        return True


class Complex(Join):
    """Goes on when its condition on what has come holds; then waits for the rest and begins anew.

    Its condition and those of its flows know the number of tokens as `activationCount`, and on each flow by its id;
    and `waitingForStart`, false when it begins anew. Only a flow whose condition names that is taken then.
    """

    rests_as = 0  # its condition may become true by what others set

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        self.activation: str = compiled.get("activation", "")
        if len(self.incoming) > 1:
            plan.inclusive_joins.append(self)

    def came_to(self, scope: Scope) -> None:
        self._activate(scope)

    def try_to_join(self, scope: Scope) -> bool:
        """Go on with what has come, or begin anew when no more can come of what was not there the last time."""
        resting = self._resting(scope)
        if resting is None:
            return self._activate(scope)
        had = resting.internal_data[HAD]
        missed = [flow for flow in self.incoming if flow not in had]
        arrived = {flow: tokens for flow, tokens in self.waiting(scope).items() if flow in missed}
        if self.can_come(scope, missed, arrived):
            return False
        resting.own = self._counts(arrived) | {FOR_START: False}
        for tokens in arrived.values():
            remove(tokens[0])
        resting._ready()
        return True

    def choose(self, token: Token) -> Iterator[Flow]:
        if token.own.get(FOR_START, True):
            yield from super().choose(token)
            return
        for flow in self.flows:
            if FOR_START in flow.condition and holds(token, flow.condition):
                yield flow

    def _resting(self, scope: Scope) -> Token | None:
        """What remembers the flows that it went on with, while it waits for the others."""
        found = (item for item in scope.tasks.values() if item.task_spec is self and HAD in item.internal_data)
        return next(found, None)

    def _activate(self, scope: Scope) -> bool:
        arrived = self.waiting(scope)
        if not arrived or self._resting(scope) is not None:
            return False
        last = [tokens[0] for tokens in arrived.values()][-1]
        last.own = self._counts(arrived)
        if not holds(last, self.activation):
            last.own = {}
            return False
        self.join(arrived)
        Token(scope, self, state=TaskState.STARTED).internal_data[HAD] = sorted(arrived)
        return True

    def _counts(self, arrived: dict[str, list[Token]]) -> dict[str, Any]:
        counts = {flow: len(arrived.get(flow, ())) for flow in self.incoming}
        return counts | {"activationCount": sum(counts.values()), FOR_START: True}


def upstream(plan: Plan, gateway: Node, flows: list[str], *, by_edges: bool = True) -> set[str]:
    """The nodes from which a token can reach one of these flows without passing the gateway."""
    source_of = {flow.id: node for node in plan.task_specs.values() for flow in node.flows}
    into: dict[str, list[Node]] = {}
    for flow_id, node in source_of.items():
        target = next(flow.target for flow in node.flows if flow.id == flow_id)
        into.setdefault(target, []).append(node)
    found: set[str] = set()
    waiting = [source_of[flow] for flow in flows if flow in source_of]
    while waiting:
        node = waiting.pop()
        if node is gateway or node.name in found:
            continue
        found.add(node.name)
        waiting += into.get(node.name, [])
        host = node.compiled.get("host")
        if host and by_edges:
            waiting.append(plan.task_specs[host])
    return found


class EventGateway(Node):
    """Waits for whichever of its events comes first; the others are then not waited for any more."""

    def _run_hook(self, my_task: Token) -> None:
        scope = my_task.workflow
        for flow in self.flows:
            scope.plan.task_specs[flow.target].arrive(scope, flow.id, parent=my_task)
            if not my_task.is_alive:
                return  # the first was due already
