"""The drawing itself: ids, flows, gateways and steps that nothing reaches."""

from __future__ import annotations

from collections import Counter, deque

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local
from workflows.lint.report import Report, outgoing

# The engine has nodes of its own with such names, and keywords of forms have two lines between.
RESERVED = ("__", "[child]")


def check(root: etree._Element, report: Report) -> None:
    for part in (_processes, _ids, _flows, _gateways, _reach):
        part(root, report)


def _processes(root: etree._Element, report: Report) -> None:
    executable = [item for item in diagram.processes(root) if item.get("isExecutable") == "true"]
    if not executable:
        report.error("", "no-process", "Diagrammet har ingen körbar process (isExecutable).")
    for process in executable:
        starts = process.findall("./bpmn:startEvent", NAMESPACES)
        if not starts and not diagram.instantiating(process):
            report.error(process.get("id", ""), "no-start", "Processen har ingen starthändelse.")
        if process.find(".//bpmn:endEvent", NAMESPACES) is None:
            report.warning(process.get("id", ""), "no-end", "Processen har ingen sluthändelse.")


def _ids(root: etree._Element, report: Report) -> None:
    semantic = [node for node in root.iter() if diagram.is_bpmn(node) and node.get("id")]
    for node_id, count in Counter(node.get("id", "") for node in semantic).items():
        if count > 1:
            report.error(node_id, "duplicate-id", f"Id {node_id} används {count} gånger.")
    for node in diagram.flow_nodes(root):
        node_id = node.get("id", "")
        if not node_id:
            report.error("", "no-id", f"Ett element ({local(node)}) saknar id.")
        elif any(part in node_id for part in RESERVED):
            report.error(node_id, "reserved-id", f"Id {node_id} är reserverat av motorn. Välj ett annat.")


def _flows(root: etree._Element, report: Report) -> None:
    scope_of = {node.get("id", ""): node.getparent() for node in diagram.flow_nodes(root)}
    for flow in root.iter(diagram.tag("sequenceFlow")):
        for end in ("sourceRef", "targetRef"):
            if scope_of.get(flow.get(end, "")) is not flow.getparent():
                report.error(flow.get("id", ""), "flow-end", "Flödet börjar eller slutar i något som inte finns här.")
    for node in root.iter(diagram.tag("boundaryEvent")):
        if node.get("attachedToRef", "") not in scope_of:
            report.error(node.get("id", ""), "boundary", "Kanthändelsen sitter inte på något steg.")


def _gateways(root: etree._Element, report: Report) -> None:
    flows_from = outgoing(root)
    for node in diagram.flow_nodes(root):
        node_id, flows = node.get("id", ""), flows_from.get(node.get("id", ""), [])
        if node.get("default") and node.get("default") not in {flow.get("id") for flow in flows}:
            report.error(node_id, "default", "Standardflödet finns inte.")
        if local(node) in {"exclusiveGateway", "inclusiveGateway"} and len(flows) > 1:
            for flow in flows:
                has_condition = flow.find("./bpmn:conditionExpression", NAMESPACES) is not None
                if has_condition or flow.get("id") == node.get("default"):
                    continue
                if local(node) == "inclusiveGateway":
                    report.warning(flow.get("id", ""), "condition", "Flödet har inget villkor: det tas alltid.")
                else:
                    report.error(flow.get("id", ""), "condition", "Flödet från en grind saknar villkor.")
            if not node.get("default"):
                report.warning(
                    node_id, "no-default", "Grinden saknar standardflöde: stämmer inget villkor blir det stopp."
                )


def _begins(node: etree._Element) -> bool:
    """Whether a token comes here without a flow."""
    is_apart = node.get("triggeredByEvent") == "true" or node.get("isForCompensation") == "true"
    is_link = node.find("./bpmn:linkEventDefinition", NAMESPACES) is not None
    begins = local(node) in {"startEvent", "boundaryEvent"} or node.get("instantiate") == "true"
    return begins or is_apart or is_link


def _reach(root: etree._Element, report: Report) -> None:
    """Steps that no flow ever reaches."""
    flows_from = outgoing(root)
    for scope in (node for node in root.iter() if diagram.is_bpmn(node) and local(node) in diagram.SCOPES):
        nodes = {
            node.get("id", ""): node for node in scope if diagram.is_bpmn(node) and local(node) in diagram.FLOW_NODES
        }
        if not nodes and local(scope) != "process":
            text = "Delprocessen är tom: ärendet går förbi den utan att något görs."
            report.warning(scope.get("id", ""), "empty-scope", text)
        entries = [key for key, node in nodes.items() if _begins(node)]
        if local(scope) != "process" and not any(local(node) == "startEvent" for node in nodes.values()):
            targets = {flow.get("targetRef") for flow in scope.findall("./bpmn:sequenceFlow", NAMESPACES)}
            entries = sorted(set(entries) | (nodes.keys() - targets))
        seen, queue = set(entries), deque(entries)
        while queue:
            for flow in flows_from.get(queue.popleft(), []):
                target = flow.get("targetRef", "")
                if target in nodes and target not in seen:
                    seen.add(target)
                    queue.append(target)
        for key in nodes.keys() - seen:
            report.warning(key, "unreachable", "Inget flöde når hit.")
