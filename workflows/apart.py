"""Ids of the diagrams of one förlopp told apart: each file has its own, and BPMN lets two files use the same.

The first diagram keeps its ids. In the others an event, a gateway or another step whose id names no variable gets the
process id added (`StartEvent_1.boka_tolk`). What a person or a system answers is named by the step, so such a step is
left as it is and refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local, tag

NAMED = frozenset({"userTask", "manualTask", "serviceTask"})
"""What these give is a variable named as the step."""
POINTING = frozenset({"id", "sourceRef", "targetRef", "attachedToRef", "activityRef", "bpmnElement"})


def apart(roots: Mapping[str, etree._Element]) -> dict[str, etree._Element]:
    """The diagrams by file, those copied in which an id of a flow node had to be changed. The first is the main one."""
    found: dict[str, etree._Element] = {}
    taken: set[str] = set()
    for file, root in roots.items():
        own = {node.get("id", ""): node for node in diagram.flow_nodes(root)}
        again = {key for key in own.keys() & taken if not _names_a_variable(own[key])}
        found[file] = _renamed(root, again) if again else root
        taken |= {node.get("id", "") for node in diagram.flow_nodes(found[file])}
    return found


def _names_a_variable(node: etree._Element) -> bool:
    several = node.find("./bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    return local(node) in NAMED or several is not None


def _renamed(root: etree._Element, again: set[str]) -> etree._Element:
    changed = deepcopy(root)
    of = {key: f"{key}.{process.get('id')}" for process in diagram.processes(root) for key in again & _inside(process)}
    for node in changed.iter(etree.Element):
        for name in POINTING.intersection(node.attrib):
            node.set(name, of.get(node.get(name, ""), node.get(name, "")))
    for ref in changed.iter(tag("flowNodeRef")):
        text = (ref.text or "").strip()
        ref.text = of.get(text, text)
    return changed


def _inside(process: etree._Element) -> set[str]:
    return {node.get("id", "") for node in process.iter(etree.Element)}
