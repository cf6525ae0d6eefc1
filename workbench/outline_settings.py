"""What a step of a diagram says, changed: its name, who does it, when it is due, and what it is done with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from workbench import outline_events, outline_repeats
from workbench.beginning import key_of
from workbench.diagram_work import Impossible, Work, profession_of
from workbench.outline_repeats import Repeat
from workbench.xml_text import Node
from workflows import diagram


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is to stand in a step; None is not asked. `properties` with '' are taken away."""

    name: str | None = None
    documentation: str | None = None
    profession: str | None = None
    properties: Mapping[str, str] | None = None
    time: tuple[str, str] | None = None
    message: str | None = None
    decision: str | None = None
    operation: str | None = None
    params: Mapping[str, str] | None = None
    interrupting: str | None = None
    code: str | None = None
    repeat: Repeat | None = None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What is to stand on a way."""

    flow: str
    name: str
    condition: str
    is_default: bool


def change(text: str, element: str, wanted: Change) -> str:
    work = Work(text, element)
    node = work.home
    if wanted.name is not None:
        work.text.set(node, "name", wanted.name or None)
    if wanted.documentation is not None:
        _document(work, node, wanted.documentation)
    properties = dict(wanted.properties or {})
    if wanted.profession is not None:
        properties |= _assigned(work, element, wanted.profession)
    text_after = work.finish()
    for one, asked in _PARTS.items():
        value = getattr(wanted, one) if one != "properties" else properties
        if value:
            text_after = asked(text_after, element, value)
    if wanted.operation and wanted.params is not None:
        text_after = _put_params(text_after, element, wanted.params)
    return text_after


def change_ways(text: str, element: str, ways: list[Told]) -> str:
    """The names and conditions of the ways from a gateway, and which is taken when no other is."""
    work = Work(text, element)
    for way in ways:
        flow = work.flows.get(way.flow)
        if flow is None or flow.source != element or flow.node is None:
            raise Impossible("Vägen finns inte längre.")
        work.text.set(flow.node, "name", way.name or None)
        _condition(work, flow.node, "" if way.is_default else way.condition)
    default = next((way.flow for way in ways if way.is_default), None)
    if work.home.name in {"exclusiveGateway", "inclusiveGateway", "complexGateway"}:
        work.text.set(work.home, "default", default)
    return work.finish()


def _condition(work: Work, flow: Node, text: str) -> None:
    stands = flow.child("conditionExpression")
    if stands is None and text:
        work.text.put_last(flow, work.condition(text))
    elif stands is not None and text:
        work.text.put_text(stands, text)
    elif stands is not None:
        work.text.remove(stands)


def _document(work: Work, node: Node, text: str) -> None:
    stands = node.child("documentation")
    if stands is None and text:
        work.text.put_first(node, f"<{node.prefix}documentation>{escape(text)}</{node.prefix}documentation>")
    elif stands is not None and text:
        work.text.put_text(stands, text)
    elif stands is not None:
        work.text.remove(stands)


def _assigned(work: Work, element: str, profession: str) -> dict[str, str]:
    """Into the lane of the profession where there is one, else the profession is written on the step."""
    lane = next((one for one in work.lanes(element) if profession_of(one) == profession), None)
    if lane is not None:
        work.into_lane(element, lane)
        return {"tilldelad_roll": ""}
    return {"tilldelad_roll": profession}


def _put_properties(text: str, element: str, properties: Mapping[str, str]) -> str:
    work = Work(text, element)
    spiff = work.text.root.prefix_of(diagram.SPIFF)
    prefix = "spiffworkflow:" if spiff is None else spiff
    declared = f' xmlns:spiffworkflow="{diagram.SPIFF}"' if spiff is None else ""
    extension = work.home.child("extensionElements")
    holder = extension.child("properties") if extension is not None else None
    known = {each.get("name"): each for each in holder.children} if holder is not None else {}
    new = ""
    for name, value in properties.items():
        if name in known and value:
            work.text.set(known[name], "value", value)
        elif name in known:
            work.text.remove(known[name])
        elif value:
            new += f"<{prefix}property name={quoteattr(name)} value={quoteattr(value)} />"
    if new and holder is not None:
        work.text.put_last(holder, new)
    elif new:
        _extend(work, f"<{prefix}properties{declared}>{new}</{prefix}properties>")
    return work.finish()


def _extend(work: Work, xml: str) -> None:
    node, extension = work.home, work.home.child("extensionElements")
    if extension is not None:
        work.text.put_last(extension, xml)
        return
    told = f"<{node.prefix}extensionElements>{xml}</{node.prefix}extensionElements>"
    documentation = node.child("documentation")
    if documentation is not None:
        work.text.put_after(documentation, told)
    else:
        work.text.put_first(node, told)


def _put_time(text: str, element: str, time: tuple[str, str]) -> str:
    work, (tag, said) = Work(text, element), time
    timer = work.home.child("timerEventDefinition")
    if timer is None:
        raise Impossible("Steget väntar inte på en tid.")
    stands = next((each for each in timer.children if each.name.startswith("time")), None)
    if stands is not None and stands.text.strip() == said:
        return text
    if stands is not None and stands.name == tag:
        work.text.put_text(stands, said)
        return work.finish()
    if stands is not None:
        work.text.remove(stands)
    work.text.put_last(timer, f"<{timer.prefix}{tag}>{escape(said)}</{timer.prefix}{tag}>")
    return work.finish()


def _put_message(text: str, element: str, name: str) -> str:
    """The message of that name, which the file may not have said yet."""
    work = Work(text, element)
    holder = work.home.child("messageEventDefinition") or work.home
    known = next((key for key, node in work.by_id.items() if node.name == "message" and node.get("name") == name), "")
    key = known or work.free_id(f"msg_{key_of(name)}")
    work.text.set(holder, "messageRef", key)
    if not known:
        prefix = work.text.root.prefix_of(diagram.BPMN) or ""
        tag = f"<{prefix}message id={quoteattr(key)} name={quoteattr(name)} />"
        before = next(each for each in work.text.root.children if each.name == "process")
        work.text.put_after(before, tag)
    return work.finish()


def _put_decision(text: str, element: str, decision: str) -> str:
    return _put_extension(text, element, "calledDecisionId", decision)


def _put_extension(text: str, element: str, name: str, value: str) -> str:
    work = Work(text, element)
    extension = work.home.child("extensionElements")
    stands = extension.child(name) if extension is not None else None
    if stands is not None:
        work.text.put_text(stands, value)
        return work.finish()
    prefix, declared = _spiff(work)
    _extend(work, f"<{prefix}{name}{declared}>{escape(value)}</{prefix}{name}>")
    return work.finish()


def _put_operation(text: str, element: str, operation: str) -> str:
    work = Work(text, element)
    extension = work.home.child("extensionElements")
    stands = extension.child("serviceTaskOperator") if extension is not None else None
    if stands is not None and stands.get("id") == operation:
        return text
    if stands is not None:
        work.text.remove(stands)
        text = work.finish()
        work = Work(text, element)
    prefix, declared = _spiff(work)
    tag = f"{prefix}serviceTaskOperator"
    _extend(work, f"<{tag} id={quoteattr(operation)}{declared}><{prefix}parameters></{prefix}parameters></{tag}>")
    return work.finish()


def _put_params(text: str, element: str, params: Mapping[str, str]) -> str:
    work = Work(text, element)
    parts = [node for node in work.home.walk() if node.name == "parameters"]
    if not parts:
        return text
    known = {each.get("id"): each for each in parts[0].children}
    for name, value in params.items():
        if name in known and value:
            work.text.set(known[name], "value", value)
        elif name in known:
            work.text.remove(known[name])
        elif value:
            told = f'id={quoteattr(name)} type="str" value={quoteattr(value)}'
            work.text.put_last(parts[0], f"<{parts[0].prefix}parameter {told} />")
    return work.finish()


def _spiff(work: Work) -> tuple[str, str]:
    found = work.text.root.prefix_of(diagram.SPIFF)
    return ("spiffworkflow:", f' xmlns:spiffworkflow="{diagram.SPIFF}"') if found is None else (found, "")


_PARTS: dict[str, Callable[..., str]] = {
    "properties": _put_properties,
    "time": _put_time,
    "message": _put_message,
    "decision": _put_decision,
    "operation": _put_operation,
    "interrupting": outline_events.put_interrupting,
    "code": outline_events.put_code,
    "repeat": outline_repeats.put,
}
