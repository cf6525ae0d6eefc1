"""Ids of the diagrams of one förlopp told apart: each file has its own, and BPMN lets two files use the same.

The first diagram keeps its ids. In the others a step gets the process id added (`StartEvent_1.boka_tolk`). What it
gives is still called as it was drawn; that two steps give the same name is told at publication.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, SPIFF, local, tag
from workflows.findings import Finding

NAMED = frozenset({"userTask", "manualTask", "serviceTask"})
"""What these give is a variable named as the step."""
POINTING = frozenset({"id", "sourceRef", "targetRef", "attachedToRef", "activityRef", "bpmnElement"})
LOOP = "./bpmn:multiInstanceLoopCharacteristics"


def apart(roots: Mapping[str, etree._Element]) -> dict[str, etree._Element]:
    """The diagrams by file, those copied in which an id of a flow node had to be changed. The first is the main one."""
    found: dict[str, etree._Element] = {}
    taken: set[str] = set()
    for file, root in roots.items():
        again = {node.get("id", "") for node in diagram.flow_nodes(root)} & taken
        found[file] = _renamed(root, again) if again else root
        taken |= {node.get("id", "") for node in diagram.flow_nodes(found[file])}
    return found


def same_names(roots: Mapping[str, etree._Element]) -> Iterator[Finding]:
    """The steps of different files whose answers would get the same name."""
    taken: set[str] = set()
    for file, root in roots.items():
        own = {node.get("id", "") for node in diagram.flow_nodes(root) if _names_a_variable(node)}
        for key in sorted(own & taken):
            text = (
                f"Id {key} finns också i ett annat av diagrammen, så det stegen ger skulle få samma namn. Byt det ena."
            )
            yield Finding(file, key, "error", "duplicate-id", text)
        taken |= own


def _names_a_variable(node: etree._Element) -> bool:
    return local(node) in NAMED or node.find(LOOP, NAMESPACES) is not None


def _renamed(root: etree._Element, again: set[str]) -> etree._Element:
    changed = deepcopy(root)
    of = {key: f"{key}.{process.get('id')}" for process in diagram.processes(root) for key in again & _inside(process)}
    for node in diagram.flow_nodes(changed):
        if node.get("id") in of:
            _call_what_it_gives(node)
    for node in changed.iter(etree.Element):
        for name in POINTING.intersection(node.attrib):
            node.set(name, of.get(node.get(name, ""), node.get(name, "")))
    for ref in changed.iter(tag("flowNodeRef")):
        text = (ref.text or "").strip()
        ref.text = of.get(text, text)
    return changed


def _call_what_it_gives(node: etree._Element) -> None:
    """By the name that it has without being told."""
    key, loop = node.get("id", ""), node.find(LOOP, NAMESPACES)
    if loop is not None and loop.find("./bpmn:loopDataOutputRef", NAMESPACES) is None:
        etree.SubElement(loop, tag("loopDataOutputRef")).text = key
    if local(node) == "userTask" and not diagram.extension_text(node, "variableName"):
        around = node.find("./bpmn:extensionElements", NAMESPACES)
        around = around if around is not None else etree.SubElement(node, tag("extensionElements"))
        etree.SubElement(around, f"{{{SPIFF}}}variableName").text = key
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    if operator is not None and not operator.get("resultVariable"):
        operator.set("resultVariable", f"spiff__{key.replace('-', '_')}_result")


def _inside(process: etree._Element) -> set[str]:
    return {node.get("id", "") for node in process.iter(etree.Element)}
