"""Compiles BPMN into a plain graph, as strict JSON: scopes of nodes, joined by flows. Once per published version."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lxml import etree

from workflows import diagram
from workflows.apart import apart
from workflows.diagram import NAMESPACES, local, tag
from workflows.engine import event_definitions, refusals
from workflows.engine.errors import NotCompilable
from workflows.findings import Finding

FORMAT = 2

Json = dict[str, Any]


def compile_process(files: Mapping[str, etree._Element], process_id: str, *, is_published: bool = False) -> Json:
    """The compiled form of a process and everything it calls. `files` are parsed diagrams by name.

    What was published once is not refused again. Raises NotCompilable.
    """
    for root in files.values():
        diagram.inline(root)
    homes = {item.get("id", ""): (name, item) for name, root in files.items() for item in diagram.processes(root)}
    used = _used(homes, process_id, next(iter(files), ""))
    names = list(dict.fromkeys(homes[key][0] for key in used))
    files = apart({name: files[name] for name in names})
    findings = [] if is_published else [found for name in names for found in refusals.refused(files[name], name)]
    scopes: dict[str, Json] = {}
    described: dict[str, Any] = {}
    for name in names:
        findings += _loose(files[name], name)
        described |= {key: element.as_json() for key, element in diagram.elements(files[name]).items()}
    if findings:
        raise NotCompilable(findings)
    for name in names:
        reader = _Reader(files[name])
        for process in diagram.processes(files[name]):
            if process.get("id") in used:
                reader.scope(process, scopes)
    compiled = {"format": FORMAT, "process": process_id, "scopes": scopes, "elements": described}
    result: Json = json.loads(json.dumps(compiled))
    return result


def _used(homes: Mapping[str, tuple[str, etree._Element]], process_id: str, file: str) -> list[str]:
    """The process and all it calls, each once."""
    if process_id not in homes or homes[process_id][1].get("isExecutable", "true") != "true":
        text = f"Det finns ingen körbar process med id {process_id}."
        raise NotCompilable([Finding(file, process_id, "error", "no-process", text)])
    found = [process_id]
    for key in found:
        name, process = homes[key]
        for call in process.iter(tag("callActivity")):
            called = call.get("calledElement", "")
            if called not in homes:
                text = f"Den anropade processen ”{called}” finns inte."
                raise NotCompilable([Finding(name, call.get("id", ""), "error", "no-process", text)])
            if called not in found:
                found.append(called)
    return found


def _loose(root: etree._Element, file: str) -> Iterator[Finding]:
    """What hangs on nothing, and would be found missing only when a token comes there."""
    scope_of = {node.get("id", ""): node.getparent() for node in diagram.flow_nodes(root)}
    for flow in root.iter(tag("sequenceFlow")):
        if any(scope_of.get(flow.get(end, "")) is not flow.getparent() for end in ("sourceRef", "targetRef")):
            text = "Flödet börjar eller slutar i något som inte finns här."
            yield Finding(file, flow.get("id", ""), "error", "flow-end", text)
    for node in root.iter(tag("boundaryEvent")):
        if scope_of.get(node.get("attachedToRef", "")) is not node.getparent():
            yield Finding(file, node.get("id", ""), "error", "boundary", "Kanthändelsen sitter inte på något steg.")
    for node in root.iter(tag("serviceTask")):
        if not _service(node).get("operation"):
            text = "Systemsteget saknar koppling (operation)."
            yield Finding(file, node.get("id", ""), "error", "no-operation", text)
    yield from _without_message(root, file)


def _without_message(root: etree._Element, file: str) -> Iterator[Finding]:
    """What would wait for ever. What throws nothing is told of at publication, and goes on."""
    for node in diagram.flow_nodes(root):
        defined = node.findall("./bpmn:messageEventDefinition", NAMESPACES)
        told = [node] if local(node) == "receiveTask" else defined if local(node) in diagram.CATCHING else []
        if not all(item.get("messageRef") for item in told):
            yield Finding(file, node.get("id", ""), "error", "no-message", "Meddelandet är inte valt.")


class _Reader:
    """One file: what its references point at, and its scopes."""

    def __init__(self, root: etree._Element) -> None:
        self.events = event_definitions.Events(root)
        self.data_objects = {
            node.get("id", ""): node.get("dataObjectRef", "") for node in root.iter(tag("dataObjectReference"))
        }
        self.names = diagram.data_names(root)
        self.starts = diagram.instantiating(root)
        self.handlers = event_definitions.compensation_handlers(root)

    def scope(self, scope: etree._Element, scopes: dict[str, Json]) -> None:
        """Add a process or sub-process, and those inside it, to `scopes`."""
        flows = _Flows(scope)
        nodes, handlers, undone_by = {}, [], ""
        for node in _flow_nodes(scope):
            if event_definitions.is_undoing(node):
                undone_by = node.get("id", "")
            elif node.get("triggeredByEvent") == "true":
                handlers.append(self._handler(node))
            nodes[node.get("id", "")] = self._node(node, flows)
            if local(node) in diagram.SCOPES:
                self.scope(node, scopes)
        self._join_boundaries(nodes)
        found: Json = {"type": local(scope), "nodes": nodes, "entry": _entries(nodes), "handlers": handlers}
        found["undone_by"] = undone_by
        for key, kind in (("takes", "dataInput"), ("returns", "dataOutput")):
            told = scope.findall(f"./bpmn:ioSpecification/bpmn:{kind}", NAMESPACES)
            found[key] = list(filter(None, (self.names[item.get("id", "")] for item in told)))
        if local(scope) != "process":
            found["data"] = [node.get("id", "") for node in scope.findall("./bpmn:dataObject", NAMESPACES)]
        if local(scope) == "adHocSubProcess":
            found["until"] = _text(scope, "completionCondition")
            found["cancel"] = scope.get("cancelRemainingInstances", "true") == "true"
            found["in_turn"] = (scope.get("ordering") or "").lower() == "sequential"
        scopes[scope.get("id", "")] = _filled(found)

    def _handler(self, node: etree._Element) -> Json:
        start = node.find("./bpmn:startEvent", NAMESPACES)
        if start is None:
            return {}  # refused
        return {
            "sub": node.get("id", ""),
            "start": start.get("id", ""),
            "interrupts": start.get("isInterrupting", "true") != "false",
            "events": self.events.of(start),
            "all": start.get("parallelMultiple") == "true",
        }

    def _node(self, node: etree._Element, flows: _Flows) -> Json:
        node_id = node.get("id", "")
        found: Json = {
            "type": "startEvent" if node_id in self.starts else local(node),
            "out": flows.outgoing.get(node_id, []),
            "in": flows.incoming.get(node_id, []),
            "default": node.get("default", ""),
            "before": diagram.extension_text(node, "preScript"),
            "after": diagram.extension_text(node, "postScript"),
            "loop": self._loop(node),
            "data": self._outputs(node),
            "puts": list(diagram.moved_data(node, diagram.INTO, self.names)),
            "outs": list(diagram.moved_data(node, diagram.OUT_OF, self.names)),
            "undo": self.handlers.get(node_id, ""),
            "needs": _more_than_one(node, "startQuantity"),
            "makes": _more_than_one(node, "completionQuantity"),
            "activation": _text(node, "activationCondition"),
            "is_handler": node.get("isForCompensation") == "true",
            **self._particulars(node),
        }
        return _filled(found)

    def _particulars(self, node: etree._Element) -> Json:
        kind = local(node)
        if kind in diagram.EVENTS or kind in {"sendTask", "receiveTask"}:
            found: Json = {"events": self.events.of(node), "all": node.get("parallelMultiple") == "true"}
            if kind == "boundaryEvent":
                found |= {
                    "host": node.get("attachedToRef", ""),
                    "interrupts": node.get("cancelActivity", "true") != "false",
                }
            return found
        if kind == "scriptTask":
            script = node.find("./bpmn:script", NAMESPACES)
            text = "".join(map(str, script.itertext())).strip() if script is not None else ""
            return {"script": text, "result": diagram.result_variable(node)}
        if kind == "serviceTask":
            return _service(node)
        if kind == "businessRuleTask":
            decision = diagram.extension_text(node, "calledDecisionId")
            return {"decision": decision, "result": diagram.result_variable(node)}
        if kind == "callActivity":
            return {"called": node.get("calledElement", "")}
        if kind == "userTask":
            return {"result": diagram.extension_text(node, "variableName")}
        return {"handles": "true"} if node.get("triggeredByEvent") == "true" else {}

    def _outputs(self, node: etree._Element) -> list[str]:
        """The data objects that what this activity gives is also put into."""
        refs = node.findall("./bpmn:dataOutputAssociation/bpmn:targetRef", NAMESPACES)
        return [
            self.data_objects[ref.text.strip()] for ref in refs if ref.text and ref.text.strip() in self.data_objects
        ]

    def _loop(self, node: etree._Element) -> Json:
        standard = node.find("./bpmn:standardLoopCharacteristics", NAMESPACES)
        if standard is not None:
            return _filled(
                {
                    "type": "standard",
                    "while": _text(standard, "loopCondition"),
                    "before": standard.get("testBefore") == "true",
                    "most": int(standard.get("loopMaximum") or 0),
                }
            )
        several = node.find("./bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
        if several is None:
            return {}
        item = several.find("./bpmn:inputDataItem", NAMESPACES)
        output = several.find("./bpmn:outputDataItem", NAMESPACES)
        return _filled(
            {
                "type": "sequential" if several.get("isSequential") == "true" else "parallel",
                "count": _text(several, "loopCardinality"),
                "each": self._data_name(_text(several, "loopDataInputRef")),
                "item": _item_names(item),
                "until": _text(several, "completionCondition"),
                "into": self._data_name(_text(several, "loopDataOutputRef")),
                "gives": _item_names(output)[:1],
            }
        )

    def _data_name(self, text: str) -> str:
        return self.data_objects.get(text) or self.names.get(text) or text

    @staticmethod
    def _join_boundaries(nodes: dict[str, Json]) -> None:
        for node_id, node in nodes.items():
            waits = any(event["kind"] != "compensate" for event in node.get("events", ()))
            if node["type"] == "boundaryEvent" and node.get("host") in nodes and waits:
                nodes[node["host"]].setdefault("boundaries", []).append(node_id)


class _Flows:
    """The sequence flows of one scope, and the links, which are flows that are not drawn."""

    def __init__(self, scope: etree._Element) -> None:
        self.outgoing: dict[str, list[list[str]]] = {}
        self.incoming: dict[str, list[str]] = {}
        for flow in scope.findall("./bpmn:sequenceFlow", NAMESPACES):
            condition = _text(flow, "conditionExpression")
            self._add(flow.get("id", ""), flow.get("sourceRef", ""), flow.get("targetRef", ""), condition)
        catches = dict(event_definitions.links(scope, "intermediateCatchEvent"))
        for name, throw in event_definitions.links(scope, "intermediateThrowEvent"):
            self._add(f"{throw}__link", throw, catches[name], "")

    def _add(self, flow: str, source: str, target: str, condition: str) -> None:
        self.outgoing.setdefault(source, []).append([flow, target, condition])
        self.incoming.setdefault(target, []).append(flow)


def _flow_nodes(scope: etree._Element) -> Iterator[etree._Element]:
    for node in scope:
        if diagram.is_bpmn(node) and local(node) in diagram.FLOW_NODES:
            yield node


def _entries(nodes: Mapping[str, Json]) -> list[str]:
    """Where a scope begins by itself: its plain start event, or everything that no flow leads to."""
    starts = [key for key, node in nodes.items() if node["type"] == "startEvent"]
    starts = [key for key in starts if "events" not in nodes[key]] or starts[:1]
    apart = {"boundaryEvent", "startEvent"}
    return starts or [
        key
        for key, node in nodes.items()
        if "in" not in node and node["type"] not in apart and "is_handler" not in node and "handles" not in node
    ]


def _service(node: etree._Element) -> Json:
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    if operator is None:
        return {}
    params = operator.findall(".//spiff:parameter", NAMESPACES)
    return {
        "operation": operator.get("id", ""),
        "result": operator.get("resultVariable", ""),
        "params": {item.get("id", ""): item.get("value", "") for item in params},
    }


def _item_names(node: etree._Element | None) -> list[str]:
    """What one item is called: its id, and its name where that can be used in an expression."""
    if node is None:
        return []
    names = [node.get("id", ""), node.get("name", "")]
    return list(dict.fromkeys(name for name in names if name.isidentifier()))


def _more_than_one(node: etree._Element, attribute: str) -> int:
    quantity = int(node.get(attribute) or 1)
    return quantity if quantity > 1 else 0


def _text(node: etree._Element, child: str) -> str:
    found = node.find(f"./bpmn:{child}", NAMESPACES)
    return (found.text or "").strip() if found is not None else ""


def _filled(found: Json) -> Json:
    return {key: value for key, value in found.items() if value not in ("", [], {}, False, 0, None) or key == "out"}
