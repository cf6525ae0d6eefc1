"""A diagram as a Petri net, as process mining libraries take it: tasks of people have labels, all else is silent."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, cast

from r4pm.petri_net import PetriNet

from workflows import engine
from workflows.engine import events
from workflows.engine.nodes import Node

ENDS = 4
"""As many tokens may have come to an end."""


def net(definition: engine.Definition) -> PetriNet:
    """Of a diagram without sub-processes and inclusive gateways, by the usual translation (Dijkman and others 2008)."""
    return _Net(definition).made()


class _Net:
    def __init__(self, definition: engine.Definition) -> None:
        self.elements = definition.elements
        plan = definition.plans[definition.process]
        self.nodes = [node for node in plan.task_specs.values() if node.name in definition.elements]
        self.hosts = {edge: node.name for node in self.nodes for edge in node.boundaries}
        self.places: dict[str, str] = {}
        self.transitions: dict[str, dict[str, Any]] = {}
        self.arcs: list[dict[str, Any]] = []

    def made(self) -> PetriNet:
        for node in self.nodes:
            self._add(node)
        made: dict[str, Any] = {
            "places": {key: {"id": key} for key in self.places.values()},
            "transitions": self.transitions,
            "arcs": self.arcs,
            "initial_marking": {self._place("begins"): 1},
            "final_markings": [{self._place("ended"): many} for many in range(1, ENDS + 1)],
        }
        return cast("PetriNet", made)

    def _add(self, node: Node) -> None:
        kind = self.elements[node.name].type
        out = [flow.id for flow in node.flows] or ["ended"]
        if kind == "startEvent":
            self._fires(["begins"], out)
        elif kind == "parallelGateway":
            self._fires(node.incoming, out)
        elif isinstance(node, events.Boundary):
            self._interrupts(node, out)
        else:
            before = f"before {node.name}"
            for flow in node.incoming:
                self._fires([flow], [before])
            label = self.elements[node.name].name if kind == "userTask" else None
            for target in [[flow] for flow in out] if "Gateway" in kind else [out]:
                self._fires([before], target, label)

    def _interrupts(self, node: Node, out: list[str]) -> None:
        before = f"before {self.hosts[node.name]}"
        self._fires([before], out if self.elements[node.name].is_interrupting else [before, *out])

    def _fires(self, takes: Iterable[str], gives: Iterable[str], label: str | None = None) -> None:
        key = str(uuid.uuid4())
        self.transitions[key] = {"id": key, "label": label}
        for place in takes:
            self.arcs.append(_arc("PlaceTransition", self._place(place), key))
        for place in gives:
            self.arcs.append(_arc("TransitionPlace", key, self._place(place)))

    def _place(self, name: str) -> str:
        return self.places.setdefault(name, str(uuid.uuid4()))


def _arc(kind: str, source: str, target: str) -> dict[str, Any]:
    return {"from_to": {"type": kind, "nodes": [source, target]}, "weight": 1}
