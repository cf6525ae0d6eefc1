"""Reads what was stored as format 1: SpiffWorkflow's tree of tasks, with shells around event sub-processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid5

from SpiffWorkflow.util.task import TaskState

from workflows.engine.definition import Definition
from workflows.engine.events import Boundary, Catch
from workflows.engine.gateways import EventGateway, Inclusive, Parallel
from workflows.engine.nodes import Node
from workflows.engine.tokens import Plan

Json = dict[str, Any]

LIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED
SHELL = "__shell"


def upgraded(definition: Definition, state: Mapping[str, Any]) -> Json:
    """A state of format 1 as one of format 2. Ids of tokens stay."""
    reader = _Reader(definition, state["subprocesses"])
    main = state["main"]
    if not main["completed"]:
        reader.read(main["tasks"], definition.plans[definition.process], "")
    scopes = reader.scopes or [{"plan": definition.process}]
    return {**state, "format": 2, "completed": main["completed"], "scopes": scopes}


class _Reader:
    def __init__(self, definition: Definition, subprocesses: Mapping[str, Any]) -> None:
        self.definition = definition
        self.subprocesses = subprocesses
        self.scopes: list[Json] = []

    def read(self, tasks: Mapping[str, Json], plan: Plan, holder: str) -> None:
        """One run of a process or sub-process, and those inside it."""
        scope: Json = {"plan": plan.name, "tokens": []} | ({"holder": holder} if holder else {})
        self.scopes.append(scope)
        held = list(self._tokens(tasks, plan, scope))
        # hosts before their boundary events
        scope["tokens"].sort(key=lambda token: "in" in token)
        for task_id, node in held:
            inner = self.definition.plans[node.compiled.get("called") or node.name]
            self.read(self.subprocesses[task_id]["tasks"], inner, task_id)

    def _tokens(self, tasks: Mapping[str, Json], plan: Plan, scope: Json) -> Iterator[tuple[str, Node]]:
        for task_id, task in tasks.items():
            if not task["state"] & LIVE:
                continue
            if SHELL in task["spec"] and task_id in self.subprocesses:
                yield from self._tokens(self.subprocesses[task_id]["tasks"], plan, scope)
                continue
            node = plan.task_specs.get(task["spec"])
            if node is None or (node.type == "startEvent" and not node.is_listener):
                continue  # the library's own joins and splits
            scope["tokens"] += self._token(task_id, task, tasks, node)
            if task_id in self.subprocesses:
                yield task_id, node

    def _token(self, task_id: str, task: Json, tasks: Mapping[str, Json], node: Node) -> list[Json]:
        if isinstance(node, Parallel | Inclusive):
            return list(_arrived(tasks, node))
        if isinstance(node, EventGateway):
            return list(_gateway(task_id, task, node))
        token: Json = {"id": task_id, "at": node.name, "state": task["state"]}
        if isinstance(node, Catch):
            token["more"] = _timer(task.get("internal", {}), node.bpmn_id)
        if isinstance(node, Boundary):
            host = _host(task, tasks, node)
            if not host:
                return []
            token["in"] = host
        return [token]


def _host(task: Json, tasks: Mapping[str, Json], node: Node) -> str:
    for sibling in tasks[task["parent"]].get("children", ()):
        found = tasks.get(sibling)
        if found is not None and found["spec"] == node.compiled["host"] and found["state"] & LIVE:
            return str(sibling)
    return ""


def _arrived(tasks: Mapping[str, Json], node: Node) -> Iterator[Json]:
    """One token for each branch that has come: the library cancels all waiting ones but the last."""
    here = {key: task for key, task in tasks.items() if task["spec"] == node.name}
    used = max((task["changed"] for task in here.values() if task["state"] == TaskState.COMPLETED), default=0.0)
    plan: Plan = node._wf_spec
    source_of = {flow.id: other.name for other in plan.task_specs.values() for flow in other.flows}
    flow_from = {source_of[flow]: flow for flow in node.incoming}
    for task_id, task in here.items():
        parent = tasks[task["parent"]]
        waits = task["state"] == TaskState.WAITING or (task["state"] == TaskState.CANCELLED and task["changed"] > used)
        if waits and parent["state"] == TaskState.COMPLETED and parent["spec"] in flow_from:
            more = {"flow": flow_from[parent["spec"]]}
            yield {"id": task_id, "at": node.name, "state": TaskState.WAITING, "more": more}


def _gateway(task_id: str, task: Json, node: EventGateway) -> Iterator[Json]:
    """The gateway itself waited for all of its events; now each of them does."""
    yield {"id": task_id, "at": node.name, "state": TaskState.STARTED}
    for flow in node.flows:
        more = {"flow": flow.id, **_timer(task.get("internal", {}), flow.target)}
        new_id = str(uuid5(UUID(task_id), flow.target))
        yield {"id": new_id, "at": flow.target, "state": TaskState.WAITING, "in": task_id, "more": more}


def _timer(internal: Mapping[str, Any], name: str) -> Json:
    if f"due:{name}" in internal:
        return {"due": internal[f"due:{name}"]}
    cycle = internal.get(f"cycle:{name}")
    if cycle is None:
        return {}
    kept = {key: cycle[key] for key in ("left", "every", "missed") if key in cycle}
    return {"due": cycle["next"], "cycle": kept} if cycle["left"] != 0 else {"cycle": kept}
