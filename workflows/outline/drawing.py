"""One diagram as the outline reads it: its steps by scope, the edges between them, and what is said beside. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, Element, local, tag
from workflows.engine import event_definitions
from workflows.outline.arranging import Edge


class Drawing:
    """What one file draws."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.elements = diagram.elements(root)
        self.nodes = {node.get("id", ""): node for node in diagram.flow_nodes(root)}
        self.events = event_definitions.Events(root)
        self.pools = {item.get("processRef", ""): _name(item) for item in root.iter(tag("participant"))}
        self.lanes = diagram.lane_names(root)
        self.undone_by = event_definitions.compensation_handlers(root)
        self.beside = self._beside()
        self.passed = [
            (line.get("sourceRef", ""), line.get("targetRef", ""), line) for line in root.iter(tag("messageFlow"))
        ]
        self._edges = {scope: list(found) for scope, found in self._by_scope().items()}

    # -- scopes --------------------------------------------------------------------------------------------------------

    def keys(self, scope: str, process: str) -> list[str]:
        """The steps directly in a scope, but for what may happen at any time."""
        return [one.id for one in self._in(scope, process) if not one.is_event_subprocess]

    def anytime(self, scope: str, process: str) -> list[str]:
        return [one.id for one in self._in(scope, process) if one.is_event_subprocess]

    def starts(self, keys: list[str]) -> list[str]:
        return [key for key in keys if self.elements[key].type == "startEvent"]

    def edges(self, scope: str) -> list[Edge]:
        return self._edges.get(scope, [])

    def loose(self) -> Iterator[etree._Element]:
        """Flows that do not go between two steps of one scope."""
        for flow in self.root.iter(tag("sequenceFlow")):
            source, target = (self.elements.get(flow.get(end, "")) for end in ("sourceRef", "targetRef"))
            if source is None or target is None or source.scope != target.scope:
                yield flow

    def name_of(self, key: str) -> str:
        """What a flow between pools begins or ends in is called."""
        one = self.elements.get(key)
        if one is not None:
            return one.name or key
        found = next((node for node in self.root.iter(tag("participant")) if node.get("id") == key), None)
        return (_name(found) if found is not None else "") or key

    # -- inside --------------------------------------------------------------------------------------------------------

    def _in(self, scope: str, process: str) -> list[Element]:
        found = self.elements.values()
        return [one for one in found if one.scope == scope and one.process == process and one.id]

    def _by_scope(self) -> dict[str, list[Edge]]:
        found: dict[str, list[Edge]] = {}
        for edge in (*self._on_edges(), *self._flows(), *self._links(), *self._undoing()):
            found.setdefault(self.elements[edge.source].scope, []).append(edge)
        return found

    def _flows(self) -> Iterator[Edge]:
        loose = set(self.loose())
        for flow in self.root.iter(tag("sequenceFlow")):
            if flow in loose:
                continue
            source, key = flow.get("sourceRef", ""), flow.get("id", "")
            yield Edge(
                source=source,
                target=flow.get("targetRef", ""),
                flow=key,
                name=_name(flow),
                condition=flow.findtext("./bpmn:conditionExpression", "", NAMESPACES).strip(),
                is_default=bool(key) and self.nodes[source].get("default") == key,
            )

    def _on_edges(self) -> Iterator[Edge]:
        for one in self.elements.values():
            host = self.elements.get(one.attached_to)
            if one.attached_to and host is not None and host.scope == one.scope:
                yield Edge(source=host.id, target=one.id, is_beside=True)

    def _links(self) -> Iterator[Edge]:
        for scope in (node for node in self.root.iter() if diagram.is_bpmn(node) and local(node) in diagram.SCOPES):
            catches = dict(event_definitions.links(scope, "intermediateCatchEvent"))
            for name, throw in event_definitions.links(scope, "intermediateThrowEvent"):
                if catches.get(name) in self.elements and throw in self.elements:
                    yield Edge(source=throw, target=catches[name], name=name)

    def _undoing(self) -> Iterator[Edge]:
        for host, handler in self.undone_by.items():
            events = (one for one in self.elements.values() if one.attached_to == host and one.event == "compensate")
            event, undo = next(events, None), self.elements.get(handler)
            if event is not None and undo is not None and event.scope == undo.scope:
                yield Edge(source=event.id, target=undo.id)

    def _beside(self) -> dict[str, list[str]]:
        """Notes that a dotted line ties to a step; '' has those that stand alone."""
        texts = {
            node.get("id", ""): " ".join(node.findtext("./bpmn:text", "", NAMESPACES).split())
            for node in self.root.iter(tag("textAnnotation"))
        }
        found: dict[str, list[str]] = {}
        tied = set()
        for line in self.root.iter(tag("association")):
            ends = (line.get("sourceRef", ""), line.get("targetRef", ""))
            for note, step in (ends, ends[::-1]):
                if note in texts and step in self.elements:
                    found.setdefault(step, []).append(texts[note])
                    tied.add(note)
        found[""] = [text for key, text in texts.items() if key not in tied]
        return {key: [text for text in notes if text] for key, notes in found.items()}


def repeats(node: etree._Element) -> tuple[str, str]:
    """How a step is done several times: a word for it, and the FEEL that says for what or until when."""
    several = node.find("./bpmn:multiInstanceLoopCharacteristics", NAMESPACES)
    if several is not None:
        how = "en i taget" if several.get("isSequential") == "true" else "samtidigt"
        each = several.findtext("./bpmn:loopDataInputRef", "", NAMESPACES).strip()
        count = several.findtext("./bpmn:loopCardinality", "", NAMESPACES).strip()
        return (f"För varje, {how}", each) if each else (f"Flera gånger, {how}", count)
    again = node.find("./bpmn:standardLoopCharacteristics", NAMESPACES)
    if again is not None:
        return "Om och om igen så länge", again.findtext("./bpmn:loopCondition", "", NAMESPACES).strip()
    return "", ""


def operation(node: etree._Element) -> str:
    found = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    return found.get("id", "") if found is not None else ""


def script(node: etree._Element) -> str:
    found = node.find("./bpmn:script", NAMESPACES)
    return "".join(map(str, found.itertext())).strip() if found is not None else ""


def _name(node: etree._Element) -> str:
    return " ".join((node.get("name") or "").split())
