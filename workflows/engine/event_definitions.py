"""What an event waits for or throws, read from a diagram into plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local, tag

TIMES = ("timeDate", "timeDuration", "timeCycle")


class Events:
    """The events of one file."""

    def __init__(self, root: etree._Element) -> None:
        kinds = ("message", "signal", "error", "escalation")
        self.known = {kind: {node.get("id", ""): node for node in root.iter(tag(kind))} for kind in kinds}

    def of(self, node: etree._Element) -> list[dict[str, Any]]:
        """The definitions of an event, or the message of a send or receive task."""
        if local(node) in {"sendTask", "receiveTask"} and node.get("messageRef"):
            return [self._message(node)]
        found = []
        for definition in definitions(node):
            kind = local(definition).removesuffix("EventDefinition")
            read = getattr(self, f"_{kind}", None)
            if read is not None:
                found.append(read(definition))
        return found

    def _message(self, node: etree._Element) -> dict[str, Any]:
        name = self._told(node, "message", "name") or node.get("messageRef", "")
        return _filled(
            kind="message",
            name=name,
            payload=_extension(node, "messagePayload"),
            into=_extension(node, "messageVariable"),
        )

    def _signal(self, node: etree._Element) -> dict[str, Any]:
        signal = self._meant(node, "signal")
        reach = diagram.reach(signal) if signal is not None else diagram.INSTANCE
        name = self._told(node, "signal", "name") or node.get("signalRef", "")
        return _filled(kind="signal", name=name, reach="" if reach == diagram.INSTANCE else reach, **_payload(signal))

    def _error(self, node: etree._Element) -> dict[str, Any]:
        code = self._told(node, "error", "errorCode")
        ref = "" if code else node.get("errorRef", "")
        return _filled(kind="error", code=code, ref=ref, **_payload(self._meant(node, "error")))

    def _escalation(self, node: etree._Element) -> dict[str, Any]:
        code = self._told(node, "escalation", "escalationCode")
        ref = "" if code else node.get("escalationRef", "")
        return _filled(kind="escalation", code=code, ref=ref, **_payload(self._meant(node, "escalation")))

    def _meant(self, node: etree._Element, kind: str) -> etree._Element | None:
        return self.known[kind].get(node.get(f"{kind}Ref", ""))

    def _told(self, node: etree._Element, kind: str, name: str) -> str:
        """The code or name of what is referred to; a reference to what is not there is a name of its own."""
        meant = self._meant(node, kind)
        return str(meant.get(name, "") if meant is not None else node.get(f"{kind}Ref", ""))

    def _timer(self, node: etree._Element) -> dict[str, Any]:
        for name in TIMES:
            found = node.find(f"./bpmn:{name}", NAMESPACES)
            if found is not None:
                return _filled(kind="timer", text=(found.text or "").strip(), is_cycle=name == "timeCycle")
        return {"kind": "timer", "text": ""}

    def _conditional(self, node: etree._Element) -> dict[str, Any]:
        condition = node.find("./bpmn:condition", NAMESPACES)
        return {"kind": "condition", "text": (condition.text or "").strip() if condition is not None else ""}

    def _compensate(self, node: etree._Element) -> dict[str, Any]:
        beside = node.get("waitForCompletion") == "false"
        return _filled(kind="compensate", activity=node.get("activityRef", ""), beside=beside)

    def _cancel(self, _node: etree._Element) -> dict[str, Any]:
        return {"kind": "cancel"}

    def _terminate(self, _node: etree._Element) -> dict[str, Any]:
        return {"kind": "terminate"}


def definitions(node: etree._Element) -> list[etree._Element]:
    """The event definitions of a node."""
    return [child for child in node if diagram.is_bpmn(child) and local(child).endswith("EventDefinition")]


def is_undoing(node: etree._Element) -> bool:
    """Whether this is the event sub-process that undoes the sub-process around it."""
    start = "./bpmn:startEvent/bpmn:compensateEventDefinition"
    return node.get("triggeredByEvent") == "true" and node.find(start, NAMESPACES) is not None


def links(scope: etree._Element, kind: str) -> Iterator[tuple[str, str]]:
    """The name and the id of each link event of one kind."""
    for node in scope.findall(f"./bpmn:{kind}", NAMESPACES):
        definition = node.find("./bpmn:linkEventDefinition", NAMESPACES)
        if definition is not None:
            yield (definition.get("name") or node.get("name") or ""), node.get("id", "")


def compensation_handlers(root: etree._Element) -> dict[str, str]:
    """Activity -> the activity that undoes it, along the dotted line from its compensation boundary event."""
    lines = {item.get("sourceRef", ""): item.get("targetRef", "") for item in root.iter(tag("association"))}
    found = {}
    for node in root.iter(tag("boundaryEvent")):
        if node.find("./bpmn:compensateEventDefinition", NAMESPACES) is not None and node.get("id", "") in lines:
            found[node.get("attachedToRef", "")] = lines[node.get("id", "")]
    return found


def _payload(node: etree._Element | None) -> dict[str, str]:
    if node is None:
        return {}
    return {"payload": _extension(node, "payloadExpression"), "into": _extension(node, "variableName")}


def _extension(node: etree._Element, name: str) -> str:
    found = node.find(f"./bpmn:extensionElements/spiff:{name}", NAMESPACES)
    return (found.text or "").strip() if found is not None else ""


def _filled(**found: Any) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in ("", False)}
