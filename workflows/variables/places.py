"""Every place in a diagram where FEEL or a time is written: what it says, whose it is, and when it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local

TIME_TAGS = ("timeDate", "timeDuration", "timeCycle")
CONDITION, VALUE, SCRIPT, PAYLOAD = "condition", "value", "script", "payload"
_EXTENSIONS = {
    "preScript": ("förskriptet", SCRIPT),
    "postScript": ("efterskriptet", SCRIPT),
    "messagePayload": ("meddelandets innehåll", VALUE),
    "payloadExpression": ("händelsens innehåll", VALUE),
}
_ELEMENTS = {
    "condition": ("händelsens villkor", CONDITION),
    "loopCondition": ("loopens villkor", CONDITION),
    "loopCardinality": ("antalet gånger", VALUE),
    "completionCondition": ("villkoret för att vara klar", CONDITION),
    "activationCondition": ("villkoret för att gå vidare", CONDITION),
    "transformation": ("datakopplingens uttryck", VALUE),
    "from": ("datakopplingens uttryck", VALUE),
    "messagePath": ("det som meddelandet matchas med", PAYLOAD),
}
_AFTER = {"postScript", "completionCondition", "loopCondition", "condition", "activationCondition"}


@dataclass(frozen=True, slots=True)
class Place:
    """`element` is where a finding belongs; the text is asked when `node` is entered or, with `done`, when it is done.

    `kind` is condition, value, script, payload (over what a message brings, not over the variables), or how a time is
    written (timeDate, timeDuration, timeCycle).
    """

    element: str
    what: str
    text: str
    kind: str
    node: str
    done: bool = False


def of_diagram(root: etree._Element) -> Iterator[Place]:
    yield from _conditions(root)
    yield from _scripts(root)
    yield from _timers(root)
    yield from _elements(root)
    yield from _extensions(root)
    yield from _settings(root)


def owner(node: etree._Element) -> str:
    """The id of the nearest flow node around an extension or definition."""
    for ancestor in node.iterancestors():
        if diagram.is_bpmn(ancestor) and local(ancestor) in diagram.FLOW_NODES:
            return ancestor.get("id", "")
    return ""


def _conditions(root: etree._Element) -> Iterator[Place]:
    for flow in root.iter(diagram.tag("sequenceFlow")):
        condition = flow.find("./bpmn:conditionExpression", NAMESPACES)
        if condition is not None:
            source = flow.get("sourceRef", "")
            yield Place(flow.get("id", ""), "villkoret", condition.text or "", CONDITION, source, done=True)


def _scripts(root: etree._Element) -> Iterator[Place]:
    for node in root.iter(diagram.tag("scriptTask")):
        script = node.find("./bpmn:script", NAMESPACES)
        text = (script.text if script is not None else "") or ""
        yield Place(node.get("id", ""), "skriptet", text, SCRIPT, node.get("id", ""))


def _timers(root: etree._Element) -> Iterator[Place]:
    for definition in root.iter(diagram.tag("timerEventDefinition")):
        for child in definition:
            if diagram.is_bpmn(child) and local(child) in TIME_TAGS and (child.text or "").strip():
                step = owner(definition)
                yield Place(step, "tiden", (child.text or "").strip(), local(child), step)


def _elements(root: etree._Element) -> Iterator[Place]:
    for name, (what, kind) in _ELEMENTS.items():
        for node in root.iter(diagram.tag(name)):
            step = owner(node)
            yield Place(step, what, node.text or "", kind, step, done=name in _AFTER)


def _extensions(root: etree._Element) -> Iterator[Place]:
    for node in root.iter(f"{{{diagram.SPIFF}}}*"):
        name, step = local(node), owner(node)
        if name in _EXTENSIONS:
            what, kind = _EXTENSIONS[name]
            yield Place(step, what, node.text or "", kind, step, done=name in _AFTER)
        elif name == "parameter" and node.get("value") is not None:
            yield Place(step, f"parametern {node.get('id')}", node.get("value", ""), VALUE, step)


def _settings(root: etree._Element) -> Iterator[Place]:
    for node in diagram.flow_nodes(root):
        step = node.get("id", "")
        found = diagram.properties(node)
        due = found.get("forfaller", "").strip()
        if due:
            yield Place(step, "”forfaller”", due, "timeDuration" if due.startswith("P") else "timeDate", step)
        for part in sentence_parts(found.get("varfor", "")):
            yield Place(step, "”varfor”", part, VALUE, step)


def sentence_parts(template: str) -> list[str]:
    """The FEEL within braces of a sentence."""
    return template.replace("}", "{").split("{")[1::2]


def loop_of(node: etree._Element, kind: str) -> etree._Element | None:
    """The standard or multiInstance loop of a step."""
    return node.find(f"./bpmn:{kind}LoopCharacteristics", NAMESPACES)


def scripts_of(node: etree._Element) -> list[str]:
    """The texts on a step that set variables."""
    texts = [diagram.extension_text(node, name) for name in ("preScript", "postScript")]
    script = node.find("./bpmn:script", NAMESPACES) if local(node) == "scriptTask" else None
    texts.append((script.text or "") if script is not None else "")
    return [text for text in texts if text.strip()]


def is_time(place: Place) -> bool:
    """A time written as ISO 8601, not an expression."""
    return place.kind in TIME_TAGS and looks_bare(place.text)


def looks_bare(text: str) -> bool:
    """Meant as ISO 8601, rightly written or not: P3D, R3/P4D, 2026-11-22T08:00."""
    first = text.lstrip("+-")[:1]
    return text.isascii() and text == text.upper() and (first in {"P", "R"} or (first.isdigit() and "(" not in text))
