"""How tokens pass through a definition: which flows a step that is done has been left by, and what comes before it.

History has a row for each element that is done, and says which flows were followed where there was a choice. The rest
follows from the diagram, but for what only the next element tells: a loop is told of once an instance, and an event
gateway knows no flow until something has happened.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workflows.engine import activities, events, gateways
from workflows.engine.definition import Definition
from workflows.engine.nodes import Node


@dataclass(frozen=True)
class Ways:
    """By element: the flows that it chooses among, with what they lead to; the flows that are followed whenever it is
    done, where there is no choice; the one flow that it must have come by, where what
    that comes from does not tell; the elements that were done when it came, of those that wait for something."""

    choices: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    left_by: dict[str, tuple[str, ...]] = field(default_factory=dict)
    came_by: dict[str, str] = field(default_factory=dict)
    before: dict[str, frozenset[str]] = field(default_factory=dict)


def ways(definition: Definition) -> Ways:
    """Of all scopes."""
    found = Ways()
    for plan in definition.plans.values():
        nodes = [node for node in plan.task_specs.values() if node.bpmn_id == node.name]
        sources = {flow.id: node for node in nodes for flow in node.flows}
        for node in nodes:
            if node.has_choice:
                found.choices[node.bpmn_id] = tuple((flow.id, flow.target) for flow in node.flows)
            elif not _is_silent(node):
                found.left_by[node.bpmn_id] = tuple(flow.id for flow in node.flows)
            incoming = [flow for flow in node.incoming if flow in sources]
            if len(incoming) == 1 and not node.is_loop and _is_silent(sources[incoming[0]]):
                found.came_by[node.bpmn_id] = incoming[0]
            if _waits(node):
                found.before[node.bpmn_id] = frozenset(_before(node, sources))
    return found


def _is_silent(node: Node) -> bool:
    """Whether no row of history tells once that it was left."""
    return node.is_loop or isinstance(node, gateways.EventGateway)


def _waits(node: Node) -> bool:
    """What goes on for a while without anybody's task or call to tell since when."""
    kinds = (events.Catch, activities.SubProcess)
    return isinstance(node, kinds) and not isinstance(node, events.Boundary) and bool(node.incoming)


def _before(node: Node, sources: dict[str, Node]) -> set[str]:
    found: set[str] = set()
    for flow in node.incoming:
        source = sources.get(flow)
        if isinstance(source, gateways.EventGateway):
            found |= _before(source, sources)
        elif source is not None:
            found.add(source.bpmn_id)
    return found
