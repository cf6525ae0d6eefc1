"""Gateways count the tokens that have come on each flow; none of them looks at history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.engine.nodes import Flow, Node, holds
from workflows.engine.tokens import Plan, Scope, Token, remove


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

    def waiting(self, scope: Scope) -> dict[str, list[Token]]:
        """The tokens that wait, by the flow they came along."""
        found: dict[str, list[Token]] = {}
        for token in scope.tasks.values():
            if token.task_spec is self and token.has_state(TaskState.WAITING):
                found.setdefault(token.internal_data.get("flow", ""), []).append(token)
        return found

    def join(self, arrived: dict[str, list[Token]]) -> None:
        """Use one token of each flow: the last goes on, the others are gone."""
        first = [tokens[0] for tokens in arrived.values()]
        for token in first[:-1]:
            remove(token)
        first[-1]._ready()


class Parallel(Join):
    """Waits for a token on every flow, and sends one along every flow."""

    def _update_hook(self, my_task: Token) -> bool:
        super()._update_hook(my_task)
        if len(self.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        arrived = self.waiting(my_task.workflow)
        if len(arrived) == len(self.incoming):
            self.join(arrived)
        return False

    def choose(self, token: Token) -> Iterator[Flow]:
        return iter(self.flows)


class Inclusive(Join):
    """Sends a token along each flow whose condition holds; waits for those that can still come."""

    def __init__(self, plan: Plan, name: str, compiled: dict[str, Any]) -> None:
        super().__init__(plan, name, compiled)
        if len(self.incoming) > 1:
            plan.inclusive_joins.append(self)

    def _update_hook(self, my_task: Token) -> bool:
        super()._update_hook(my_task)
        if len(self.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        return False

    def try_to_join(self, scope: Scope) -> bool:
        """Go on when no other token can reach a flow that has none; asked when nothing else can move."""
        arrived = self.waiting(scope)
        if not arrived:
            return False
        to_empty = upstream(scope.plan, self, [flow for flow in self.incoming if flow not in arrived])
        to_full = upstream(scope.plan, self, list(arrived))
        for token in scope.roots():
            place = token.task_spec
            if place is self or place.is_listener:
                continue
            if place.name in to_empty and place.name not in to_full:
                return False
        self.join(arrived)
        return True


def upstream(plan: Plan, gateway: Node, flows: list[str]) -> set[str]:
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
        if host:
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
