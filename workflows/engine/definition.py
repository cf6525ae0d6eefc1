"""A compiled process as nodes that SpiffWorkflow can run; shared by all instances of a version in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows import diagram
from workflows.engine import activities, events, gateways, graph, loops
from workflows.engine.compensation import Undo
from workflows.engine.errors import EngineError
from workflows.engine.nodes import CHILD, Node
from workflows.engine.tokens import Plan

KINDS: dict[str, type[Node]] = {
    "task": activities.Activity,
    "userTask": activities.PersonsTask,
    "manualTask": activities.PersonsTask,
    "scriptTask": activities.Script,
    "serviceTask": activities.Service,
    "businessRuleTask": activities.Decision,
    "sendTask": activities.Throw,
    "receiveTask": activities.Receive,
    "callActivity": activities.SubProcess,
    "subProcess": activities.SubProcess,
    "transaction": activities.SubProcess,
    "adHocSubProcess": activities.AdHoc,
    "exclusiveGateway": gateways.Exclusive,
    "parallelGateway": gateways.Parallel,
    "inclusiveGateway": gateways.Inclusive,
    "complexGateway": gateways.Complex,
    "eventBasedGateway": gateways.EventGateway,
    "startEvent": Node,
    "intermediateCatchEvent": events.Catch,
    "intermediateThrowEvent": activities.Throw,
    "boundaryEvent": events.Boundary,
    "endEvent": activities.Throw,
}
LOOPS: dict[str, type[Node]] = {"standard": loops.Standard, "sequential": loops.Multi, "parallel": loops.Multi}


class Definition:
    """A compiled process ready to run; immutable."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        if compiled["format"] != graph.FORMAT:
            raise ValueError(f"compiled with format {compiled['format']}, this engine reads {graph.FORMAT}")
        self.process: str = compiled["process"]
        self.plans = {name: _plan(name, scope) for name, scope in compiled["scopes"].items()}
        self.elements: dict[str, diagram.Element] = {
            key: diagram.Element(**{"name": "", "scope": "", **value}) for key, value in compiled["elements"].items()
        }

    def start(self, start_event: str) -> diagram.Element | None:
        """The start event with this id, '' for the only one. Raises EngineError.

        A process without start events begins with everything that no flow leads to.
        """
        starts = [item for item in self.elements.values() if item.type == "startEvent" and item.scope == self.process]
        for element in starts:
            if element.id == start_event or (not start_event and len(starts) == 1):
                return element
        if not starts and not start_event:
            return None
        raise EngineError(start_event, "no-start", "Det finns ingen sådan start i förloppet.")

    def codes_at(self, element_id: str) -> set[str]:
        """The codes of errors and escalations that are drawn on the edge of a step."""
        hosts = [(plan, plan.task_specs[element_id]) for plan in self.plans.values() if element_id in plan.task_specs]
        edges = [plan.task_specs[name] for plan, host in hosts for name in host.boundaries]
        return {event.get("code", "") for edge in edges for event in edge.events} - {""}

    def hears_anywhere(self, code: str) -> bool:
        """Whether the whole förlopp listens for an escalation with this code, whatever it is doing."""
        waited = [event for listener in self.plans[self.process].listeners for event in listener.events]
        return any(event["kind"] == "escalation" and event.get("code") == code for event in waited)

    def after(self, element_id: str) -> list[diagram.Element]:
        """The steps that flows lead to next, through gateways and events, out of a sub-process too."""
        found: dict[str, diagram.Element] = {}
        known, queue = {element_id}, self.onward(element_id)
        while queue:
            target = queue.pop(0)
            if target in known or target not in self.elements:
                continue
            known.add(target)
            element = self.elements[target]
            if element.name and element.type in diagram.TASKS | diagram.SCOPES:
                found[target] = element
            else:
                queue += self.onward(target)
        return list(found.values())

    def onward(self, element_id: str) -> list[str]:
        """Where the flows of an element lead; out of its scope when it has none."""
        element = self.elements[element_id]
        plan = self.plans.get(element.scope)
        node = plan.task_specs.get(element_id) if plan else None
        targets = [flow.target for flow in node.flows] if node is not None else []
        is_last = element.type == "endEvent" and element.scope in self.elements
        return targets or (self.onward(element.scope) if is_last else [])


def _plan(name: str, compiled: dict[str, Any]) -> Plan:
    plan = Plan(name, compiled)
    for node_id, node in compiled.get("nodes", {}).items():
        _add(plan, node_id, node)
    plan.listeners = [events.Listener(plan, handler) for handler in compiled.get("handlers", ())]
    Undo(plan)
    return plan


def _add(plan: Plan, node_id: str, node: dict[str, Any]) -> None:
    kind = KINDS[node["type"]]
    if node["type"] == "intermediateCatchEvent" and "events" not in node:
        kind = Node  # where a link comes out
    if "loop" not in node:
        kind(plan, node_id, node)
        return
    around = {"loop", "out", "in", "default", "boundaries", "before", "after", "data", "puts", "outs", "needs", "makes"}
    inside = kind(plan, node_id + CHILD, {key: value for key, value in node.items() if key not in around})
    inside.is_one_of_several = node["loop"]["type"] != "standard"
    LOOPS[node["loop"]["type"]](plan, node_id, node)
